// The plane decoded once: what the decoder's last layer is given at every code of a lattice. For an
// image, the logarithm of p(x, z) at all of them is then one matrix–vector product:
//
//   log p(x, z) = x·l(z) − Σ log(1 + exp l(z)) + log N(z; 0, I),   l(z) = W h(z) + b the logits
//   x·l(z) = (Wᵀx)·h(z) + b·x
//
// Of a last layer that is no matrix the logits themselves are kept.

import { logLikelihood } from "./likelihood.js";

const APART_CODES = 0.15; // of the plane, about
const AT_ONCE = 4096; // numbers kept of the codes that are decoded together: a fraction of a slice

/** log N(z; 0, I) of the plane. */
export const logPrior = (z0, z1) => -0.5 * (z0 * z0 + z1 * z1) - Math.log(2 * Math.PI);

/** A square lattice of values, row by row, with one more between each two: by the cubic through the
 * four around it, first along the rows and then along the columns. */
function finer(values, side) {
  const fine = 2 * side - 1;
  const result = new Float64Array(fine * fine);
  const fill = (from, to) => { // a line, of every other place, from one place to the next
    for (let i = 0, at = from; i < side - 1; i++, at += 2 * to) {
      const [before, after] = [i ? at - 2 * to : at, i < side - 2 ? at + 4 * to : at + 2 * to];
      result[at + to] = (9 * (result[at] + result[at + 2 * to]) - result[before] - result[after]) / 16;
    }
  };
  values.forEach((value, i) => {
    result[2 * Math.floor(i / side) * fine + 2 * (i % side)] = value;
  });
  for (let row = 0; row < fine; row += 2) fill(row * fine, 1);
  for (let column = 0; column < fine; column++) fill(column, fine);
  return result;
}

/** @param {Object} network of `networks` @param {?Float32Array} y class weights
 * @param {number} reach the lattice runs from −reach to reach on both axes */
export function lattice(network, y, reach) {
  const side = 2 * Math.ceil(reach / APART_CODES) + 1; // codes on an axis
  const count = side * side;
  const black = new Float32Array(network.values);
  const width = network.inward(black).weights.length;
  const hidden = new Float32Array(count * width);
  const rest = new Float64Array(count); // log p(x, z) without x·l(z)
  const codes = new Float32Array(2 * count);
  const step = (2 * reach) / (side - 1);
  for (let i = 0; i < count; i++) {
    codes.set([(i % side) * step - reach, Math.floor(i / side) * step - reach], 2 * i);
  }
  let next = 0;

  function decode() {
    const some = Math.min(Math.ceil(AT_ONCE / width), count - next);
    const part = codes.subarray(2 * next, 2 * (next + some));
    const inner = network.hidden(part, y, some);
    const logits = network.logits(inner, some);
    hidden.set(inner, next * width);
    for (let k = 0; k < some; k++) {
      const besides = logLikelihood(black, logits, k * black.length);
      rest[next + k] = besides + logPrior(part[2 * k], part[2 * k + 1]);
    }
    next += some;
  }

  /** log p(x, z) at every code, row by row from the lower left. @param {Float32Array} x */
  function joint(x) {
    const { weights, constant } = network.inward(x);
    return rest.map((value, code) => {
      let sum = value + constant;
      for (let i = 0, h = code * width; i < width; i++, h++) sum += weights[i] * hidden[h];
      return sum;
    });
  }

  /** The codes of a lattice twice as fine that are higher than all around them, the highest first.
   * @param {Float32Array} x @param {number} drop below the highest, in nats, at most
   * @param {number} most of them */
  function peaks(x, drop, most) {
    const fine = 2 * side - 1;
    const values = finer(joint(x), side);
    const least = values.reduce((a, b) => Math.max(a, b)) - drop;
    const at = (row, column) =>
      row < 0 || column < 0 || row >= fine || column >= fine ? -Infinity : values[row * fine + column];
    const highest = (i) => {
      const [row, column] = [Math.floor(i / fine), i % fine];
      for (let k = 0; k < 9; k++) {
        if (at(row + Math.floor(k / 3) - 1, column + (k % 3) - 1) > values[i]) return false;
      }
      return true;
    };
    const found = [];
    for (let i = 0; i < values.length; i++) if (values[i] > least && highest(i)) found.push(i);
    found.sort((i, j) => values[j] - values[i]);
    const place = (n) => (n * step) / 2 - reach;
    return found.slice(0, most).map((i) => [place(i % fine), place(Math.floor(i / fine))]);
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
