// Films that play and pause.

/** @param {HTMLElement} box with a canvas, an image of all frames in rows, a button */
export async function film(box) {
  const [canvas, strip, button] = ["canvas", "img", "button"].map((name) => box.querySelector(name));
  const [frames, columns, milliseconds] = ["frames", "columns", "milliseconds"].map(
    (name) => +canvas.dataset[name],
  );
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  let [frame, timer] = [0, 0];
  const show = () => {
    const [x, y] = [(frame % columns) * width, Math.floor(frame / columns) * height];
    context.drawImage(strip, x, y, width, height, 0, 0, width, height);
  };
  const toggle = () => {
    if (timer) {
      clearInterval(timer);
      timer = 0;
    } else {
      timer = setInterval(() => {
        frame = (frame + 1) % frames;
        show();
      }, milliseconds);
    }
    button.textContent = timer ? "Pause" : "Play";
    box.dataset.playing = String(Boolean(timer));
  };
  await strip.decode();
  show();
  button.addEventListener("click", toggle);
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) toggle();
}
