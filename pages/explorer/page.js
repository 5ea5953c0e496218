// The page: what it holds and shows, and the controls that change that. A place is a code and, of a
// conditional model, class weights: {z: Float32Array, y: ?Float32Array}.

import { address } from "./address.js";
import { atlas } from "./atlas.js";
import { brush } from "./brush.js";
import { thumbnail, unpack } from "./bytes.js";
import { cloud } from "./cloud.js";
import { cursor } from "./cursor.js";
import { $ } from "./elements.js";
import { hover } from "./hover.js";
import { keep } from "./keep.js";
import { planeView, squareView, tsneView } from "./map.js";
import { networks, normal } from "./network.js";
import { pad } from "./pad.js";
import { cloudView } from "./space.js";
import { study } from "./study.js";
import { walk } from "./walk.js";

/** What the page is about: all that does not change, and `state`, all that does. */
async function load() {
  const data = JSON.parse($("data").textContent);
  const arrays = await unpack($("arrays").textContent.trim(), data.table);
  const phi = normal(arrays.cdf.values, data.cdfSpan);
  const network = networks(arrays, data, phi.cdf);
  const codes = arrays.mean.values;
  const pixels = data.imageShape.reduce((product, n) => product * n, 1);
  data.labels = [...arrays.label.values];
  data.conditional = data.classes > 0;

  const views = arrays.map
    ? { map: tsneView(arrays.map.values, codes, data.latentDim) }
    : data.cloud
    ? { cloud: cloudView(codes, data.limit) }
    : { plane: planeView(codes, data.limit), square: squareView(codes, phi) };
  const codeOf = (i) => codes.slice(i * data.latentDim, (i + 1) * data.latentDim);
  const oneHot = (k) =>
    data.conditional ? Float32Array.from(data.classNames, (_, i) => Number(i === k)) : null;

  const first = data.labels[data.missed[0] ?? 0];
  const unlike = data.labels.findIndex((name) => name !== first);
  const other = unlike < 0 ? data.labels.length - 1 : unlike;
  const origin = { z: codeOf(data.labels.indexOf(first)), y: oneHot(first) };
  const state = {
    view: Object.values(views)[0],
    picked: data.conditional ? first : null, // a class, or null for all
    area: null, // the images of an area that is picked out
    here: origin, // what is shown
    pinned: origin, // what is shown when the pointer is off the map
    ends: { A: origin, B: { z: codeOf(other), y: oneHot(data.labels[other]) } },
    image: null, // under study, if it is of the test set
    posterior: null, // the encoder's, of the image under study
    found: null, // the exact one, and what the encoder's misses
    playing: 0, // the animation frame that is asked for, or 0
  };
  return {
    data,
    arrays,
    phi,
    network,
    codes,
    views,
    state,
    plane: "plane" in views,
    short: data.latentDim <= 3, // a code, to be told in numbers
    codeOf,
    oneHot,
    image: (i) => thumbnail(arrays.images.values, pixels, i),
    here: (z) => ({ z, y: oneHot(state.picked) }),
    decode: ({ z, y }) => network.decode(z, y),
    /** Whether an image is one of those picked out, by class and area. */
    meant: (i) =>
      (state.picked === null || data.labels[i] === state.picked) && (!state.area || state.area.has(i)),
  };
}

async function start() {
  const app = await load();
  app.hover = hover(app);
  app.brush = brush(app); // before the map: it takes a pointer that draws an area
  app.atlas = app.views.cloud ? cloud(app) : atlas(app);
  app.cursor = cursor(app);
  app.walk = walk(app);
  app.pad = pad(app);
  app.study = study(app);
  keep(app);
  app.atlas.fit();
  app.cursor.pick(app.state.picked);
  app.cursor.showHere();
  app.walk.showFilm();
  app.study.take(app.data.missed[0] ?? 0);
  app.address = address(app);
  app.address.follow();
  globalThis.explorer = app;
  document.body.dataset.ready = performance.now().toFixed(); // milliseconds since it was opened
}

start().catch((error) => {
  $("failed").hidden = false;
  $("failed").textContent = `This page could not start: ${error.message}`;
  throw error;
});
