// The two pictures of a moment: the plane with the test images' codes, and the decoded codes.

import { $ } from "../explorer/elements.js";
import { classCentres, frameOf, paintMap, planeView, toImageData } from "../explorer/map.js";
import { mix } from "../explorer/walk.js";

const SPREAD = 1 / 8; // of the limit: class names are shown if their places are so far apart

export function filmScreen(app) {
  const { data, state } = app;
  const [plane, pictures] = [$("plane"), $("pictures")];
  const [rows, columns] = data.pictures;
  const [height, width] = data.imageShape;
  const views = data.moments.map((_, moment) => planeView(app.codesAt(moment), data.limit));
  let [frame, queued, shown] = [null, 0, -1];
  [pictures.width, pictures.height] = [columns * width, rows * height];
  data.classNames.forEach(chip);

  function chip(name, k) {
    const [button, colour] = ["button", "i"].map((tag) => document.createElement(tag));
    colour.style.background = data.palette[k];
    button.append(colour, name);
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      state.picked = state.picked === k ? null : k;
      [...$("chips").children].forEach((other, i) =>
        other.setAttribute("aria-pressed", String(i === state.picked)),
      );
      paint();
    });
    $("chips").append(button);
  }

  function fit() {
    const side = plane.clientWidth;
    frame = frameOf(side, views[0]);
    plane.width = Math.round(side * (devicePixelRatio || 1));
    plane.height = Math.round((side - 8) * (devicePixelRatio || 1));
    plane.getContext("2d").scale(plane.width / side, plane.height / (side - 8));
    paint();
  }

  /** The plane at a place in the film; between two moments every dot is on a straight way. */
  function viewAt(at) {
    const before = Math.floor(at);
    if (before === at) return views[at];
    const points = mix(views[before].points, views[before + 1].points, at - before);
    return { ...views[before], points };
  }

  /** The classes' places, if these are apart. */
  function centresOf(view) {
    if (data.conditional) return [];
    const centres = classCentres(view, data.labels);
    const mean = [0, 1].map((axis) => centres.reduce((sum, c) => sum + c.place[axis], 0) / centres.length);
    const squares = centres.map(({ place: [u, v] }) => (u - mean[0]) ** 2 + (v - mean[1]) ** 2);
    const spread = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / centres.length);
    return 2 * spread > SPREAD ? centres : []; // the map is two limits wide
  }

  function paint() {
    queued ||= requestAnimationFrame(() => {
      queued = 0;
      const view = viewAt(state.at);
      const context = plane.getContext("2d");
      context.clearRect(0, 0, plane.width, plane.height);
      const centres = centresOf(view);
      const meant = (i) => state.picked === null || data.labels[i] === state.picked;
      paintMap(context, frame, view, data, { dots: true, colours: true, meant, centres });
      paintPictures(Math.round(state.at));
    });
  }

  function paintPictures(moment) {
    if (moment === shown) return;
    shown = moment;
    const context = pictures.getContext("2d");
    for (let tile = 0; tile < rows * columns; tile++) {
      const picture = toImageData(app.picture(moment, tile), data.imageShape);
      context.putImageData(picture, (tile % columns) * width, Math.floor(tile / columns) * height);
    }
  }

  new ResizeObserver(fit).observe(plane);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  return { fit, paint, viewAt };
}
