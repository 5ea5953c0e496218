// The plane decoded once: what the decoder's last layer is given at every code of a lattice. For an
// image, the logarithm of p(x, z) at all of them is then one matrix–vector product:
//
//   log p(x, z) = x·l(z) − Σ log(1 + exp l(z)) + log N(z; 0, I),   l(z) = W h(z) + b the logits
//   x·l(z) = (Wᵀx)·h(z) + b·x

import { logLikelihood } from "./likelihood.js";

const CODES = 81; // on an axis; with fewer, a narrow peak slips through now and then
const AT_ONCE = 16; // codes decoded together: a fraction of a slice

/** log N(z; 0, I) of the plane. */
export const logPrior = (z0, z1) => -0.5 * (z0 * z0 + z1 * z1) - Math.log(2 * Math.PI);

/** @param {Object} network of `networks` @param {?Float32Array} y class weights
 * @param {number} reach the lattice runs from −reach to reach on both axes */
export function lattice(network, y, reach) {
  const count = CODES * CODES;
  const { weight, bias } = network.last;
  const [pixels, width] = [bias.length, weight.length / bias.length];
  const hidden = new Float32Array(count * width);
  const rest = new Float64Array(count); // log p(x, z) without x·l(z)
  const black = new Float32Array(pixels);
  const codes = new Float32Array(2 * count);
  const step = (2 * reach) / (CODES - 1);
  for (let i = 0; i < count; i++) {
    codes.set([(i % CODES) * step - reach, Math.floor(i / CODES) * step - reach], 2 * i);
  }
  let next = 0;

  function decode() {
    const some = Math.min(AT_ONCE, count - next);
    const part = codes.subarray(2 * next, 2 * (next + some));
    const inner = network.hidden(part, y, some);
    const logits = network.logits(inner, some);
    hidden.set(inner, next * width);
    for (let k = 0; k < some; k++) {
      const besides = logLikelihood(black, logits, k * pixels);
      rest[next + k] = besides + logPrior(part[2 * k], part[2 * k + 1]);
    }
    next += some;
  }

  /** log p(x, z) at every code, row by row from the lower left. @param {Float32Array} x */
  function joint(x) {
    const inward = new Float64Array(width);
    let constant = 0;
    for (let o = 0, w = 0; o < pixels; o++, w += width) {
      if (!x[o]) continue;
      constant += x[o] * bias[o];
      for (let i = 0; i < width; i++) inward[i] += x[o] * weight[w + i];
    }
    return rest.map((value, code) => {
      let sum = value + constant;
      for (let i = 0, h = code * width; i < width; i++, h++) sum += inward[i] * hidden[h];
      return sum;
    });
  }

  /** The codes that are higher than all around them, the highest first.
   * @param {Float32Array} x @param {number} drop below the highest, in nats, at most
   * @param {number} most of them */
  function peaks(x, drop, most) {
    const values = joint(x);
    const least = values.reduce((a, b) => Math.max(a, b)) - drop;
    const at = (row, column) =>
      row < 0 || column < 0 || row >= CODES || column >= CODES ? -Infinity : values[row * CODES + column];
    const highest = (i) => {
      const [row, column] = [Math.floor(i / CODES), i % CODES];
      for (let k = 0; k < 9; k++) {
        if (at(row + Math.floor(k / 3) - 1, column + (k % 3) - 1) > values[i]) return false;
      }
      return true;
    };
    const found = [];
    for (let i = 0; i < count; i++) if (values[i] > least && highest(i)) found.push(i);
    found.sort((i, j) => values[j] - values[i]);
    return found.slice(0, most).map((i) => [codes[2 * i], codes[2 * i + 1]]);
  }

  return {
    /** Decode some more until a time; whether it is whole. @param {number} until as performance.now */
    fill(until) {
      while (next < count && performance.now() < until) decode();
      return next === count;
    },
    share: () => next / count,
    joint,
    peaks,
  };
}
