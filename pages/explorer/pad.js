// The pad: what is drawn on it, or a picture that is given to it, becomes an image as the data set has
// them.

import { centred, inkOf, reduced } from "./drawing.js";
import { $, show } from "./elements.js";
import { pictures } from "./pictures.js";

const SIDE = 280; // pixels, about, of the longer side
const BRUSH = 0.08; // of that

export function pad(app) {
  const { data, state } = app;
  const canvas = $("pad");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const [rows, columns] = data.imageShape;
  const scale = Math.max(1, Math.floor(SIDE / Math.max(rows, columns))); // of the pad's pixels to one
  let [drawing, looking, own] = [false, 0, true]; // own: all there is was drawn
  [canvas.height, canvas.width] = [rows * scale, columns * scale];
  wipe();

  function wipe(colour = data.background) {
    context.fillStyle = colour;
    context.fillRect(0, 0, canvas.width, canvas.height);
    own = true;
  }

  function at(event) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return [(x * canvas.width) / box.width, (y * canvas.height) / box.height];
  }

  function stroke(event) {
    context.lineTo(...at(event));
    context.stroke();
    look();
  }

  function look() {
    looking ||= requestAnimationFrame(() => {
      looking = 0;
      const x = read();
      if (x) app.cursor.pin(app.study.look(x));
    });
  }

  function read() {
    const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
    if (!data.ink) return reduced(rgba, scale, data.imageShape);
    return centred(inkOf(rgba, canvas.width), canvas.width, data.imageShape, data.ink);
  }

  /** Put an image of the data set into the pad. */
  function put(x) {
    const picture = document.createElement("canvas");
    show(picture, x, data.imageShape);
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    own = false;
  }

  /** Put a picture of any size into the pad and look at it: whole, on its own paper, where images are
   * ink that is centred; else so that it fills the pad. @param {ImageBitmap} picture */
  function take(picture) {
    const sides = [canvas.width / picture.width, canvas.height / picture.height];
    const by = data.ink ? Math.min(...sides) : Math.max(...sides);
    const [width, height] = [picture.width * by, picture.height * by];
    wipe();
    Object.assign(context, { imageSmoothingEnabled: true, imageSmoothingQuality: "high" });
    if (data.ink) context.drawImage(picture, 0, 0, 1, 1, 0, 0, canvas.width, canvas.height);
    context.drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    state.image = null;
    own = false;
    look();
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (data.ink && !own) wipe(); // ink is drawn on an empty pad, not on another's
    state.image = null;
    drawing = true;
    Object.assign(context, {
      lineWidth: Math.max(canvas.width, canvas.height) * BRUSH,
      lineCap: "round",
      lineJoin: "round",
      strokeStyle: $("colour")?.value ?? "white",
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
  $("fill")?.addEventListener("click", () => {
    wipe($("colour").value);
    state.image = null;
    look();
  });
  $("clear").addEventListener("click", () => {
    wipe();
    app.study.forget();
  });
  pictures(take);
  return { put };
}
