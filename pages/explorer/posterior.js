// What can be computed of an image exactly where the latent space is a plane: its log p(x), its
// posterior p(z | x), the best diagonal Gaussian q*, and so what the encoder's q misses, in nats.
//
//   log p(x) − ELBO(q) = [log p(x) − ELBO(q*)] + [ELBO(q*) − ELBO(q)]
//                            not a Gaussian       not where the encoder looked
//
// vae/quadrature.py sums over a grid that is fine everywhere. Here a coarse lattice says where the
// posterior may have peaks; from each one climbs to the best Gaussian near it, and around that the
// sum runs over codes one standard deviation apart, as far as they count.

import { logPrior } from "./lattice.js";
import { logLikelihood } from "./likelihood.js";
import { divergence } from "./network.js";

const DROP = 40; // nats: how far the lattice may miss a peak's height, narrow as it is
const STARTS = 8; // at most
const STEPS = 12; // of a climb, at most
const ENOUGH = 0.003; // nats: a climb ends when a step promises less
const COUNTS = 5.5; // nats below the best, a peak is too low to count
const NEAR_Q = 9; // squared standard deviations of the encoder's Gaussian: one climbs from there
const SAME = 1.5; // squared standard deviations that one peak's codes lie apart, at most
const APART = 1; // of standard deviations, between the codes of a sum: off by 10⁻⁸ for a Gaussian
const FINEST = 0.3; // at that, it is halved no more
const ROUGH = 0.01; // nats: from there on it is halved
const CUT = 6; // nats below the highest, codes have no more neighbours in the sum
const CODES_OF_PEAK = 1200; // at most
const UNLIKE = 0.15; // nats: a posterior that is further from its Gaussian asks for more nodes

/** Nodes and weights of a quadrature under N(0, I), exact for polynomials of degree 7 in 12 nodes.
 * Source: Stroud 1971, Approximate calculation of multiple integrals, formula E₂^r² 7-1. */
const NODES = (() => {
  const [r, s, t] = [6, (9 - 3 * Math.sqrt(5)) / 4, (9 + 3 * Math.sqrt(5)) / 4].map(Math.sqrt);
  const square = (a, weight) => [[a, a], [a, -a], [-a, a], [-a, -a]].map(([x, y]) => [x, y, weight]);
  const cross = [[r, 0], [-r, 0], [0, r], [0, -r]].map(([x, y]) => [x, y, 1 / 36]);
  return [...cross, ...square(s, (5 + 2 * Math.sqrt(5)) / 45), ...square(t, (5 - 2 * Math.sqrt(5)) / 45)];
})();

/** The same by Gauss and Hermite, of degree 9 in each direction, in 25. */
const DENSER = (() => {
  const half = [[1.355626179974266, 0.222075922005613], [2.856970013872806, 0.01125741132772069]];
  const line = [...half.map(([a, u]) => [-a, u]), [0, 8 / 15], ...half];
  return line.flatMap(([a, u]) => line.map(([b, v]) => [a, b, u * v]));
})();

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
function weighed(joint, mean, sigma, nodes = NODES) {
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

/** The next Gaussian of Newton's method, no further than 3 σ away, and by how much it promises to
 * raise the ELBO. Source: Opper & Archambeau 2009, The variational Gaussian approximation revisited. */
function stepped(q) {
  const [a, b, c] = precision(q);
  const [g, h] = q.slope;
  const move = [(c * g - b * h) / (a * c - b * b), (a * h - b * g) / (a * c - b * b)];
  const long = Math.max(1, ...move.map((m, i) => Math.abs(m) / q.sigma[i] / 3));
  const narrower = [a, c].map((bend, i) => bend * q.sigma[i] ** 2); // than the curvature asks for
  const promise = narrower.reduce(
    (sum, ratio) => sum + 0.5 * (ratio - 1 - Math.log(ratio)),
    0.5 * (g * move[0] + h * move[1]),
  );
  return {
    mean: q.mean.map((m, i) => m + move[i] / long),
    sigma: [1 / Math.sqrt(a), 1 / Math.sqrt(c)],
    promise,
  };
}

/** From a Gaussian to the best diagonal one near it. */
function climb(joint, start) {
  let best = start;
  let { mean, sigma, promise } = stepped(best);
  for (let k = 0; k < STEPS && promise > ENOUGH; k++) {
    const next = weighed(joint, mean, sigma);
    if (next.elbo > best.elbo) {
      best = next;
      ({ mean, sigma, promise } = stepped(best));
    } else { // half the way back
      mean = mean.map((m, i) => (m + best.mean[i]) / 2);
      sigma = sigma.map((s, i) => Math.sqrt(s * best.sigma[i]));
      promise /= 2;
    }
  }
  return best;
}

/** The squared distance from a Gaussian's mean in its standard deviations, by its precision. */
function distance([a, b, c], mean, z) {
  const [x, y] = [z[0] - mean[0], z[1] - mean[1]];
  return a * x * x + 2 * b * x * y + c * y * y;
}

/** The peaks of a posterior that count, as the best diagonal Gaussians there, the best first.
 * @param {number[][]} starts codes to climb from @param {Object} q the encoder's Gaussian, weighed */
function peaksOf(joint, starts, q) {
  const found = [];
  const isNew = (place) => found.every((peak) => distance(peak.precision, peak.mean, place) > SAME);
  const add = (start) => {
    const peak = climb(joint, start);
    peak.precision = precision(peak);
    if (isNew(peak.mean)) found.push(peak);
  };
  const within = (start) => distance([q.sigma[0] ** -2, 0, q.sigma[1] ** -2], q.mean, start) < NEAR_Q;
  for (const start of starts) if (isNew(start)) add(within(start) ? q : weighed(joint, start, q.sigma));
  if (found.every((peak) => peak.elbo < q.elbo)) add(q); // one slipped through
  found.sort((a, b) => b.elbo - a.elbo);
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

/** Half of what the two halves of a lattice differ by, in nats, taken as the squares of a chessboard;
 * where all is Gaussian 0.0001. */
function roughness(nodes) {
  const half = (parity) =>
    logSumExp(nodes.filter(({ node: [i, j] }) => ((i + j) & 1) === parity).map(({ value }) => value));
  return Math.abs(half(0) - half(1)) / 2;
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
  const inverse = [m11 / area, -m01 / area, -m10 / area, m00 / area];
  return { mean, apart, across: [m00, m01, m10, m11], inverse, area, top, nodes };
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
  const q = weighed(joint, [...code.mean], [...code.sigma]);
  const peaks = peaksOf(joint, plane.peaks(x, DROP, STARTS), q);
  const patches = peaks.map((peak) => patchOf(joint, peak));
  const exact = summed(peaks, patches);
  let [best] = peaks;
  if (exact - best.elbo > UNLIKE) best = weighed(joint, best.mean, best.sigma, DENSER);
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
