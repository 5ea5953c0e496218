// The test image whose dot is under the pointer, on a card beside it.

import { $, show } from "./elements.js";

const BESIDE = 12; // pixels between the pointer and the card

export function hover(app) {
  const { data, arrays } = app;
  const card = $("hover");
  const [picture, name] = card.children;
  let shown = null;

  /** @param {?number} index of the image, or null for none @param {PointerEvent} event */
  function point(index, event) {
    card.hidden = index === null;
    if (card.hidden) return;
    if (index !== shown) {
      show(picture, app.image(index), data.imageShape);
      name.textContent = `${data.classNames[data.labels[index]]}, test image ${arrays.index.values[index]}`;
      shown = index;
    }
    const box = card.parentElement.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const [width, height] = [card.offsetWidth, card.offsetHeight];
    const left = x + BESIDE + width > box.width ? x - BESIDE - width : x + BESIDE;
    card.style.left = `${Math.max(0, left)}px`;
    card.style.top = `${Math.max(0, y - BESIDE - height)}px`; // above a finger
  }

  $("marks").addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") card.hidden = true; // a finger leaves when it is lifted
  });
  return { point, hide: () => (card.hidden = true) };
}
