"""Class names on an explorer's map: none leaves it, none covers another, whatever they are."""

import json

import pytest

PLACE = """({ places, names, side }) => {
  const context = document.createElement("canvas").getContext("2d");
  context.font = "bold 15px system-ui, sans-serif";
  const frame = { left: 0, top: 0, side, at: ([u, v]) => [u * side, (1 - v) * side] };
  const centres = places.map((place, label) => ({ label, place }));
  return placeNames(context, frame, centres, names);
}"""
FASHION = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker"]


@pytest.mark.parametrize("side", [280, 600])
@pytest.mark.parametrize("names", [list("0123456789"), FASHION, ["x" * 60, "$x_1$", "<b>"]])
def test_names_that_meet_are_moved_apart_within_the_map(root, tmp_path, opened, names, side):
    script = (root / "pages/explorer/names.js").read_text(encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_text(f"<body><script>{script.replace('export ', '')}</script>", encoding="utf-8")
    places = [[0.5 + 0.01 * i, 0.99] for i in range(len(names))]  # all at one place, at the edge
    placed = opened(page).evaluate(PLACE, {"places": places, "names": names, "side": side})
    for i, a in enumerate(placed):
        assert 0 <= a["x"] - a["half"] <= a["x"] + a["half"] <= side, json.dumps(a)
        assert 0 <= a["y"] - 9 <= a["y"] + 9 <= side
        for b in placed[:i]:
            apart = abs(a["y"] - b["y"]) >= 17.5 or abs(a["x"] - b["x"]) >= a["half"] + b["half"]
            assert apart, (a, b)
    shown = [name["text"] for name in placed]
    assert shown == [name if len(name) < 20 else shown[0] for name in names]
    assert all(text.endswith("…") for text, name in zip(shown, names, strict=True) if text != name)
