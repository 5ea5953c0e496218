// Layers of a network, each of them one matrix product. Rows of numbers lie one after the other, a row
// for each picture; in a picture H×W×C the channels of a pixel lie together.

/** Rows through layer after layer.
 * @param {Object[]} layers of pages/networks.py, each with its weight and bias
 * @param {(x: number) => number} activation between layers, and behind the last if `open`
 * @param {Float32Array} input one row after the other @param {number} count of rows
 * @returns {Float32Array} a row of outputs for each */
export function run(layers, activation, input, count = 1, open = false) {
  let values = input;
  layers.forEach((layer, depth) => {
    values = KINDS[layer.kind](layer, values, count);
    if (!open && depth === layers.length - 1) return;
    for (let i = 0; i < values.length; i++) values[i] = activation(values[i]);
  });
  return values;
}

const KINDS = { linear, convolution, transposed };

/** x Wᵀ + b, where x has `count` rows; a row of W gives one output. */
function linear({ weight, bias }, x, count) {
  const y = new Float32Array(count * bias.length);
  if (count === 1) oneRow(weight, bias, x, y);
  else for (let row = 0; row < count; row += 4) fourRows(weight, bias, x, y, row, count - 1);
  return y;
}

/** What lies under the kernel at each place, as a row; then one matrix product. */
function convolution(layer, x, count) {
  const { from: [height, width], to: [rows, columns], kernel, stride, padding } = layer;
  const channels = x.length / count / height / width; // of a conditional model with the class's
  const under = new Float32Array(count * rows * columns * kernel * kernel * channels);
  let at = 0;
  for (let place = 0; place < count * rows * columns; place++) {
    const picture = Math.floor(place / (rows * columns));
    const top = (Math.floor(place / columns) % rows) * stride - padding;
    const left = (place % columns) * stride - padding;
    for (let y = top; y < top + kernel; y++) {
      for (let x0 = left; x0 < left + kernel; x0++, at += channels) {
        if (y < 0 || y >= height || x0 < 0 || x0 >= width) continue;
        const of = ((picture * height + y) * width + x0) * channels;
        for (let c = 0; c < channels; c++) under[at + c] = x[of + c];
      }
    }
  }
  return linear(layer, under, count * rows * columns);
}

/** The reverse of a convolution: one matrix product says what each place adds under its kernel. */
function transposed({ weight, bias, from, to, kernel, stride, padding }, x, count) {
  const [height, width] = from, [rows, columns] = to;
  const channels = bias.length, size = kernel * kernel * channels;
  const added = linear({ weight, bias: new Float32Array(size) }, x, count * height * width);
  const y = new Float32Array(count * rows * columns * channels);
  for (let i = 0; i < y.length; i += channels) y.set(bias, i);
  for (let place = 0; place < count * height * width; place++) {
    const picture = Math.floor(place / (height * width));
    const top = (Math.floor(place / width) % height) * stride - padding;
    const left = (place % width) * stride - padding;
    let at = place * size;
    for (let row = top; row < top + kernel; row++) {
      for (let column = left; column < left + kernel; column++, at += channels) {
        if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
        const to0 = ((picture * rows + row) * columns + column) * channels;
        for (let c = 0; c < channels; c++) y[to0 + c] += added[at + c];
      }
    }
  }
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
