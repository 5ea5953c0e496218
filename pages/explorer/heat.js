// The exact posterior as a picture: its height anywhere near its peaks, and lines around as much of it
// as a Gaussian has within 1 and 2 standard deviations.

const SAMPLES = 160; // on a side
const FINER = 5; // on each axis
const HELD = [1, 2].map((radius) => 1 - Math.exp(-0.5 * radius * radius)); // 39 % and 86 %

/** log p(x, z) between the codes of a patch where it is known; −∞ beyond. What it differs from the
 * peak's parabola by is taken from the four codes around, in between them linearly. */
function surface({ mean, apart, inverse, nodes }) {
  const columns = nodes.map(({ node }) => node[0]);
  const rows = nodes.map(({ node }) => node[1]);
  const [left, low] = [Math.min(...columns), Math.min(...rows)];
  const width = Math.max(...columns) - left + 2;
  const parabola = (i, j) => -0.5 * apart * apart * (i * i + j * j);
  const rest = new Float64Array(width * (Math.max(...rows) - low + 2)).fill(-Infinity);
  for (const { node, value } of nodes) {
    rest[(node[1] - low) * width + node[0] - left] = value - parabola(...node);
  }
  return (z0, z1) => {
    const [x, y] = [z0 - mean[0], z1 - mean[1]];
    const [i, j] = [inverse[0] * x + inverse[1] * y, inverse[2] * x + inverse[3] * y];
    const [column, row] = [Math.floor(i) - left, Math.floor(j) - low];
    if (column < 0 || row < 0 || column >= width - 1 || (row + 2) * width > rest.length) return -Infinity;
    const [s, t] = [i - left - column, j - low - row];
    const at = row * width + column;
    const below = (1 - s) * rest[at] + s * rest[at + 1];
    const above = (1 - s) * rest[at + width] + s * rest[at + width + 1];
    const value = (1 - t) * below + t * above + parabola(i, j);
    return Number.isNaN(value) ? -Infinity : value;
  };
}

/** How high log p(x, z) is on the lines around those shares of the posterior, by codes FINER times as
 * dense as those of its sum. */
function levels(patches, surfaces) {
  const shares = Array.from({ length: FINER }, (_, k) => (k + 0.5) / FINER - 0.5);
  const all = patches.flatMap(({ nodes, across, area }, own) =>
    nodes.flatMap(({ z }) =>
      shares.flatMap((s) =>
        shares.map((t) => ({
          value: surfaces[own](z[0] + across[0] * s + across[1] * t, z[1] + across[2] * s + across[3] * t),
          area,
        })),
      ),
    ),
  );
  all.sort((a, b) => b.value - a.value);
  const top = all[0].value;
  const mass = all.map(({ value, area }) => area * Math.exp(value - top));
  const total = mass.reduce((a, b) => a + b);
  return HELD.map((share) => {
    let sum = 0;
    return all[mass.findIndex((m) => (sum += m) >= share * total)].value;
  });
}

/** Where a function given at the corners of square cells crosses a level (marching squares).
 * @param {Float64Array} values of side×side corners @returns {number[][]} x, y, x, y of each piece,
 *   in cells from the first corner */
export function contour(values, side, level) {
  const pieces = [];
  const corners = [[0, 0], [1, 0], [1, 1], [0, 1]];
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const heights = corners.map(([x, y]) => Math.max(-1e6, values[(row + y) * side + column + x] - level));
      const crossed = [];
      corners.forEach(([x, y], k) => {
        const [a, b, [u, v]] = [heights[k], heights[(k + 1) % 4], corners[(k + 1) % 4]];
        if (a > 0 === b > 0) return;
        const share = a / (a - b);
        crossed.push(column + x + share * (u - x), row + y + share * (v - y));
      });
      for (let k = 0; k < crossed.length; k += 4) pieces.push(crossed.slice(k, k + 4));
    }
  }
  return pieces;
}

/** @param {Object[]} patches of `exactly`
 * @returns {{box: number[], side: number, share: Float64Array, lines: number[][][]}} the part of the
 *   plane that it shows, from its lower left corner to its upper right; the density there as a share
 *   of the highest; and pieces of lines in that plane, for each of the shares held */
export function heatOf(patches) {
  const places = patches.flatMap(({ nodes }) => nodes.map(({ z }) => z));
  const [low, high] = [Math.min, Math.max].map((pick) => [0, 1].map((axis) => pick(...places.map((z) => z[axis]))));
  const step = [0, 1].map((axis) => (high[axis] - low[axis]) / (SAMPLES - 1));
  const surfaces = patches.map(surface);
  const top = Math.max(...patches.map((patch) => patch.top));
  const heights = Float64Array.from({ length: SAMPLES * SAMPLES }, (_, k) => {
    const z0 = low[0] + (k % SAMPLES) * step[0];
    const z1 = low[1] + Math.floor(k / SAMPLES) * step[1];
    return surfaces.reduce((most, height) => Math.max(most, height(z0, z1)), -Infinity);
  });
  const place = (value, i) => low[i % 2] + step[i % 2] * value;
  return {
    box: [...low, ...high],
    side: SAMPLES,
    share: heights.map((height) => Math.exp(height - top)),
    lines: levels(patches, surfaces).map((level) => contour(heights, SAMPLES, level).map((piece) => piece.map(place))),
  };
}

/** The density as a picture of one colour, more opaque where it is higher.
 * @param {Object} heat of `heatOf` @param {string} colour as #rrggbb */
export function tinted({ side, share }, colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const image = new ImageData(side, side);
  const rgb = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  share.forEach((value, k) => {
    const at = 4 * ((side - 1 - Math.floor(k / side)) * side + (k % side)); // pictures run downwards
    image.data.set([...rgb, 220 * value], at);
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
