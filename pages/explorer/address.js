// The place in the page's address, to be sent to someone: #z=0.5000,-1.2000&class=3&image=17. The image
// is one of the test set, by its number there; whatever an address says that the page has not is passed
// over.

export const DIGITS = 4; // of a code: a hundredth of a narrow posterior

export function address(app) {
  const { data, state, arrays } = app;
  const index = [...arrays.index.values];

  /** @returns {{z: ?Float32Array, picked: number, image: number}} −1 for what is not there */
  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    const z = Float32Array.from((given.get("z") ?? "").split(","), parseFloat);
    return {
      z: z.length === data.latentDim && z.every(Number.isFinite) ? z : null,
      picked: data.classNames.indexOf(given.get("class")),
      image: given.has("image") ? index.indexOf(Number(given.get("image"))) : -1,
    };
  }

  /** Go to what the address says; to an image first, since it brings its class and code. */
  function follow() {
    const { z, picked, image } = read();
    if (image >= 0) app.cursor.pin(app.study.take(image));
    if (picked >= 0) app.cursor.pick(picked);
    if (z) app.cursor.pin(app.here(z));
  }

  /** Keep the address up with the page. */
  function write() {
    const words = [`z=${[...state.pinned.z].map((value) => value.toFixed(DIGITS)).join(",")}`];
    if (state.picked !== null) words.push(`class=${encodeURIComponent(data.classNames[state.picked])}`);
    if (state.image !== null) words.push(`image=${index[state.image]}`);
    history.replaceState(null, "", `#${words.join("&")}`);
  }

  addEventListener("hashchange", follow);
  return { follow, write };
}
