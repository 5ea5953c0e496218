// Two lenses over the map, of one power: one where the encoder looks for an image, one where the image
// lies.

import { $ } from "./elements.js";
import { tinted } from "./heat.js";
import { ellipse, frameOf, halo, lineThrough, paintMap, theme, windowView } from "./map.js";

const SIGMAS = 3; // of a Gaussian that is in view
const NEAR = 3; // times a lens's half side: what lies nearer comes into view of both
const DOT = 5;

/** The ellipses of a Gaussian at 1 and 2 σ. */
export function rings(view, { mean, sigma }) {
  return [1, 2].map((radius) => ellipse(view, mean, [...sigma].map((s) => radius * s)));
}

/** Pieces of lines in the plane, placed by `spot`. */
export function trace(context, pieces, spot) {
  for (const [x0, y0, x1, y1] of pieces) {
    context.moveTo(...spot([x0, y0]));
    context.lineTo(...spot([x1, y1]));
  }
}

/** Half the side of both lenses: they hold the encoder's Gaussian and the highest peak whole.
 * @param {Object} found of `exactly` */
export function halfOf({ q, best, patches }) {
  const away = (z, centre) => Math.max(...centre.map((c, axis) => Math.abs(z[axis] - c)));
  const peak = patches[0].nodes.map(({ z }) => away(z, best.mean)).filter((d) => d < 1);
  const own = Math.max(SIGMAS * Math.max(...q.sigma), ...peak);
  const apart = away(q.mean, best.mean);
  return apart < NEAR * own ? Math.max(own, apart + 0.6 * own) : own;
}

function pane(app, canvas) {
  const { data, state } = app;
  const context = canvas.getContext("2d");
  let [view, frame, near, inside] = [null, null, null, []];
  const spot = (z) => frame.at(view.to(z));

  function show(centre, half) {
    inside = data.labels.map((_, i) => i).filter((i) => {
      const z = app.codeOf(i);
      return Math.max(Math.abs(z[0] - centre[0]), Math.abs(z[1] - centre[1])) < half;
    });
    view = windowView(Float32Array.from(inside.flatMap((i) => [...app.codeOf(i)])), centre, half);
    near = { ...data, labels: inside.map((i) => data.labels[i]) };
    fit();
  }

  function fit() {
    const width = canvas.clientWidth;
    if (!view || !width) return;
    frame = frameOf(width, view);
    canvas.width = canvas.height = Math.round(width * (devicePixelRatio || 1));
    context.setTransform(canvas.width / width, 0, 0, canvas.width / width, 0, 0);
  }

  function paint(colours, picture) {
    if (!frame) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    paintMap(context, frame, view, near, {
      dots: $("dots").checked,
      size: DOT,
      colours: $("colours").checked,
      meant: (k) => app.meant(inside[k]),
      centres: [],
    });
    context.save();
    context.beginPath();
    context.rect(frame.left, frame.top, frame.side, frame.side);
    context.clip();
    paintHeat(colours, picture);
    paintGaussians(colours);
    app.atlas.paintCross(context, colours, spot(state.here.z));
    context.restore();
  }

  function paintHeat(colours, picture) {
    const { box, lines } = state.found.heat;
    const [left, bottom] = spot(box);
    const [right, top] = spot(box.slice(2));
    context.imageSmoothingEnabled = true;
    context.drawImage(picture, left, top, right - left, bottom - top);
    const exact = { ...colours, ink: colours.exact };
    for (const pieces of lines) halo(context, exact, 2, () => trace(context, pieces, spot));
  }

  function paintGaussians(colours) {
    const { q, best } = state.found;
    const path = (ring) => () => lineThrough(context, ring.map(frame.at));
    for (const ring of rings(view, q)) halo(context, { ...colours, ink: colours.accent }, 2, path(ring));
    context.setLineDash([5, 4]);
    if (best !== q) halo(context, colours, 1.2, path(rings(view, best)[1]));
    context.setLineDash([]);
  }

  function under(event) {
    const box = canvas.getBoundingClientRect();
    const u = (event.clientX - box.left - frame.left) / frame.side;
    const v = 1 - (event.clientY - box.top - frame.top) / frame.side;
    return app.here(view.from(u, v));
  }

  canvas.addEventListener("pointermove", (event) => {
    if (!frame) return;
    if (event.buttons) app.cursor.pin(under(event));
    else if (!state.playing) app.cursor.go(under(event));
  });
  canvas.addEventListener("pointerdown", (event) => frame && app.cursor.pin(under(event)));
  canvas.addEventListener("pointerleave", () => state.playing || app.cursor.go(state.pinned));
  return { canvas, fit, paint, show };
}

export function lenses(app) {
  const { data, state } = app;
  const panes = ["looked", "lies"].map((id) => pane(app, $(id)));
  let [painting, picture] = [0, null];

  function paint() {
    painting ||= requestAnimationFrame(() => {
      painting = 0;
      if (!state.found) return;
      const colours = theme();
      picture ||= tinted(state.found.heat, colours.exact);
      for (const each of panes) each.paint(colours, picture);
    });
  }

  function again() {
    picture = null;
    paint();
  }

  /** What was found of an image. */
  function show(found) {
    const half = halfOf(found);
    state.lenses = [found.q, found.best].map(({ mean }) => ({ centre: mean, half }));
    panes.forEach((each, i) => each.show(state.lenses[i].centre, half));
    $("power").textContent = Math.round(data.limit / half);
    again();
  }

  const sized = new ResizeObserver(() => {
    for (const each of panes) each.fit();
    paint();
  });
  for (const { canvas } of panes) sized.observe(canvas);
  for (const id of ["dots", "colours"]) $(id).addEventListener("change", paint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  return { paint, show };
}
