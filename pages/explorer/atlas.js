// The map as a control: its layers, its cursor, its classes.

import { $ } from "./elements.js";
import { rings, trace } from "./lens.js";
import {
  classCentres,
  frameOf,
  halo,
  label,
  lineThrough,
  nearest,
  paintMap,
  theme,
  toImageData,
} from "./map.js";
import { mix } from "./walk.js";

const SLICE = 6; // milliseconds of a frame for decoding tiles
const ON_DOT = 6; // pixels around a pointer in which it is on a dot
const STEP = { small: 0.02, large: 0.1 }; // of the map's side, by an arrow key

/** A place kept so far off the map's edge that its code is finite. */
const inside = (value) => Math.min(0.999, Math.max(0.001, value));

export function atlas(app) {
  const { data, state, views } = app;
  const [base, marks] = [$("map"), $("marks")];
  const tiles = new Map(); // by view and class: {canvas, next}
  let [frame, painting] = [null, 0];

  function fit() {
    const width = base.clientWidth;
    const height = width - (state.view.ticks.length ? 8 : 0);
    frame = frameOf(width, state.view);
    for (const canvas of [base, marks]) {
      canvas.width = Math.round(width * (devicePixelRatio || 1));
      canvas.height = Math.round(height * (devicePixelRatio || 1));
      canvas.getContext("2d").scale(canvas.width / width, canvas.height / height);
    }
    paint();
  }

  /** The tiles of this view and class: those decoded so far; more come with every frame. */
  function tilesNow() {
    const name = Object.keys(views).find((key) => views[key] === state.view);
    const key = `${name} ${data.conditional ? state.picked : ""}`;
    if (!tiles.has(key)) {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = data.tiles.map((count, axis) => count * data.imageShape[1 - axis]);
      tiles.set(key, { canvas, next: 0 });
    }
    return tiles.get(key);
  }

  /** Whether some are still to be decoded when the time is up. */
  function decodeTiles(job, until) {
    const [columns, rows] = data.tiles;
    const [height, width] = data.imageShape;
    const context = job.canvas.getContext("2d");
    while (job.next < columns * rows && performance.now() < until) {
      const [row, column] = [Math.floor(job.next / columns), job.next % columns];
      const z = state.view.from((column + 0.5) / columns, 1 - (row + 0.5) / rows);
      const picture = toImageData(app.decode(app.here(z)), data.imageShape);
      context.putImageData(picture, column * width, row * height);
      job.next++;
    }
    return job.next < columns * rows;
  }

  function paint() {
    painting ||= requestAnimationFrame(() => {
      painting = 0;
      const job = $("tiles")?.checked ? tilesNow() : null;
      const more = job && decodeTiles(job, performance.now() + SLICE);
      state.view.centres ||= classCentres(state.view, data.labels);
      const context = base.getContext("2d");
      context.clearRect(0, 0, base.width, base.height);
      paintMap(context, frame, state.view, data, {
        tiles: job?.canvas,
        dots: $("dots").checked,
        colours: $("colours").checked,
        meant: app.meant,
        centres: state.view.centres,
      });
      paintMarks();
      if (more) paint();
    });
  }

  /** What lies above the map: the walk, a drawing's posterior, the cross. */
  function paintMarks() {
    const context = marks.getContext("2d");
    const colours = theme();
    const spot = (z) => frame.at(state.view.to(z));
    const { A, B } = state.ends;
    context.clearRect(0, 0, marks.width, marks.height);
    if (app.plane) {
      const path = Array.from({ length: 33 }, (_, i) => spot(mix(A.z, B.z, i / 32)));
      halo(context, colours, 1.5, () => lineThrough(context, path));
    }
    if (app.plane && state.posterior) paintStudied(context, colours);
    context.font = "bold 14px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const name of ["A", "B"]) label(context, colours, name, ...spot(state.ends[name].z));
    paintCross(context, colours, spot(state.here.z));
    app.brush.paint(context, colours, frame);
  }

  /** The encoder's Gaussian at true scale, the exact posterior, and what the lens shows of the map. */
  function paintStudied(context, colours) {
    const spot = (z) => frame.at(state.view.to(z));
    const path = (places) => (line) => lineThrough(line, places);
    for (const ring of rings(state.view, state.posterior)) {
      halo(context, { ...colours, ink: colours.accent }, 1.5, path(ring.map(frame.at)));
    }
    if (!state.found) return;
    const exact = { ...colours, ink: colours.exact };
    halo(context, exact, 1.5, () => trace(context, state.found.heat.lines[1], spot));
    const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]];
    for (const { centre, half } of state.lenses) {
      halo(context, colours, 1, path(corners.map(([x, y]) => spot([centre[0] + x * half, centre[1] + y * half]))));
    }
  }

  function paintCross(context, colours, [x, y]) {
    halo(context, colours, 2, () => {
      context.arc(x, y, 7, 0, 2 * Math.PI);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + 7 * dx, y + 7 * dy);
        context.lineTo(x + 13 * dx, y + 13 * dy);
      }
    });
  }

  /** Where a pointer is on the map: u and v. */
  function placeAt(event) {
    const box = marks.getBoundingClientRect();
    const u = (event.clientX - box.left - frame.left) / frame.side;
    const v = 1 - (event.clientY - box.top - frame.top) / frame.side;
    return [u, v];
  }

  const under = (event) => app.here(state.view.from(...placeAt(event).map(inside)));

  /** The image whose dot a pointer is on, or null. */
  function dotAt(event) {
    if (!$("dots").checked) return null;
    const [dot] = nearest(state.view.points, placeAt(event), 1, app.meant);
    return dot && dot.distance * frame.side <= ON_DOT ? dot.index : null;
  }

  /** The code one step from the kept one; on a map of images, that of the next image there. */
  function beside([du, dv], step) {
    const [u, v] = state.view.to(state.pinned.z);
    if (app.plane) return state.view.from(inside(u + du * step), inside(v + dv * step));
    const { points } = state.view;
    const ahead = (i) => {
      const [x, y] = [points[2 * i] - u, points[2 * i + 1] - v];
      return x * du + y * dv > Math.max(1e-6, Math.abs(x * dv - y * du)); // within 45°
    };
    const [next] = nearest(points, [u, v], 1, ahead);
    return next ? app.codeOf(next.index) : state.pinned.z;
  }

  marks.addEventListener("pointermove", (event) => {
    app.hover.point(dotAt(event), event);
    if (event.buttons) app.cursor.pin(under(event));
    else if (!state.playing) app.cursor.go(under(event));
  });
  marks.addEventListener("pointerdown", (event) => {
    app.hover.point(dotAt(event), event);
    app.cursor.pin(under(event));
  });
  marks.addEventListener("pointerleave", () => state.playing || app.cursor.go(state.pinned));
  marks.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
    const { setEnd, toggle } = app.walk;
    const keys = { a: () => setEnd("A"), b: () => setEnd("B"), x: app.brush.corner, " ": toggle };
    const [move, key] = [moves[event.key], keys[event.key.toLowerCase()]];
    if (move) app.cursor.pin(app.here(beside(move, event.shiftKey ? STEP.large : STEP.small)));
    else if (key) key();
    else return;
    event.preventDefault();
  });

  for (const id of ["dots", "tiles", "colours"]) $(id)?.addEventListener("change", paint);
  $("square")?.addEventListener("change", () => {
    state.view = $("square").checked ? views.square : views.plane;
    fit();
  });
  new ResizeObserver(fit).observe(base);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  return { fit, paint, paintCross, paintMarks, placeAt };
}
