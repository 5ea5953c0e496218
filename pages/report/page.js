// The page: its map, films, figures that enlarge, and contents that follow the reader.

import { film } from "./film.js";
import { live } from "./live.js";

for (const box of document.querySelectorAll(".live")) {
  live(box).catch((error) => {
    box.querySelector(".place").textContent = `This map could not start: ${error.message};`;
    throw error;
  });
}
document.querySelectorAll(".film").forEach(film);

const dialog = document.querySelector("dialog");
for (const button of document.querySelectorAll(".zoom")) {
  button.addEventListener("click", () => {
    const [large, small] = [dialog.querySelector("img"), button.querySelector("img")];
    [large.src, large.alt, large.width] = [small.src, small.alt, 2 * small.naturalWidth];
    dialog.showModal();
  });
}
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

const places = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const link = document.querySelector(`nav a[href="#${target.id}"]`);
      if (isIntersecting) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  },
  { rootMargin: "-30% 0px -69% 0px" }, // one line across the page
);
document.querySelectorAll("main > section").forEach((section) => places.observe(section));

// on paper nothing can be unfolded
const folded = [];
addEventListener("beforeprint", () => {
  folded.push(...document.querySelectorAll("details:not([open])"));
  for (const part of folded) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of folded.splice(0)) part.open = false;
});
