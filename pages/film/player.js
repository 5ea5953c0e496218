// Where one is in the film: the slider, the play button, the clock.

import { $ } from "../explorer/elements.js";

const DURATION = 10; // seconds of the whole film
const PAUSE = 0.7; // seconds a moment for those who asked for less motion

const nats = (value) => value.toFixed(1).replace("-", "−");

export function player(app) {
  const { data, state } = app;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const [slider, button] = [$("moment"), $("play")];
  let playing = 0; // the animation frame that is asked for, or 0

  function show(at) {
    state.at = Math.min(data.last, Math.max(0, at));
    const moment = Math.round(state.at);
    const name = data.moments[moment];
    slider.value = moment;
    slider.setAttribute("aria-valuetext", `${data.named} ${name}, −ELBO ${nats(data.loss[moment])} nats`);
    $("name").textContent = name;
    $("loss").textContent = nats(data.loss[moment]);
    $("reconstruction").textContent = nats(data.loss[moment] - data.kl[moment]);
    $("kl").textContent = nats(data.kl[moment]);
    app.screen.paint();
    app.curves.paintMarks();
  }

  /** Rest at a moment. */
  function go(moment) {
    stop();
    show(Math.round(moment));
  }

  function stop() {
    cancelAnimationFrame(playing);
    playing = 0;
    button.textContent = "Play";
  }

  function play() {
    let last = performance.now();
    if (state.at >= data.last) show(0);
    const tick = (now) => {
      const seconds = (now - last) / 1000;
      if (!calm.matches || seconds > PAUSE) {
        last = now;
        show(calm.matches ? state.at + 1 : state.at + (seconds / DURATION) * data.last);
      }
      if (state.at >= data.last) stop();
      else playing = requestAnimationFrame(tick);
    };
    playing = requestAnimationFrame(tick);
    button.textContent = "Pause";
  }

  const toggle = () => (playing ? go(state.at) : play());
  button.addEventListener("click", toggle);
  slider.addEventListener("input", () => go(+slider.value));
  slider.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    toggle();
    event.preventDefault();
  });
  return { begin: () => (calm.matches ? show(data.last) : play()), go };
}
