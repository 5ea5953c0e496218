// What is under the cursor: the decoded image, its place, its neighbours, its numbers.

import { $, number, show } from "./elements.js";
import { nearest } from "./map.js";

const NEIGHBOURS = 8;

export function cursor(app) {
  const { data, state } = app;
  const near = Array.from({ length: NEIGHBOURS }, () => {
    const button = pictureButton("");
    button.addEventListener("click", () => pin(app.study.take(+button.dataset.image)));
    $("near").append(button);
    return button;
  });
  const classes = data.conditional ? data.classNames.map(classButton) : [];
  const chips = data.classNames.map(chip);
  const sliders = data.axes.map(slider);
  let [queued, telling] = [0, 0];

  function pictureButton(text) {
    const [button, canvas, name] = ["button", "canvas", "span"].map((tag) => document.createElement(tag));
    name.textContent = text;
    button.append(canvas, name);
    return button;
  }

  function classButton(name, k) {
    const button = pictureButton(name);
    button.setAttribute("aria-label", `as class ${name}`);
    button.addEventListener("click", () => pick(k));
    $("classes").append(button);
    return button;
  }

  function chip(name, k) {
    const [button, colour] = ["button", "i"].map((tag) => document.createElement(tag));
    colour.style.background = data.palette[k];
    button.append(colour, name);
    button.addEventListener("click", () => pick(state.picked === k && !data.conditional ? null : k));
    $("chips").append(button);
    return button;
  }

  function slider({ axis, kl, active }) {
    const [row, name, input] = ["label", "span", "input"].map((tag) => document.createElement(tag));
    Object.assign(input, { type: "range", min: -data.limit, max: data.limit, step: 0.01 });
    name.textContent = `z${axis + 1} · ${active ? `${kl.toFixed(2)} nats` : "unused"}`;
    row.className = active ? "axis" : "axis unused";
    row.append(name, input);
    input.addEventListener("input", () => {
      const z = Float32Array.from(state.pinned.z);
      z[axis] = +input.value;
      pin(app.here(z));
    });
    $("sliders").append(row);
    return { input, axis };
  }

  /** Show a place with the next frame. */
  function go(place) {
    state.here = place;
    queued ||= requestAnimationFrame(() => {
      queued = 0;
      showHere();
    });
  }

  /** Show a place and come back to it whenever the pointer leaves the map. */
  function pin(place) {
    app.walk.stop();
    state.pinned = place;
    go(place);
  }

  /** Decode as a class, or pick its images out; null for all. */
  function pick(k) {
    state.picked = k;
    for (const buttons of [chips, classes]) {
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === k)));
    }
    pin(app.here(state.pinned.z));
    app.study?.again();
    app.atlas.paint();
  }

  function showHere() {
    const { z } = state.here;
    show($("decoded"), app.decode(state.here), data.imageShape);
    classes.forEach((button, k) => {
      show(button.firstChild, app.decode({ z, y: app.oneHot(k) }), data.imageShape);
    });
    showNear(z);
    const far = nearest(app.codes, z, NEIGHBOURS).at(-1).distance > data.far;
    $("far").hidden = !far;
    $("decoded").classList.toggle("far", far);
    $("place").textContent = placeInWords(state.here);
    for (const { input, axis } of sliders) input.value = z[axis];
    app.atlas.paintMarks();
    app.study?.paint();
    clearTimeout(telling);
    telling = setTimeout(tell, 500);
  }

  function showNear(z) {
    const found = nearest(app.codes, z, NEIGHBOURS, app.meant);
    $("none").hidden = found.length > 0;
    near.forEach((button, i) => {
      button.hidden = i >= found.length;
      if (button.hidden || button.dataset.image === String(found[i].index)) return;
      const { index } = found[i];
      const name = data.classNames[data.labels[index]];
      button.dataset.image = index;
      button.setAttribute("aria-label", `test image ${app.arrays.index.values[index]}: ${name}`);
      button.lastChild.textContent = name;
      show(button.firstChild, app.image(index), data.imageShape);
    });
  }

  function placeInWords({ z, y }) {
    const words = app.short
      ? `z = (${[...z].map(number).join(", ")})`
      : `${data.latentDim} numbers, the sliders below`;
    return words + (y && Math.max(...y) < 1 ? ", between two classes" : "");
  }

  /** To screen readers and the page's address, once the cursor rests. */
  function tell() {
    app.address.write();
    const names = near.filter((button) => !button.hidden).map((button) => button.lastChild.textContent);
    const far = $("far").hidden ? "" : " Far from all test images.";
    $("told").textContent = `${$("place").textContent}. Nearest test images: ${names.join(", ") || "none"}.${far}`;
  }

  return { go, pick, pin, showHere };
}
