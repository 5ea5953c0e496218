// From A to B: two kept places, the straight line between their codes, there and back.

import { $, show } from "./elements.js";

const FILM = 11; // pictures of the strip
const SECONDS = 4; // from A to B
const REST = 0.7; // seconds a step for those who asked for less motion

/** A share of the way from one vector to another. */
export const mix = (a, b, share) => a.map((value, i) => (1 - share) * value + share * b[i]);

export function walk(app) {
  const { data, state } = app;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const film = Array.from({ length: FILM }, () => $("film").appendChild(document.createElement("canvas")));
  const progress = $("walk");

  /** Of a conditional model the class moves as its code does. */
  function at(share) {
    const { A, B } = state.ends;
    return { z: mix(A.z, B.z, share), y: A.y && mix(A.y, B.y, share) };
  }

  function showFilm() {
    film.forEach((canvas, i) => show(canvas, app.decode(at(i / (FILM - 1))), data.imageShape));
    for (const name of ["A", "B"]) show($(`end${name}`), app.decode(state.ends[name]), data.imageShape);
  }

  function setEnd(name) {
    state.ends[name] = state.pinned;
    showFilm();
    app.atlas.paintMarks();
  }

  function scrub() {
    state.pinned = at(+progress.value);
    app.cursor.go(state.pinned);
  }

  function stop() {
    cancelAnimationFrame(state.playing);
    state.playing = 0;
    $("play").textContent = "Play";
  }

  function play() {
    let [last, direction] = [performance.now(), 1];
    const tick = (now) => {
      const seconds = (now - last) / 1000;
      if (!calm.matches || seconds > REST) {
        const step = calm.matches ? 1 / (FILM - 1) : seconds / SECONDS;
        const share = +progress.value + direction * step;
        if (share >= 1 || share <= 0) direction = share >= 1 ? -1 : 1;
        last = now;
        progress.value = share; // the slider keeps it between 0 and 1
        scrub();
      }
      state.playing = requestAnimationFrame(tick);
    };
    state.playing = requestAnimationFrame(tick);
    $("play").textContent = "Pause";
  }

  const toggle = () => (state.playing ? stop() : play());
  for (const name of ["A", "B"]) $(`set${name}`).addEventListener("click", () => setEnd(name));
  $("play").addEventListener("click", toggle);
  progress.addEventListener("input", () => {
    stop();
    scrub();
  });
  return { setEnd, showFilm, stop, toggle };
}
