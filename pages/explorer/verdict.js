// What was found of an image, in words.

import { number } from "./elements.js";

const RIGHT = 0.1; // nats: an encoder that misses less is right

/** A number of times, in words that stay short: 3.2, 450, 10⁷. */
export function times(nats) {
  const power = nats / Math.LN10;
  if (power < 4) return Math.exp(nats).toPrecision(2 + (power >= 2)).replace(/\.0$/, "");
  return `10${[...String(Math.round(power))].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
}

/** @param {Object} found of `exactly` */
export function verdict({ q, best, patches, logLikelihood, elbo, approximation, amortisation }) {
  const gap = logLikelihood - elbo;
  const peaks = patches.length > 1 ? ` The posterior has ${patches.length} peaks, and a Gaussian can cover only one.` : "";
  if (gap < RIGHT) {
    return `The encoder is right: its bound misses only ${number(gap)} nats of log p(x).${peaks}`;
  }
  const misses = `its bound misses ${number(gap)} nats of log p(x), so that the image looks ${times(gap)} times less probable than it is.`;
  if (amortisation < approximation) {
    return `The encoder looks in the right place, but no Gaussian along the axes has the posterior's shape: ${misses}${peaks}`;
  }
  const away = Math.hypot(q.mean[0] - best.mean[0], q.mean[1] - best.mean[1]);
  return `The encoder looks in the wrong place, ${number(away)} from the best one: ${misses}${peaks}`;
}
