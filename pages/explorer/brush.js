// Test images picked out by an area of the map: dragged over it with Shift held or after the button,
// or set by its corners from the keyboard. They stay picked out in every view, however it is turned.

import { $ } from "./elements.js";
import { halo } from "./map.js";

const LEAST = 4; // pixels of a drag that is more than a click
const NAMED = 5; // classes that are told one by one

export function brush(app) {
  const { data, state } = app;
  const [canvas, button] = [$("marks"), $("brush")];
  let [armed, dragging, from, to] = [false, false, null, null]; // corners as places on the map

  function tell(words) {
    $("brushed").textContent = words;
    button.textContent = state.area ? "Clear the area" : armed ? "Cancel" : "Pick out an area";
  }

  function arm() {
    armed = true;
    tell("Drag over the map. From the keyboard: with the map in focus, X sets a corner at the cross.");
  }

  /** Take everything back. */
  function clear() {
    [armed, dragging, from, to, state.area] = [false, false, null, null, null];
    tell("");
    again();
  }

  function again() {
    app.atlas.paint();
    app.cursor.go(state.here);
  }

  /** The lower left and upper right corner. */
  function box() {
    const end = to ?? state.view.to(state.here.z);
    return [Math.min, Math.max].map((pick) => [0, 1].map((axis) => pick(from[axis], end[axis])));
  }

  function finish() {
    const [low, high] = box();
    const { points } = state.view;
    const inside = data.labels.flatMap((_, i) =>
      [0, 1].every((axis) => low[axis] <= points[2 * i + axis] && points[2 * i + axis] <= high[axis]) ? [i] : [],
    );
    [armed, dragging, from, to] = [false, false, null, null];
    state.area = inside.length ? new Set(inside) : null;
    tell(inside.length ? inWords(inside) : "No test image lies there.");
    again();
  }

  function inWords(images) {
    const counts = data.classNames.map((name, k) => [name, images.filter((i) => data.labels[i] === k).length]);
    const most = counts.filter(([, count]) => count).toSorted((a, b) => b[1] - a[1]);
    const named = most.slice(0, NAMED).map(([name, count]) => `${count} of ${name}`);
    const others = most.slice(NAMED).reduce((sum, [, count]) => sum + count, 0);
    const all = images.length === 1 ? "1 test image" : `${images.length} test images`;
    return `${all} in the area: ${named.join(", ")}${others ? `, ${others} of other classes` : ""}.`;
  }

  /** Set a corner at the cross; the second one ends it. */
  function corner() {
    if (from) return finish();
    [from, to, state.area] = [state.view.to(state.pinned.z), null, null];
    armed = true;
    tell("One corner is set. Move the cross, and press X for the other one.");
    again();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!armed && !event.shiftKey) return;
    event.stopImmediatePropagation(); // no place is kept, nothing turns
    canvas.setPointerCapture(event.pointerId);
    app.hover.hide();
    from = to = app.atlas.placeAt(event);
    dragging = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!dragging) return;
    event.stopImmediatePropagation();
    to = app.atlas.placeAt(event);
    app.atlas.paintMarks();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!dragging) return;
    event.stopImmediatePropagation();
    const long = Math.max(...[0, 1].map((axis) => Math.abs(to[axis] - from[axis]))) * canvas.clientWidth;
    if (long < LEAST) clear();
    else finish();
  });
  canvas.addEventListener("pointercancel", () => dragging && clear());
  button.addEventListener("click", () => (armed || state.area ? clear() : arm()));
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    app.hover.hide();
    if (armed || dragging || state.area) clear();
    else if (!data.conditional && state.picked !== null) app.cursor.pick(null);
  });

  /** The area while it is being set. */
  function paint(context, colours, frame) {
    if (!from) return;
    const [[left, bottom], [right, top]] = box().map(frame.at);
    halo(context, colours, 1.5, () => context.rect(left, top, right - left, bottom - top));
  }

  return { corner, paint };
}
