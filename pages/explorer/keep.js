// What a reader takes along: the numbers of a code, and its picture.

import { DIGITS } from "./address.js";
import { $, show } from "./elements.js";

const SAVED = 256; // pixels of a saved picture, at least

export function keep(app) {
  const { data, state } = app;
  const tell = (words) => {
    $("kept").textContent = words;
  };

  async function copy() {
    const text = `[${[...state.pinned.z].map((value) => value.toFixed(DIGITS)).join(", ")}]`;
    try {
      await navigator.clipboard.writeText(text);
      tell(app.short ? `Copied ${text}` : `Copied ${data.latentDim} numbers`);
    } catch { // not everywhere, nor in every frame, may a page do that by itself
      prompt("These are the numbers, to be copied:", text);
    }
  }

  /** The decoded image as a PNG, each of its pixels a square. */
  function save() {
    const [small, large] = ["canvas", "canvas"].map((tag) => document.createElement(tag));
    show(small, app.decode(state.pinned), data.imageShape);
    const scale = Math.ceil(SAVED / Math.max(small.width, small.height));
    [large.width, large.height] = [scale * small.width, scale * small.height];
    const context = large.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, large.width, large.height);
    const link = document.createElement("a");
    link.href = large.toDataURL();
    link.download = fileName();
    link.click();
    tell(`Saved as ${link.download}`);
  }

  function fileName() {
    const place = app.short ? [...state.pinned.z].map((value) => value.toFixed(2)) : [];
    const picked = state.picked === null ? [] : [data.classNames[state.picked]];
    const words = [$("save").dataset.model, ...place, ...(data.conditional ? picked : [])];
    return `${words.join("_").replace(/[^\p{L}\p{N}._-]+/gu, "-")}.png`;
  }

  $("copy").addEventListener("click", copy);
  $("save").addEventListener("click", save);
}
