// The cloud of three latent axes as a control: it can be turned, and its dots pointed at. A place on
// it is no code, so it stands for the image whose dot is there, the nearest to the eye.

import { $ } from "./elements.js";
import { halo, label, lineThrough, nearest, theme } from "./map.js";
import { medians, paintCloud, paintSpace } from "./space.js";

const TURN = { drag: 0.4, key: 10, idle: 14 }; // degrees: a pixel of a drag, a key, a second alone
const TAP = 4; // pixels that a pointer may move and still tap
const REACH = 6; // pixels around a pointer in which the dot nearest to the eye is meant

export function cloud(app) {
  const { data, state, codes } = app;
  const [base, marks] = [$("map"), $("marks")];
  const view = app.views.cloud;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const middles = medians(codes, data.labels);
  let [frame, painting, idle, grip] = [null, 0, 0, null];

  function fit() {
    const side = base.clientWidth;
    frame = { left: 0, top: 0, side, at: ([u, v]) => [u * side, (1 - v) * side] };
    for (const canvas of [base, marks]) {
      canvas.width = canvas.height = Math.round(side * (devicePixelRatio || 1));
      canvas.getContext("2d").scale(canvas.width / side, canvas.height / side);
    }
    paint();
  }

  function paint() {
    painting ||= requestAnimationFrame(() => {
      painting = 0;
      const context = base.getContext("2d");
      const colours = theme();
      const shown = { colours: $("colours").checked, meant: app.meant, middles };
      context.fillStyle = colours.panel;
      context.fillRect(0, 0, frame.side, frame.side);
      paintSpace(context, frame, view, colours);
      if ($("dots").checked) paintCloud(context, frame, view, data, shown, colours);
      paintMarks();
    });
  }

  /** What lies above the cloud: the walk, the cross. */
  function paintMarks() {
    const context = marks.getContext("2d");
    const colours = theme();
    const { A, B } = state.ends;
    context.clearRect(0, 0, marks.width, marks.height);
    const [from, to] = [A, B].map(({ z }) => frame.at(view.to(z)));
    halo(context, colours, 1.5, () => lineThrough(context, [from, to]));
    context.font = "bold 14px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    label(context, colours, "A", ...from);
    label(context, colours, "B", ...to);
    const [x, y] = frame.at(view.to(state.here.z));
    halo(context, colours, 2, () => {
      context.moveTo(x + 7, y);
      context.arc(x, y, 7, 0, 2 * Math.PI);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + 7 * dx, y + 7 * dy);
        context.lineTo(x + 13 * dx, y + 13 * dy);
      }
    });
    app.brush.paint(context, colours, frame);
  }

  function look(turn, tilt) {
    view.look(turn, tilt);
    $("turn").value = view.turn;
    $("tilt").value = view.tilt;
    paint();
  }

  /** Where a pointer is on the screen: u and v. */
  function placeAt(event) {
    const box = marks.getBoundingClientRect();
    return [(event.clientX - box.left) / frame.side, 1 - (event.clientY - box.top) / frame.side];
  }

  /** Of the dots at a pointer the one nearest to the eye, or else the nearest there is. */
  function dotAt(event) {
    const near = nearest(view.points, placeAt(event), 12, app.meant);
    const reached = near.filter(({ distance }) => distance * frame.side <= REACH);
    const [front] = reached.toSorted((a, b) => view.depth[b.index] - view.depth[a.index]);
    return { index: (front ?? near[0])?.index, on: front && $("dots").checked };
  }

  /** The place that a pointer stands for. */
  function under(event) {
    const { index, on } = dotAt(event);
    app.hover.point(on ? index : null, event);
    return index === undefined ? state.pinned : app.here(app.codeOf(index));
  }

  /** The code of the next image in a direction on the screen. */
  function beside([du, dv]) {
    const [u, v] = view.to(state.pinned.z);
    const ahead = (i) => {
      const [x, y] = [view.points[2 * i] - u, view.points[2 * i + 1] - v];
      return x * du + y * dv > Math.max(1e-6, Math.abs(x * dv - y * du)); // within 45°
    };
    const [next] = nearest(view.points, [u, v], 1, ahead);
    return next ? app.codeOf(next.index) : state.pinned.z;
  }

  function rest() {
    cancelAnimationFrame(idle);
    idle = 0;
    $("spin").textContent = "Turn by itself";
  }

  function spin() {
    let last = performance.now();
    const tick = (now) => {
      look(view.turn + ((now - last) / 1000) * TURN.idle, view.tilt);
      last = now;
      idle = requestAnimationFrame(tick);
    };
    idle = requestAnimationFrame(tick);
    $("spin").textContent = "Stop turning";
  }

  marks.addEventListener("pointerdown", (event) => {
    marks.setPointerCapture(event.pointerId);
    rest();
    grip = { x: event.clientX, y: event.clientY, turn: view.turn, tilt: view.tilt, tap: true };
  });
  marks.addEventListener("pointermove", (event) => {
    if (!grip) {
      if (!state.playing && !idle) app.cursor.go(under(event));
      return;
    }
    const [dx, dy] = [event.clientX - grip.x, event.clientY - grip.y];
    grip.tap &&= Math.hypot(dx, dy) <= TAP;
    if (!grip.tap) look(grip.turn + dx * TURN.drag, grip.tilt + dy * TURN.drag);
  });
  marks.addEventListener("pointerup", (event) => {
    if (grip?.tap) app.cursor.pin(under(event));
    grip = null;
  });
  marks.addEventListener("pointercancel", () => {
    grip = null;
  });
  marks.addEventListener("pointerleave", () => state.playing || app.cursor.go(state.pinned));
  marks.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
    const { setEnd, toggle } = app.walk;
    const keys = { a: () => setEnd("A"), b: () => setEnd("B"), x: app.brush.corner, " ": toggle };
    const [move, key] = [moves[event.key], keys[event.key.toLowerCase()]];
    if (move) rest();
    if (move && event.shiftKey) look(view.turn + TURN.key * move[0], view.tilt - TURN.key * move[1]);
    else if (move) app.cursor.pin(app.here(beside(move)));
    else if (key) key();
    else return;
    event.preventDefault();
  });
  for (const id of ["turn", "tilt"]) {
    $(id).addEventListener("input", () => {
      rest();
      look(+$("turn").value, +$("tilt").value);
    });
  }
  $("spin").addEventListener("click", () => (idle ? rest() : spin()));
  for (const id of ["dots", "colours"]) $(id).addEventListener("change", paint);
  new ResizeObserver(fit).observe(base);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  look(view.turn, view.tilt);
  if (!calm.matches) spin();
  return { fit, look, paint, paintMarks, placeAt };
}
