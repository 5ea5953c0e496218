// The page of a film: what it holds, what is shown of it, and what changes that.

import { thumbnail, unpack } from "../explorer/bytes.js";
import { $ } from "../explorer/elements.js";
import { curves } from "./curves.js";
import { player } from "./player.js";
import { filmScreen } from "./screen.js";

/** What the page is about, and `state`, all that changes: the place in the film, a number of
 * moments from its beginning, whole unless it plays, and the class that is picked out, or null. */
async function loadFilm() {
  const data = JSON.parse($("data").textContent);
  const arrays = await unpack($("arrays").textContent.trim(), data.table);
  const images = arrays.label.values.length;
  const codes = arrays.mean.values;
  const pixels = data.imageShape.reduce((product, n) => product * n, 1);
  const tiles = data.pictures[0] * data.pictures[1];
  data.labels = [...arrays.label.values];
  data.last = data.moments.length - 1;
  return {
    data,
    state: { at: data.last, picked: null },
    codesAt: (moment) => codes.subarray(moment * images * 2, (moment + 1) * images * 2),
    picture: (moment, tile) => thumbnail(arrays.pictures.values, pixels, moment * tiles + tile),
  };
}

async function startFilm() {
  const app = await loadFilm();
  app.screen = filmScreen(app);
  app.curves = curves(app);
  app.player = player(app);
  app.screen.fit();
  app.curves.fit();
  globalThis.film = app;
  document.body.dataset.ready = performance.now().toFixed(); // milliseconds since it was opened
  app.player.begin();
}

startFilm().catch((error) => {
  $("failed").hidden = false;
  $("failed").textContent = `This page could not start: ${error.message}`;
  throw error;
});
