// The page: the ranking by the number that is chosen.

const metric = document.querySelector("#metric");

function choose() {
  for (const ranking of document.querySelectorAll(".ranking")) {
    ranking.hidden = ranking.dataset.key !== metric.value;
  }
}

if (metric) {
  metric.addEventListener("change", choose);
  choose(); // a browser may remember another choice
}
