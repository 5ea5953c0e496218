// The page's elements, and how images and numbers are put into them.

import { toImageData } from "./map.js";

export const $ = (id) => document.getElementById(id);

/** A number as a reader sees it. @param {number} value */
export function number(value) {
  return value.toFixed(2).replace("-", "−");
}

/** Show an image in a canvas, pixel by pixel.
 * @param {HTMLCanvasElement} canvas @param {Float32Array} values in [0, 1] @param {number[]} shape */
export function show(canvas, values, shape) {
  [canvas.height, canvas.width] = shape;
  canvas.getContext("2d").putImageData(toImageData(values, shape), 0, 0);
}
