// The image under study, drawn or from the test set: what the encoder and the decoder make of it, and
// where the space is a plane, what the encoder misses.

import { $, number, show } from "./elements.js";
import { heatOf } from "./heat.js";
import { lattice } from "./lattice.js";
import { lenses } from "./lens.js";
import { exactly } from "./posterior.js";
import { verdict } from "./verdict.js";

const PIECE = 8; // milliseconds of decoding at a time, between which the page stays awake

export function study(app) {
  const { data, state, network } = app;
  const planes = new Map(); // decoded, by class
  const glass = data.exact && lenses(app);
  const channel = new MessageChannel(); // sooner than a timer
  let [seen, tried, missed, asked] = [null, 0, 0, false];

  /** Encode an image, and show its posterior and reconstruction. @returns {Object} its place */
  function look(given) {
    const x = network.observe(given);
    seen = given;
    const y = app.oneHot(state.picked);
    state.posterior = network.encode(x, y);
    const { mean, sigma } = state.posterior;
    show($("seen"), x, data.imageShape);
    show($("rebuilt"), app.decode({ z: mean, y }), data.imageShape);
    $("posterior").textContent = app.short
      ? `mean (${[...mean].map(number).join(", ")}), σ (${[...sigma].map((s) => s.toFixed(3)).join(", ")})`
      : `σ from ${number(Math.min(...sigma))} to ${number(Math.max(...sigma))}`;
    $("answer").hidden = false;
    if (glass) ask();
    return { z: mean, y };
  }

  /** Study a test image of this page. */
  function take(index) {
    if (data.conditional && state.picked !== data.labels[index]) app.cursor.pick(data.labels[index]);
    const x = app.image(index);
    app.pad.put(x);
    state.image = index;
    return look(x);
  }

  /** The same image once more, as another class; the cross goes along where it stands on its code. */
  function again() {
    if (!seen || !data.conditional) return;
    const along = state.pinned.z === state.posterior.mean;
    const found = look(seen);
    if (along) app.cursor.pin(found);
  }

  function forget() {
    seen = state.posterior = state.found = state.image = null;
    $("answer").hidden = true;
    app.atlas.paintMarks();
  }

  /** Sum over the plane as soon as there is time. */
  function ask() {
    if (!asked) channel.port2.postMessage(null);
    asked = true;
  }

  channel.port1.addEventListener("message", () => {
    asked = false;
    if (!seen) return;
    if (!planes.has(state.picked)) planes.set(state.picked, lattice(network, app.oneHot(state.picked), data.reach));
    const plane = planes.get(state.picked);
    const whole = plane.fill(performance.now() + PIECE);
    $("summing").hidden = whole;
    $("found").hidden = !whole;
    if (whole) return find(plane);
    state.found = null;
    $("share").value = plane.share();
    ask();
  });
  channel.port1.start();

  function find(plane) {
    const start = performance.now();
    const y = app.oneHot(state.picked);
    const found = exactly(network, plane, network.observe(seen), y, state.posterior);
    app.study.took = performance.now() - start;
    state.found = { ...found, of: state.posterior, heat: heatOf(found.patches) };
    for (const name of ["reconstruction", "kl", "elbo", "amortisation", "approximation", "logLikelihood"]) {
      $(name).textContent = number(found[name]);
    }
    show($("could"), app.decode({ z: Float32Array.from(found.best.mean), y }), data.imageShape);
    $("verdict").textContent = verdict(found);
    glass.show(found);
    app.atlas.paintMarks();
    document.body.dataset.exact ??= performance.now().toFixed();
  }

  $("try").addEventListener("click", () => {
    const all = data.labels.map((_, i) => i);
    const meant = all.filter((i) => state.picked === null || data.labels[i] === state.picked);
    if (meant.length) app.cursor.pin(take(meant[++tried % meant.length]));
  });
  $("miss")?.addEventListener("click", () => {
    app.cursor.pin(take(data.missed[++missed % data.missed.length]));
  });
  return {
    look,
    take,
    forget,
    again,
    paint: () => glass && glass.paint(),
  };
}
