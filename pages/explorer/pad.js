// Drawing: strokes become an image as the data set has them, and the model says what it sees.

import { centred } from "./drawing.js";
import { $, number, show } from "./elements.js";

const SIDE = 280; // pixels
const BRUSH = 0.08; // of the side

export function pad(app) {
  const { data, state } = app;
  const canvas = $("pad");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let [drawing, looking, tried, seen] = [false, 0, 0, null];
  [canvas.width, canvas.height] = [SIDE, SIDE];
  wipe();

  function wipe() {
    context.fillStyle = "black";
    context.fillRect(0, 0, SIDE, SIDE);
  }

  function at(event) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return [(x * SIDE) / box.width, (y * SIDE) / box.height];
  }

  function stroke(event) {
    context.lineTo(...at(event));
    context.stroke();
    looking ||= requestAnimationFrame(read);
  }

  function read() {
    looking = 0;
    const rgba = context.getImageData(0, 0, SIDE, SIDE).data;
    const ink = Float32Array.from({ length: SIDE * SIDE }, (_, i) => rgba[4 * i] / 255);
    const x = centred(ink, SIDE, data.imageShape, data.ink);
    if (x) look(x);
  }

  /** Encode an image, show its posterior and reconstruction, and go to its code. */
  function look(x) {
    seen = x;
    const y = app.oneHot(state.picked);
    state.posterior = app.network.encode(x, y);
    const { mean, sigma } = state.posterior;
    show($("seen"), x, data.imageShape);
    show($("rebuilt"), app.decode({ z: mean, y }), data.imageShape);
    $("posterior").textContent = app.plane
      ? `mean (${[...mean].map(number).join(", ")}), σ (${[...sigma].map(number).join(", ")})`
      : `σ from ${number(Math.min(...sigma))} to ${number(Math.max(...sigma))}`;
    $("answer").hidden = false;
    app.cursor.pin({ z: mean, y });
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drawing = true;
    Object.assign(context, {
      lineWidth: SIDE * BRUSH,
      lineCap: "round",
      lineJoin: "round",
      strokeStyle: "white",
    });
    context.beginPath();
    context.moveTo(...at(event));
    stroke(event);
  });
  canvas.addEventListener("pointermove", (event) => drawing && stroke(event));
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      drawing = false;
    });
  }
  $("clear").addEventListener("click", () => {
    wipe();
    seen = null;
    $("answer").hidden = true;
    state.posterior = null;
    app.atlas.paintMarks();
  });
  $("try").addEventListener("click", () => {
    const all = data.labels.map((_, i) => i);
    const meant = all.filter((i) => state.picked === null || data.labels[i] === state.picked);
    if (!meant.length) return;
    tried++;
    const x = app.image(meant[tried % meant.length]);
    const picture = document.createElement("canvas");
    show(picture, x, data.imageShape);
    const scale = SIDE / Math.max(picture.width, picture.height);
    wipe();
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, 0, 0, picture.width * scale, picture.height * scale);
    look(x);
  });
  return {
    /** Encode the drawing anew, as another class. */
    again: () => seen && look(seen),
  };
}
