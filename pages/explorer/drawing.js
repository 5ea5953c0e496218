// From a drawing to an image as the data set has them: same size of the ink, same place.

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
