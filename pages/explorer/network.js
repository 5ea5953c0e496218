// The VAE's two networks, run by plain loops: q(z | x[, y]) and E[x | z[, y]].

import { run } from "./layers.js";
import { likelihoodOf, softplus } from "./likelihood.js";
import { gaussNewton } from "./newton.js";

/** @param {TypedArray} table of Φ at −span … 0, evenly spaced @param {number} span */
export function normal(table, span) {
  const steps = table.length - 1;
  const lower = (z) => {
    const at = Math.max(0, (z / span + 1) * steps);
    const i = Math.min(steps - 1, Math.floor(at));
    return table[i] + (at - i) * (table[i + 1] - table[i]);
  };
  const lowerInverse = (p) => {
    let [low, high] = [0, steps];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (table[middle] <= p) low = middle;
      else high = middle;
    }
    const share = (p - table[low]) / (table[high] - table[low]);
    return ((low + Math.min(1, Math.max(0, share))) / steps - 1) * span;
  };
  return {
    /** Φ: the standard normal's distribution function. */
    cdf: (z) => (z > 0 ? 1 - lower(-z) : lower(z)),
    /** Φ⁻¹; finite: beyond ±span it stays there. */
    quantile: (p) => (p > 0.5 ? -lowerInverse(1 - p) : lowerInverse(p)),
  };
}

/** The activations of vae/model.py, as PyTorch defines them. @param {(z: number) => number} cdf */
export function activations(cdf) {
  return {
    relu: (x) => (x > 0 ? x : 0),
    tanh: Math.tanh,
    silu: (x) => x / (1 + Math.exp(-x)),
    gelu: (x) => x * cdf(x),
    leaky_relu: (x) => (x > 0 ? x : 0.01 * x),
    softplus,
  };
}

/** A picture moved, what leaves at one side coming in at the other, as `torch.roll` does it.
 * @param {Float32Array} x @param {number[]} shape H×W or H×W×C */
export function rolled(x, [height, width, channels = 1], down, right) {
  const result = new Float32Array(x.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const to = ((row + down + height) % height) * width + ((column + right + width) % width);
      for (let c = 0; c < channels; c++) result[to * channels + c] = x[(row * width + column) * channels + c];
    }
  }
  return result;
}

/** KL(N(mean, diag σ²) ‖ N(0, I)), in nats. */
export function divergence({ mean, sigma }) {
  return mean.reduce((sum, m, axis) => {
    const s = sigma[axis];
    return sum + 0.5 * (m * m + s * s - 1) - Math.log(s);
  }, 0);
}

/** The networks of one model.
 * @param {Object} arrays by the names that PyTorch gives them
 * @param {Object} settings of pages/networks.py, and the shape of an image
 * @param {(z: number) => number} cdf */
export function networks(arrays, settings, cdf) {
  const { maxLogVar, shifts, refinements, imageShape } = settings;
  const [encoder, decoder] = ["encoder", "decoder"].map((part) =>
    settings[part].map((layer) => {
      const [weight, bias] = ["weight", "bias"].map((kind) => arrays[`${layer.name}.${kind}`]?.values);
      return { ...layer, weight, bias };
    }),
  );
  const act = activations(cdf)[settings.activation];
  const likelihood = likelihoodOf(settings.likelihood);
  /** A convolution is given the class at each of its places. */
  const places = encoder[0].from ? encoder[0].from[0] * encoder[0].from[1] : 1;
  /** Rows with the class weights behind each. */
  const join = (values, y, count) => {
    if (!y) return values;
    const own = values.length / count;
    const rows = new Float32Array(count * (own + y.length));
    for (let row = 0, at = 0; row < count; row++, at += own + y.length) {
      rows.set(values.subarray(row * own, (row + 1) * own), at);
      rows.set(y, at + own);
    }
    return rows;
  };
  // What of the decoder lies before its last layer, if that is one matrix; else all of it does.
  const [before, last] = decoder.at(-1).kind === "linear" ? [decoder.slice(0, -1), decoder.at(-1)] : [decoder, null];
  /** What the last layer is given, of many codes one after the other. */
  const hidden = (codes, y, count) => run(before, act, join(codes, y, count), count, last !== null);
  /** From that, the likelihood's numbers for every value of each: of Bernoulli pixels a logit. */
  const logits = (inner, count) => (last ? run([last], act, inner, count) : inner);

  /** Of Bernoulli pixels Σ x·l as a function of what the last layer is given, h: weights·h + constant. */
  function inward(x) {
    if (!last) return { weights: x, constant: 0 };
    const weights = new Float64Array(last.weight.length / x.length);
    let constant = 0;
    x.forEach((value, o) => {
      if (!value) return;
      constant += value * last.bias[o];
      for (let i = 0, w = o * weights.length; i < weights.length; i++, w++) weights[i] += value * last.weight[w];
    });
    return { weights, constant };
  }

  /** One Gaussian for each of many pictures. */
  function looks(pictures, y) {
    const [count, values] = [pictures.length, pictures[0].length];
    const rows = new Float32Array(count * values);
    pictures.forEach((picture, k) => rows.set(picture, k * values));
    const both = run(encoder, act, join(rows, y, count * places), count);
    const d = both.length / count / 2;
    return pictures.map((_, k) => ({
      mean: both.slice(2 * k * d, (2 * k + 1) * d),
      sigma: both.slice((2 * k + 1) * d, 2 * (k + 1) * d).map((v) => Math.exp(0.5 * Math.min(v, maxLogVar))),
    }));
  }

  /** Of many Gaussians the one of largest log p(x | mean) − KL. */
  function fittest(x, y, found) {
    const means = Float32Array.from(found.flatMap(({ mean }) => [...mean]));
    const all = logits(hidden(means, y, found.length), found.length);
    const nats = found.map(
      (q, k) => likelihood.logLikelihood(x, all, k * x.length * likelihood.outputs) - divergence(q),
    );
    return found[nats.indexOf(Math.max(...nats))];
  }

  return {
    /** What the model sees of an image. */
    observe: likelihood.observe,
    /** Of the looks at a picture and its shifted copies the one that fits it best, refined.
     * @param {Float32Array} x as observed @param {Float32Array?} y class weights */
    encode(x, y) {
      const moves = Array.from({ length: 2 * shifts + 1 }, (_, i) => i - shifts);
      const copies = moves.flatMap((down) => moves.map((right) => rolled(x, imageShape, down, right)));
      const found = looks(copies, y);
      let best = found.length > 1 ? fittest(x, y, found) : found[0];
      for (let k = 0; k < refinements; k++) {
        const mean = gaussNewton(x, best.mean, (codes, count) => logits(hidden(codes, y, count), count));
        best = fittest(x, y, [best, { mean, sigma: best.sigma }]);
      }
      return best;
    },
    /** @param {Float32Array} z @param {Float32Array?} y class weights
     * @returns {Float32Array} the mean of every value of the image, in [0, 1] */
    decode: (z, y) => likelihood.means(logits(hidden(z, y, 1), 1)),
    hidden,
    logits,
    inward,
    values: imageShape.reduce((product, n) => product * n, 1), // of an image
  };
}
