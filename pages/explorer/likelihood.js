// What a decoder's numbers say of an image: the likelihoods of vae/model/likelihood.py. A decoder gives
// one or two numbers, a and b, for each value of an image.

const FEWEST = { deviation: -Math.log(256), scale: -Math.log(4 * 255) }; // logarithms of the least
const FLAT = 0.05; // of a logit to 0: there a series serves
const HALF = 1 / 510; // of a level's bin

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
export const softplus = (x) => (x > 20 ? x : Math.log1p(Math.exp(x)));
const atLeast = (value, least) => least + softplus(value - least);

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

/** @param {(x: number, a: number, b: number) => number} nats of one value */
function byValue(outputs, nats) {
  return (x, numbers, from = 0) => {
    let sum = 0;
    for (let i = 0, at = from; i < x.length; i++, at += outputs) sum += nats(x[i], numbers[at], numbers[at + 1]);
    return sum;
  };
}

const continuous = {
  outputs: 1,
  mean: (l) => (Math.abs(l) < FLAT ? 0.5 + l / 12 : -1 / Math.expm1(-l) - 1 / l),
  logLikelihood: byValue(1, (x, l) => {
    const normaliser = Math.abs(l) < FLAT ? Math.LN2 + (l * l) / 12 : Math.log(l / Math.tanh(l / 2));
    return l * x - softplus(l) + normaliser;
  }),
};

const gaussian = {
  outputs: 2,
  mean: sigmoid,
  logLikelihood: byValue(2, (x, a, b) => {
    const log = atLeast(b, FEWEST.deviation);
    return -0.5 * ((x - sigmoid(a)) / Math.exp(log)) ** 2 - log - 0.5 * Math.log(2 * Math.PI);
  }),
};

const EVEN = Math.log(2 * Math.PI); // less of the logarithm: a scale as wide as an even distribution

const discretised = {
  outputs: 2,
  mean: (a, b) => {
    const s = Math.exp(atLeast(b - EVEN, FEWEST.scale));
    return Math.min(1, Math.max(0, s * (softplus((0.5 + a) / s) - softplus((a - 0.5) / s))));
  },
  logLikelihood: byValue(2, (x, a, b) => {
    const rate = Math.exp(-atLeast(b - EVEN, FEWEST.scale));
    const below = -softplus(-rate * (x - 0.5 - a + HALF));
    const above = -softplus(-rate * (HALF - x + 0.5 + a));
    if (x < HALF) return below;
    return x > 1 - HALF ? above : below + above + Math.log(-Math.expm1(-2 * HALF * rate));
  }),
};

const bernoulli = { outputs: 1, mean: sigmoid, logLikelihood };

// what a model sees of a level in [0, 1]: of a random choice the likelier or the middle
const seen = {
  grey: (x) => x,
  binary: (x) => Number(x > 0.5),
  noisy: (x) => (255 * x + 0.5) / 256,
};

const LIKELIHOODS = {
  bernoulli: { ...bernoulli, see: seen.grey },
  "dynamic-bernoulli": { ...bernoulli, see: seen.binary },
  "static-bernoulli": { ...bernoulli, see: seen.binary },
  "continuous-bernoulli": { ...continuous, see: seen.noisy },
  gaussian: { ...gaussian, see: seen.noisy },
  "discretised-logistic": { ...discretised, see: seen.grey },
};

/** A likelihood by its name: how many numbers it needs for each value of an image; and of whole images
 * what a model sees, their means, and log p(x | z) in nats.
 * @returns {{outputs: number, observe: Function, means: Function, logLikelihood: Function}} */
export function likelihoodOf(name) {
  const { outputs, see, mean, logLikelihood: nats } = LIKELIHOODS[name];
  return {
    outputs,
    observe: (x) => x.map(see),
    means: (numbers) =>
      Float32Array.from({ length: numbers.length / outputs }, (_, i) =>
        mean(numbers[i * outputs], numbers[i * outputs + 1]),
      ),
    logLikelihood: nats,
  };
}
