// The VAE's two networks, run by plain loops: q(z | x[, y]) and E[x | z[, y]].

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
 * @param {(x: number) => number} activation between layers
 * @param {Float32Array} input @returns {Float32Array} */
export function perceptron(layers, activation, input) {
  let values = input;
  layers.forEach(({ weight, bias }, depth) => {
    const [inputs, outputs] = [values.length, bias.length];
    const result = new Float32Array(outputs);
    for (let o = 0, w = 0; o < outputs; o++) {
      let sum = bias[o];
      for (let i = 0; i < inputs; i++, w++) sum += weight[w] * values[i];
      result[o] = depth < layers.length - 1 ? activation(sum) : sum;
    }
    values = result;
  });
  return values;
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

/** log p(x | mean) − KL(q ‖ p(z)) in nats, of Bernoulli pixels. */
function fit(x, logits, { mean, sigma }) {
  let nats = 0;
  logits.forEach((logit, i) => {
    nats += x[i] * logit - Math.max(logit, 0) - Math.log1p(Math.exp(-Math.abs(logit)));
  });
  mean.forEach((m, axis) => {
    nats -= 0.5 * (m * m + sigma[axis] ** 2 - 1) - Math.log(sigma[axis]);
  });
  return nats;
}

/** The networks of one model.
 * @param {Object} arrays by the names that PyTorch gives them
 * @param {{activation: string, maxLogVar: number, shifts: number, imageShape: number[]}} settings of
 *   vae/model/vae.py
 * @param {(z: number) => number} cdf */
export function networks(arrays, { activation, maxLogVar, shifts, imageShape }, cdf) {
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
  const join = (values, weights) => (weights ? Float32Array.of(...values, ...weights) : values);
  const look = (x, y) => {
    const both = perceptron(encoder, act, join(x, y));
    const d = both.length / 2;
    return { mean: both.slice(0, d), sigma: both.slice(d).map((v) => Math.exp(0.5 * Math.min(v, maxLogVar))) };
  };
  return {
    /** Of the looks at a picture and its shifted copies the one that fits it best.
     * @param {Float32Array} x pixels in [0, 1] @param {Float32Array?} y class weights */
    encode(x, y) {
      if (!shifts) return look(x, y);
      let [best, most] = [null, -Infinity];
      for (let down = -shifts; down <= shifts; down++) {
        for (let right = -shifts; right <= shifts; right++) {
          const q = look(rolled(x, imageShape, down, right), y);
          const nats = fit(x, perceptron(decoder, act, join(q.mean, y)), q);
          if (!best || nats > most) [best, most] = [q, nats];
        }
      }
      return best;
    },
    /** @param {Float32Array} z @param {Float32Array?} y class weights
     * @returns {Float32Array} the mean of every pixel, in [0, 1] */
    decode(z, y) {
      const logits = perceptron(decoder, act, join(z, y));
      for (let i = 0; i < logits.length; i++) logits[i] = 1 / (1 + Math.exp(-logits[i]));
      return logits;
    },
  };
}
