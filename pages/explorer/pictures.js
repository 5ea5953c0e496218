// Pictures from the reader's own files: dropped on the page, pasted or opened. They are read here, and
// nothing leaves the page.

import { $ } from "./elements.js";

/** @param {(picture: ImageBitmap) => void} take what to do with one */
export function pictures(take) {
  async function open([file]) {
    if (!file) return;
    const picture = await createImageBitmap(file).catch(() => null);
    $("refused").hidden = picture !== null;
    $("refused").textContent = `“${file.name}” is no picture that this browser can read.`;
    if (picture) take(picture);
  }

  addEventListener("dragover", (event) => event.preventDefault()); // else the browser would go there
  addEventListener("drop", (event) => {
    event.preventDefault();
    open(event.dataTransfer.files);
  });
  addEventListener("paste", (event) => open(event.clipboardData.files));
  $("open").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", async () => {
    await open($("file").files);
    $("file").value = ""; // so that the same can be opened again
  });
}
