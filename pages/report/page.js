// Films that play and pause, figures that enlarge.

/** @param {HTMLElement} box with a canvas, an image of all frames in rows, a button */
async function play(box) {
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

document.querySelectorAll(".film").forEach(play);

const dialog = document.querySelector("dialog");
for (const button of document.querySelectorAll(".zoom")) {
  button.addEventListener("click", () => {
    const [large, small] = [dialog.querySelector("img"), button.querySelector("img")];
    [large.src, large.alt, large.width] = [small.src, small.alt, 2 * small.naturalWidth];
    dialog.showModal();
  });
}
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
