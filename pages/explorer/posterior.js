// What can be computed of an image exactly where the latent space is a plane: its log p(x), its
// posterior p(z | x), the best diagonal Gaussian q*, and so what the encoder's q misses, in nats.
//
//   log p(x) − ELBO(q) = [log p(x) − ELBO(q*)] + [ELBO(q*) − ELBO(q)]
//                            not a Gaussian       not where the encoder looked
//
// vae/quadrature.py sums over a grid that is fine everywhere. Here a coarse lattice says where the
// posterior may have peaks; from each one climbs to the best Gaussian near it, and around that the
// sum runs over codes a little less than one standard deviation apart, as far as they count.

import { logPrior } from "./lattice.js";
import { logLikelihood } from "./likelihood.js";
import { divergence } from "./network.js";

const DROP = 40; // nats: how far the lattice may miss a peak's height, narrow as it is
const STARTS = 8; // at most
const STEPS = 12; // of a climb, at most
const ENOUGH = { peak: 0.05, best: 0.002 }; // nats: a climb ends when it gains less
const COUNTS = 5.5; // nats below the best, a peak is too low to count
const APART = 0.9; // of standard deviations, between the codes of a sum: off by 10⁻⁵ for a Gaussian
const FINEST = 0.3; // at that, it is halved no more
const ROUGH = 0.05; // nats: from there on it is halved
const CUT = 6; // nats below the highest, the sum ends
const CODES_OF_PEAK = 1200; // at most

/** Gauss–Hermite quadrature of n×n nodes under N(0, I). @param {number[][]} line [node, weight] */
const rule = (line) => line.flatMap(([a, u]) => line.map(([b, v]) => [a, b, u * v]));
const mirrored = (half) => [...half.map(([a, u]) => [-a, u]), ...half];
const THREE = rule([...mirrored([[Math.sqrt(3), 1 / 6]]), [0, 2 / 3]]);
const FIVE = rule([
  ...mirrored([
    [1.355626179974266, 0.222075922005613],
    [2.856970013872806, 0.01125741132772069],
  ]),
  [0, 8 / 15],
]);

/** log p(x, z) of one image at many codes. @returns {(codes: number[][]) => number[]} */
export function jointOf(network, x, y) {
  return (codes) => {
    const [flat, count] = [Float32Array.from(codes.flat()), codes.length];
    const logits = network.logits(network.hidden(flat, y, count), count);
    return codes.map((z, k) => logLikelihood(x, logits, k * x.length) + logPrior(...z));
  };
}

/** A diagonal Gaussian with its ELBO and, by Stein's identities for ε ~ N(0, I), the means under it
 * of the slope of log p(x, z), E[J ε] / σ, and of its curvature, −E[J (εεᵀ − I)] / σσᵀ. */
function weighed(joint, mean, sigma, nodes) {
  const values = joint(nodes.map(([a, b]) => [mean[0] + sigma[0] * a, mean[1] + sigma[1] * b]));
  const expected = nodes.reduce((sum, [, , weight], k) => sum + weight * values[k], 0);
  const [slope, bend] = [[0, 0], [0, 0, 0]]; // of the second: 11, 12, 22
  nodes.forEach(([a, b, weight], k) => {
    const share = weight * (values[k] - expected);
    [a, b].forEach((e, i) => (slope[i] += (share * e) / sigma[i]));
    bend[0] -= (share * (a * a - 1)) / sigma[0] ** 2;
    bend[1] -= (share * a * b) / (sigma[0] * sigma[1]);
    bend[2] -= (share * (b * b - 1)) / sigma[1] ** 2;
  });
  const entropy = Math.log(sigma[0] * sigma[1] * 2 * Math.PI * Math.E);
  return { mean, sigma, elbo: expected + entropy, slope, bend };
}

/** The curvature as a precision: positive, and no σ more than doubled or halved by it. */
function precision({ sigma, bend }) {
  const within = (value, s) => Math.min(Math.max(value, 0.25 / s ** 2), 4 / s ** 2);
  const [a, c] = [within(bend[0], sigma[0]), within(bend[2], sigma[1])];
  const most = 0.95 * Math.sqrt(a * c);
  return [a, Math.min(Math.max(bend[1], -most), most), c];
}

/** The next Gaussian of Newton's method, and no further than 3 σ away.
 * Source: Opper & Archambeau 2009, The variational Gaussian approximation revisited. */
function stepped(q) {
  const [a, b, c] = precision(q);
  const [g, h] = q.slope;
  const move = [(c * g - b * h) / (a * c - b * b), (a * h - b * g) / (a * c - b * b)];
  const long = Math.max(1, ...move.map((m, i) => Math.abs(m) / q.sigma[i] / 3));
  return [q.mean.map((m, i) => m + move[i] / long), [1 / Math.sqrt(a), 1 / Math.sqrt(c)]];
}

/** From a start to the best diagonal Gaussian near it. */
function climb(joint, mean, sigma, nodes, enough) {
  let best = weighed(joint, mean, sigma, nodes);
  let [where, wide] = stepped(best);
  for (let k = 1; k < STEPS; k++) {
    const next = weighed(joint, where, wide, nodes);
    const gain = next.elbo - best.elbo;
    if (gain > 0) {
      best = next;
      [where, wide] = stepped(best);
    } else { // half the way back
      where = where.map((m, i) => (m + best.mean[i]) / 2);
      wide = wide.map((s, i) => Math.sqrt(s * best.sigma[i]));
    }
    if (Math.abs(gain) < enough) break;
  }
  return best;
}

/** The squared distance from a Gaussian's mean in its standard deviations, by its precision. */
function distance([a, b, c], mean, z) {
  const [x, y] = [z[0] - mean[0], z[1] - mean[1]];
  return a * x * x + 2 * b * x * y + c * y * y;
}

/** The peaks of a posterior that count, as Gaussians, the best first. */
function peaksOf(joint, starts, sigma) {
  const found = [];
  for (const start of starts) {
    const peak = climb(joint, start, sigma, THREE, ENOUGH.peak);
    peak.precision = precision(peak);
    const same = (other) =>
      Math.min(distance(other.precision, other.mean, peak.mean), distance(peak.precision, peak.mean, other.mean)) < 1.5;
    if (!found.some(same)) found.push(peak);
  }
  found.sort((p, q) => q.elbo - p.elbo);
  return found.filter((peak) => peak.elbo > found[0].elbo - COUNTS);
}

/** The axes of a peak's ellipse of one standard deviation, as the columns of a matrix by rows. */
function axesOf([a, b, c]) {
  const turn = 0.5 * Math.atan2(2 * b, a - c);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const along = a * cos * cos + 2 * b * cos * sin + c * sin * sin;
  const across = a * sin * sin - 2 * b * cos * sin + c * cos * cos;
  const [s, t] = [1 / Math.sqrt(along), 1 / Math.sqrt(across)];
  return [s * cos, -t * sin, s * sin, t * cos];
}

/** Half of what every other row or column of a lattice differs by from the rest, in nats; where all is
 * Gaussian 0.005. */
function roughness(nodes) {
  const half = (axis, parity) =>
    logSumExp(nodes.filter(({ node }) => (node[axis] & 1) === parity).map(({ value }) => value));
  return Math.max(...[0, 1].map((axis) => Math.abs(half(axis, 0) - half(axis, 1)) / 2));
}

/** log p(x, z) at codes around a peak, on a lattice along its axes, as far out as it counts; a denser
 * one where the posterior is no hill but has ridges and clefts. */
function patchOf(joint, peak, apart = APART) {
  const { mean, precision: of } = peak;
  const [m00, m01, m10, m11] = axesOf(of).map((m) => apart * m);
  const place = ([i, j]) => [mean[0] + m00 * i + m01 * j, mean[1] + m10 * i + m11 * j];
  const known = new Map();
  const key = ([i, j]) => `${i} ${j}`;
  let [front, top] = [[[0, 0]], -Infinity];
  while (front.length && known.size < CODES_OF_PEAK) {
    const values = joint(front.map(place));
    front.forEach((node, k) => known.set(key(node), { node, z: place(node), value: values[k] }));
    top = values.reduce((a, b) => Math.max(a, b), top);
    const next = new Map();
    for (const [i, j] of front.filter((_, k) => values[k] > top - CUT)) {
      for (const node of [[i + 1, j], [i - 1, j], [i, j + 1], [i, j - 1]]) {
        if (!known.has(key(node))) next.set(key(node), node);
      }
    }
    front = [...next.values()];
  }
  const nodes = [...known.values()];
  if (apart > FINEST && roughness(nodes) > ROUGH) return patchOf(joint, peak, apart / 2);
  const area = m00 * m11 - m01 * m10;
  return { mean, apart, inverse: [m11 / area, -m01 / area, -m10 / area, m00 / area], area, top, nodes };
}

const logSumExp = (values) => {
  const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
};

/** log ∫ p(x, z) dz over the patches. Where peaks have neighbours, each code counts in each patch by
 * the share that its own Gaussian has in the sum of all there: the shares add up to one. */
function summed(peaks, patches) {
  const log = ({ elbo, mean, precision: of }, z) =>
    elbo + 0.5 * Math.log(of[0] * of[2] - of[1] ** 2) - 0.5 * distance(of, mean, z);
  return logSumExp(
    patches.flatMap(({ nodes, area }, own) =>
      nodes.map(({ z, value }) => {
        const all = peaks.map((peak) => log(peak, z));
        return value + Math.log(area) + all[own] - logSumExp(all);
      }),
    ),
  );
}

/** Everything of one image, in nats.
 * @param {Object} network of `networks` @param {Object} plane its whole `lattice`
 * @param {Float32Array} x pixels in [0, 1] @param {?Float32Array} y class weights
 * @param {{mean: Float32Array, sigma: Float32Array}} code the encoder's Gaussian
 * @returns {{q: Object, best: Object, patches: Object[], elbo: number, kl: number,
 *   reconstruction: number, logLikelihood: number, approximation: number, amortisation: number}}
 *   `q` is the encoder's Gaussian, `best` is q*, `patches` hold log p(x, z) around each peak */
export function exactly(network, plane, x, y, code = network.encode(x, y)) {
  const joint = jointOf(network, x, y);
  const q = weighed(joint, [...code.mean], [...code.sigma], FIVE);
  const starts = plane.peaks(x, DROP, STARTS);
  let peaks = peaksOf(joint, starts, q.sigma);
  if (peaks[0].elbo < q.elbo) peaks = peaksOf(joint, [...starts, q.mean], q.sigma); // one slipped through
  const patches = peaks.map((peak) => patchOf(joint, peak));
  const exact = summed(peaks, patches);
  const tuned = climb(joint, ...stepped(peaks[0]), FIVE, ENOUGH.best);
  const best = tuned.elbo > q.elbo ? tuned : q;
  const kl = divergence(q);
  return {
    q,
    best,
    patches,
    elbo: q.elbo,
    kl,
    reconstruction: q.elbo + kl,
    logLikelihood: exact,
    approximation: exact - best.elbo,
    amortisation: best.elbo - q.elbo,
  };
}
