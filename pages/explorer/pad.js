// Drawing: strokes become an image as the data set has them.

import { centred } from "./drawing.js";
import { $, show } from "./elements.js";

const SIDE = 280; // pixels
const BRUSH = 0.08; // of the side

export function pad(app) {
  const { data, state } = app;
  const canvas = $("pad");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let [drawing, looking] = [false, 0];
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
    if (!x) return;
    app.cursor.pin(app.study.look(x));
  }

  /** Put an image into the pad. */
  function put(x) {
    const picture = document.createElement("canvas");
    show(picture, x, data.imageShape);
    const scale = SIDE / Math.max(picture.width, picture.height);
    wipe();
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, 0, 0, picture.width * scale, picture.height * scale);
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (state.image !== null) wipe(); // one draws on an empty pad, not on a test image
    state.image = null;
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
    app.study.forget();
  });
  return { put };
}
