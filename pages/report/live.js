// The decoder at work: a map of decoded tiles, a cross on it, and the image that lies there.
// Places are u and v from 0 to 1, u to the right and v up: probabilities under the prior, Φ(z).

import { unpack } from "../explorer/bytes.js";
import { number, show } from "../explorer/elements.js";
import { toImageData } from "../explorer/map.js";
import { networks, normal } from "../explorer/network.js";

const SLICE = 8; // milliseconds of a frame for decoding tiles
const STEP = { small: 0.02, large: 0.1 }; // of the map's side, by an arrow key
const ROUND = 24; // seconds of a round that the cross makes by itself

const within = (value) => Math.min(0.995, Math.max(0.005, value));

/** The way of the cross as long as nobody leads it: near most images, and never quite the same.
 * @param {number} turn in rounds */
const drift = (turn) => [
  0.5 + 0.36 * Math.sin(2 * Math.PI * turn),
  0.5 + 0.36 * Math.sin(2 * Math.PI * 1.382 * turn + 1),
];

/** @param {HTMLElement} box with the map, the cross, the image, its place and a button */
export async function live(box) {
  const at = (name) => box.querySelector(`.${name}`);
  const [map, cross, image, place, told, button] =
    ["map", "cross", "image", "place", "told", "drift"].map(at);
  const data = JSON.parse(at("data").textContent);
  const arrays = await unpack(at("arrays").textContent.trim(), data.table);
  const { cdf, quantile } = normal(arrays.cdf.values, data.cdfSpan);
  const { decode } = networks(arrays, data, cdf);
  const code = ([u, v]) => Float32Array.of(quantile(u), quantile(v));
  let [here, turn, last, asked] = [drift(0), 0, 0, 0];

  function go(u, v) {
    here = [within(u), within(v)];
    [cross.style.left, cross.style.bottom] = here.map((share) => `${100 * share}%`);
    const z = code(here);
    show(image, decode(z), data.imageShape);
    place.textContent = `(${[...z].map(number).join(", ")})`;
  }

  function tick(now) {
    turn += Math.min(100, now - last) / 1000 / ROUND; // it rests while the page is hidden
    last = now;
    go(...drift(turn));
    asked = requestAnimationFrame(tick);
  }

  function start() {
    last = performance.now();
    asked = requestAnimationFrame(tick);
    button.textContent = "Pause";
  }

  function stop() {
    cancelAnimationFrame(asked);
    asked = 0;
    button.textContent = "Play";
  }

  function lead(event) {
    const { left, bottom, width, height } = map.getBoundingClientRect();
    stop();
    go((event.clientX - left) / width, (bottom - event.clientY) / height);
  }

  function step(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
    const way = ways[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    stop();
    const size = event.shiftKey ? STEP.large : STEP.small;
    go(here[0] + size * way[0], here[1] + size * way[1]);
    told.textContent = place.textContent;
  }

  /** Tile after tile, without keeping the reader from anything else. */
  async function paint(done = 0) {
    const [height, width] = data.imageShape;
    const until = performance.now() + SLICE;
    let tile = done;
    for (; tile < data.grid ** 2 && performance.now() < until; tile++) {
      const [row, column] = [Math.floor(tile / data.grid), tile % data.grid];
      const z = code([(column + 0.5) / data.grid, 1 - (row + 0.5) / data.grid]);
      const picture = toImageData(decode(z), data.imageShape);
      map.getContext("2d").putImageData(picture, column * width, row * height);
    }
    if (tile === data.grid ** 2) return;
    await new Promise(requestAnimationFrame);
    await paint(tile);
  }

  cross.parentElement.addEventListener("pointerdown", lead);
  cross.parentElement.addEventListener("pointermove", lead);
  cross.addEventListener("keydown", step);
  button.addEventListener("click", () => (asked ? stop() : start()));
  [map.height, map.width] = data.imageShape.map((side) => data.grid * side);
  go(...here);
  await paint();
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) start();
  box.dataset.ready = performance.now().toFixed(); // milliseconds since the page was opened
}
