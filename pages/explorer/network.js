// The VAE's two networks, run by plain loops: q(z | x[, y]) and E[x | z[, y]].

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
    softplus: (x) => (x > 20 ? x : Math.log1p(Math.exp(x))),
  };
}

/** A multilayer perceptron.
 * @param {{weight: Float32Array, bias: Float32Array}[]} layers weights row by row, a row an output
 * @param {(x: number) => number} activation between layers, and behind the last if `open`
 * @param {Float32Array} input one row after the other @param {number} count of rows
 * @returns {Float32Array} a row of outputs for each */
export function perceptron(layers, activation, input, count = 1, open = false) {
  let values = input;
  layers.forEach((layer, depth) => {
    values = affine(layer, values, count);
    if (!open && depth === layers.length - 1) return;
    for (let i = 0; i < values.length; i++) values[i] = activation(values[i]);
  });
  return values;
}

/** x Wᵀ + b, where x has `count` rows. */
function affine({ weight, bias }, x, count) {
  const y = new Float32Array(count * bias.length);
  if (count === 1) oneRow(weight, bias, x, y);
  else for (let row = 0; row < count; row += 4) fourRows(weight, bias, x, y, row, count - 1);
  return y;
}

function oneRow(weight, bias, x, y) {
  for (let o = 0, w = 0; o < y.length; o++) {
    let sum = bias[o];
    for (let i = 0; i < x.length; i++, w++) sum += weight[w] * x[i];
    y[o] = sum;
  }
}

/** Two outputs of four rows at a time, so that what is read is used more than once: three times as
 * fast as row by row. The last row and the last output stand in where there are no more. */
function fourRows(weight, bias, x, y, row, last) {
  const outputs = bias.length, inputs = (weight.length / outputs) | 0; // whole, for the compiler
  const r0 = row, r1 = Math.min(row + 1, last), r2 = Math.min(row + 2, last), r3 = Math.min(row + 3, last);
  const x0 = r0 * inputs, x1 = r1 * inputs, x2 = r2 * inputs, x3 = r3 * inputs;
  for (let o = 0; o < outputs; o += 2) {
    const p = Math.min(o + 1, outputs - 1);
    const v = o * inputs, w = p * inputs;
    let a0 = bias[o], a1 = a0, a2 = a0, a3 = a0;
    let b0 = bias[p], b1 = b0, b2 = b0, b3 = b0;
    for (let i = 0; i < inputs; i++) {
      const a = weight[v + i], b = weight[w + i];
      const c0 = x[x0 + i], c1 = x[x1 + i], c2 = x[x2 + i], c3 = x[x3 + i];
      a0 += a * c0;
      a1 += a * c1;
      a2 += a * c2;
      a3 += a * c3;
      b0 += b * c0;
      b1 += b * c1;
      b2 += b * c2;
      b3 += b * c3;
    }
    y[r0 * outputs + o] = a0;
    y[r1 * outputs + o] = a1;
    y[r2 * outputs + o] = a2;
    y[r3 * outputs + o] = a3;
    y[r0 * outputs + p] = b0;
    y[r1 * outputs + p] = b1;
    y[r2 * outputs + p] = b2;
    y[r3 * outputs + p] = b3;
  }
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

/** log p(x | z) of a code in nats, of Bernoulli pixels: Σ x·l − log(1 + eˡ) over its logits l.
 * @param {Float32Array} x @param {Float32Array} logits of many codes @param {number} from its first */
export function logLikelihood(x, logits, from = 0) {
  let [sum, product] = [0, 1]; // of 1 + e^−|l|: at most 2⁵¹² before its logarithm is taken
  for (let i = 0; i < x.length; i++) {
    const l = logits[from + i];
    sum += l > 0 ? (x[i] - 1) * l : x[i] * l;
    product *= 1 + Math.exp(-Math.abs(l));
    if ((i & 511) === 511) {
      sum -= Math.log(product);
      product = 1;
    }
  }
  return sum - Math.log(product);
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
 * @param {{activation: string, maxLogVar: number, shifts: number, refinements: number,
 *   imageShape: number[]}} settings of vae/model/vae.py
 * @param {(z: number) => number} cdf */
export function networks(arrays, { activation, maxLogVar, shifts, refinements, imageShape }, cdf) {
  const layersOf = (part) => {
    const layers = [];
    for (let i = 0; `${part}.${i}.weight` in arrays; i += 2) {
      const [weight, bias] = ["weight", "bias"].map((kind) => arrays[`${part}.${i}.${kind}`].values);
      layers.push({ weight, bias });
    }
    return layers;
  };
  const [encoder, decoder] = [layersOf("encoder"), layersOf("decoder")];
  const act = activations(cdf)[activation];
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
  /** What the decoder's last layer is given, of many codes one after the other. */
  const hidden = (codes, y, count) =>
    perceptron(decoder.slice(0, -1), act, join(codes, y, count), count, true);
  /** From that, a logit for every pixel of each. */
  const logits = (inner, count) => perceptron(decoder.slice(-1), act, inner, count);

  /** One Gaussian for each of many pictures. */
  function looks(pictures, y) {
    const [count, pixels] = [pictures.length, pictures[0].length];
    const rows = new Float32Array(count * pixels);
    pictures.forEach((picture, k) => rows.set(picture, k * pixels));
    const both = perceptron(encoder, act, join(rows, y, count), count);
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
    const nats = found.map((q, k) => logLikelihood(x, all, k * x.length) - divergence(q));
    return found[nats.indexOf(Math.max(...nats))];
  }

  return {
    /** Of the looks at a picture and its shifted copies the one that fits it best, refined.
     * @param {Float32Array} x pixels in [0, 1] @param {Float32Array?} y class weights */
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
     * @returns {Float32Array} the mean of every pixel, in [0, 1] */
    decode: (z, y) => logits(hidden(z, y, 1), 1).map((l) => 1 / (1 + Math.exp(-l))),
    hidden,
    logits,
    last: decoder.at(-1),
  };
}
