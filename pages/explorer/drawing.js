// From a drawing or a picture to an image as the data set has them; of ink same size, same place.

const LUMA = [0.299, 0.587, 0.114]; // of red, green and blue in grey (ITU-R BT.601)
const FAINT = 0.15; // of ink on paper that is not black: so much may be the paper's own shade

const greyOf = (rgba, at) => (LUMA[0] * rgba[at] + LUMA[1] * rgba[at + 1] + LUMA[2] * rgba[at + 2]) / 255;

/** A picture's values, each the mean of a square of its pixels.
 * @param {Uint8ClampedArray} rgba of the picture @param {number} scale the side of a square
 * @param {number[]} shape H×W or H×W×C of the image */
export function reduced(rgba, scale, [rows, columns, channels = 1]) {
  const image = new Float32Array(rows * columns * channels);
  const share = 1 / (scale * scale);
  for (let i = 0; i < rows * columns * scale * scale; i++) {
    const x = i % (columns * scale), y = Math.floor(i / (columns * scale));
    const to = (Math.floor(y / scale) * columns + Math.floor(x / scale)) * channels;
    if (channels === 1) image[to] += share * greyOf(rgba, 4 * i);
    else for (let c = 0; c < channels; c++) image[to + c] += (share * rgba[4 * i + c]) / 255;
  }
  return image;
}

/** How much a picture differs from its paper, which is most of its edge: ink on black as it is, and
 * dark ink on light paper turned round. @param {Uint8ClampedArray} rgba @param {number} width */
export function inkOf(rgba, width) {
  const grey = Float32Array.from({ length: rgba.length / 4 }, (_, i) => greyOf(rgba, 4 * i));
  const edge = grey.filter((_, i) => i < width || i >= grey.length - width || i % width === 0 || (i + 1) % width === 0);
  const paper = edge.toSorted()[edge.length >> 1];
  if (paper === 0) return grey;
  const most = Math.max(paper, 1 - paper);
  return grey.map((value) => Math.max(0, Math.abs(value - paper) / most - FAINT) / (1 - FAINT));
}

/** How the ink lies in a picture: its bounding box and its centre of mass, in pixels.
 * @param {Float32Array} ink row by row @param {number} width
 * @returns {?{left: number, top: number, right: number, bottom: number, x: number, y: number}}
 *   right and bottom are exclusive; null if there is no ink */
export function extent(ink, width) {
  const box = { left: Infinity, top: Infinity, right: 0, bottom: 0, x: 0, y: 0 };
  let mass = 0;
  for (let i = 0; i < ink.length; i++) {
    if (ink[i] <= 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x + 1);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y + 1);
    box.x += ink[i] * (x + 0.5);
    box.y += ink[i] * (y + 0.5);
    mass += ink[i];
  }
  return mass > 0 ? { ...box, x: box.x / mass, y: box.y / mass } : null;
}

/** A drawing scaled and moved: its longer side becomes `box` pixels, its centre of mass lies at
 * `centre`, every pixel is the mean of the drawing under it.
 * @param {Float32Array} ink in [0, 1], row by row @param {number} width of the drawing
 * @param {number[]} shape [height, width] of the image
 * @param {{box: number, centre: number[]}} place as the data set's images have it: x, y
 * @returns {?Float32Array} null if there is no ink */
export function centred(ink, width, shape, place) {
  const found = extent(ink, width);
  if (!found) return null;
  const scale = Math.max(found.right - found.left, found.bottom - found.top) / place.box;
  const [rows, columns] = shape;
  const image = new Float32Array(rows * columns);
  const height = ink.length / width;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const left = found.x + (column - place.centre[0]) * scale;
      const top = found.y + (row - place.centre[1]) * scale;
      image[row * columns + column] = meanUnder(ink, width, height, left, top, scale);
    }
  }
  return image;
}

/** The mean of a square of a picture, with nothing beyond its edges. Whole pixels are counted. */
export function meanUnder(ink, width, height, left, top, side) {
  const [x0, y0] = [Math.round(left), Math.round(top)];
  const x1 = Math.max(x0 + 1, Math.round(left + side));
  const y1 = Math.max(y0 + 1, Math.round(top + side));
  let sum = 0;
  for (let y = Math.max(0, y0); y < Math.min(height, y1); y++) {
    for (let x = Math.max(0, x0); x < Math.min(width, x1); x++) sum += ink[y * width + x];
  }
  return sum / ((x1 - x0) * (y1 - y0));
}
