"""The report: whole, in order, true to its sources, whatever models and figures there are."""

import math
import re
import shutil

import numpy as np
import pytest
import torch
from scipy.special import ndtri

from figures import conditional
from figures.animation import gif
from figures.png import save
from pages.report.live import live
from pages.report.markdown import to_markdown
from pages.report.numbers import METRICS, headline, of_each
from pages.report.page import to_html
from pages.report.path import PATH
from pages.report.report import LEADS, build, opening
from pipeline import loading
from pipeline.params import Params
from pipeline.run import PARAMS
from tests.conftest import without_own
from tests.figures.drawing import SPECIFIC
from vae.files.errors import InputError
from vae.files.weights import Weights
from vae.model import VAE

PIXELS = 784


@pytest.fixture(scope="module")
def shipped(root):
    return loading.read(root / PARAMS)


def drawing(title):
    return conditional.draw(np.zeros((1, 2, 4, 4)), class_names="ab", title=title, dpi=50)


@pytest.fixture(scope="module")
def pictures(shipped, tmp_path_factory):
    """A reports folder with a small picture for every figure."""
    folder = tmp_path_factory.mktemp("reports")
    for figure, models in shipped.figures.items():
        for model in models:
            place = folder / "figures" / model / figure
            place.parent.mkdir(parents=True, exist_ok=True)
            drawn, caption = drawing(f"{figure} of {model}"), f"Caption of {figure} of {model}."
            if figure == "class_manifolds":
                place.mkdir()
                for label in range(10):
                    save(drawn, place / f"{label}.png", caption)
            else:
                save(drawn, place.with_suffix(".png"), caption)
            if figure in ("interpolation", "film"):
                frames = np.linspace(0, 1, 5)[:, None, None] * np.ones((5, 4, 4))
                moving = gif(frames, pixels=8, milliseconds=40)
                place.with_suffix(".gif").write_bytes(moving)
    return folder


@pytest.fixture
def tree(pictures, tmp_path):
    """The same, to be altered."""
    return shutil.copytree(pictures, tmp_path / "reports")


def measured(params):
    """Numbers that can be told apart."""
    return {
        name: dict.fromkeys(METRICS, -100.5 - i) | {"kl": 7.0 + i, "knn_accuracy": 0.9 - i / 10}
        for i, name in enumerate(params.models)
    }


def built(params, tree):
    return build(params, measured(params), PIXELS, tree)


# --- what it says --------------------------------------------------------------------------------


def test_every_picture_is_there_with_its_caption(shipped, tree):
    text = to_markdown(built(shipped, tree))
    shown = set(re.findall(r'<img src="([^"]+)"', text))
    assert shown == {file.relative_to(tree).as_posix() for file in tree.rglob("*.*")}
    for figure, models in shipped.figures.items():
        for model in models:
            assert text.count(f"Caption of {figure} of {model}.") == 1


def test_the_path_comes_first_then_the_conditional_models(shipped, tree):
    headings = [section.heading for section in built(shipped, tree).sections]
    assert headings == [c.heading for c in PATH] + ["The class-conditional model cvae"]


def test_a_section_opens_with_the_first_figure_that_it_claims_and_folds_all_else(shipped, tree):
    for chapter, section in zip(PATH, built(shipped, tree).sections, strict=False):
        pairs = [
            f"{figure} of {name}"
            for figure in chapter.figures
            for name in shipped.figures.get(figure, [])
            if not shipped.models[name].conditional
        ]
        assert [picture.title for picture in [*section.leads, *section.more]] == pairs
        assert {picture.title.split()[0] for picture in section.leads} == {pairs[0].split()[0]}
        assert len(section.leads) <= LEADS


def test_figures_that_no_section_claims_follow_the_path_in_the_order_of_params(content, tree):
    claimed = {figure for chapter in PATH for figure in chapter.figures}
    assert {"class_manifolds", "conditional"} | claimed == content["figures"].keys()
    for figure in ("of_mine", "another"):
        save(drawing(f"Drawn {figure}"), tree / f"figures/vae/{figure}.png", f"I saw {figure}.")
    content["figures"] = {"of_mine": ["vae"], **content["figures"], "another": ["vae"]}
    report = built(Params(**without_own(content)), tree)
    headings = [section.heading for section in report.sections]
    assert headings[len(PATH) : -1] == ["Of mine", "Another"]
    assert "## Of mine\n\n### Drawn of_mine" in to_markdown(report)
    assert "I saw another." in to_markdown(report)


def test_pictures_of_a_figure_follow_the_order_of_its_models(content, tree):
    content["figures"]["reconstructions"] = ["vae20", "cvae", "vae"]
    lost = next(
        s
        for s in built(Params(**without_own(content)), tree).sections
        if s.heading == "What is lost"
    )
    assert [p.title for p in lost.leads] == ["reconstructions of vae20", "reconstructions of vae"]


def without(content, *names):
    """The parameters without some models."""
    content["models"] = {k: v for k, v in content["models"].items() if k not in names}
    for section in ("figures", "pages"):
        for figure, models in content[section].items():
            content[section][figure] = [name for name in models if name not in names]
    return Params(**without_own(content))


@pytest.mark.parametrize(
    "gone, first, is_live",
    [
        ((), "vae", True),
        (("cvae",), "vae", True),
        (("vae20", "cvae"), "vae", True),
        (("vae",), "vae20", False),
        (("vae", "vae20"), "cvae", False),
        (("vae", "cvae"), "vae20", False),
    ],
)
def test_the_report_opens_with_a_plane_that_is_told_no_class_if_there_is_one(
    content, tree, gone, first, is_live
):
    params = without(content, *gone)
    report = built(params, tree)
    assert (opening(params), report.model, report.live) == (first, first, is_live)
    text = to_markdown(report)
    assert not [name for name in gone if re.search(rf"\b{name}\b", text.partition("```sh")[0])]
    assert (report.cover is not None) == (first in ("vae", "cvae"))


def test_without_any_figure_the_report_still_has_its_opening_and_numbers(content, tree):
    for section in ("figures", "pages"):
        content[section] = {key: [] for key in content[section]}
    report = built(Params(**without_own(content)), tree)
    assert (report.sections, report.explorers, report.cover) == ([], {}, None)
    assert "## Numbers" in to_markdown(report)


@pytest.mark.parametrize("data", ["mnist", "fashion-mnist", "folder"])
@pytest.mark.parametrize("gone", [(), ("cvae",), ("vae", "vae20")])
def test_no_words_speak_of_what_only_one_data_set_has(content, tree, data, gone):
    content["dataset"]["name"] = data
    report = built(without(content, *gone), tree)
    said = [report.title, report.introduction, report.exploring, report.measured, report.comparison]
    said += [words for _, words in report.headline] + [s.words for s in report.sections]
    for words in said:
        assert not SPECIFIC.findall(words), words
        assert words == " ".join(words.split())


def test_the_headline_is_computed_from_the_numbers(shipped):
    numbers = {"knn_accuracy": 0.864, "kl": 10 * math.log(2)}
    assert [number for number, _ in headline("vae", shipped, numbers, 12)] == [
        "12 → 2",
        "86%",
        "10 bits",
    ]


def test_a_class_that_is_given_is_no_merit(shipped):
    numbers = {"knn_accuracy": 0.864, "kl": 10 * math.log(2)}
    assert [number for number, _ in headline("cvae", shipped, numbers, 12)] == [
        "12 → 2",
        "10 bits",
    ]


def test_a_number_of_each_model_is_told_with_the_size_of_its_codes(shipped):
    numbers = {"vae": {"kl": 7.004}, "cvae": {"kl": None}, "vae20": {"kl": -20.0}}
    words = of_each(numbers, shipped.models, "kl", "nats")
    assert words == "7.00 nats with 2 numbers (`vae`), −20.00 with 20 numbers (`vae20`)"


def test_numbers_are_written_out_with_their_unit_under_their_model_with_their_sign(shipped, tree):
    text = to_markdown(built(shipped, tree))
    row = next(line for line in text.splitlines() if line.startswith("| evidence lower bound"))
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[2:6] == ["−100.5", "−101.5", "−102.5", "nats per image"]
    assert cells[6].startswith("`elbo`: ")


def test_a_number_that_a_model_has_not_is_none(shipped, tree):
    numbers = measured(shipped)
    del numbers["cvae"]["entropy_floor"]
    report = build(shipped, numbers, PIXELS, tree)
    row = next(row for row in report.numbers.rows if row[0] == METRICS["entropy_floor"].name)
    assert row[1:4] == ["−100.5", "none", "−102.5"]


def test_of_a_single_class_nothing_is_said_of_neighbours(shipped, tree):
    numbers = measured(shipped)
    for found in numbers.values():
        found["knn_accuracy"] = None
    report = build(shipped, numbers, PIXELS, tree)
    assert not any("lie among their own kind" in told for _, told in report.headline)
    assert not any("nearest codes" in section.words for section in report.sections)
    assert all(section.words == " ".join(section.words.split()) for section in report.sections)


def test_a_number_that_no_model_has_has_no_row(shipped, tree):
    numbers = measured(shipped)
    for found in numbers.values():
        del found["bits_per_dim"]
    names = [row[0] for row in build(shipped, numbers, PIXELS, tree).numbers.rows]
    assert names == [metric.name for key, metric in METRICS.items() if key != "bits_per_dim"]


def test_a_bound_on_the_likelihood_is_told_from_its_value_and_so_is_the_gap(shipped, tree):
    exact = {"elbo": -104.5, "log_likelihood": -100.25, "log_likelihood_samples": None}
    numbers = {name: found | exact for name, found in measured(shipped).items()}
    numbers["cvae"]["log_likelihood_samples"] = 500
    rows = build(shipped, numbers, PIXELS, tree).numbers.rows
    assert [row[1:4] for row in rows[:4]] == [
        ["−104.5", "−104.5", "−104.5"],
        ["−100.25", "≥−100.25", "−100.25"],
        ["4.25", "≥4.25", "4.25"],
        ["none", "500", "none"],
    ]


def test_a_missing_figure_is_named_with_the_remedy(shipped, tree):
    (tree / "figures/vae/scatter.png").unlink()
    with pytest.raises(InputError, match=r"scatter\.png is missing.*dvc repro scatter@vae"):
        built(shipped, tree)


# --- the page ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plane():
    """A model of two latent axes that was never trained."""
    torch.manual_seed(0)
    return VAE((6, 5), 2, [16, 8], "gelu").eval()


@pytest.fixture(scope="module")
def page(shipped, pictures, plane, root, tmp_path_factory):
    """The report as a page."""
    tree = shutil.copytree(pictures, tmp_path_factory.mktemp("page") / "reports")
    weights = Weights(plane.settings, {k: v.numpy() for k, v in plane.state_dict().items()})
    weights.settings["image_shape"] = list(weights.settings["image_shape"])
    return written(built(shipped, tree), live(weights, grid=4), tree, root)


def written(report, decoder, tree, root):
    text = to_html(report, decoder, tree, root / "pages/report", root / "pages/shared.css")
    (tree / "index.html").write_text(text, encoding="utf-8")
    return tree / "index.html"


READY = "header[data-ready]"


def unfolded(shown):
    shown.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
    return shown


def test_the_page_says_what_the_markdown_says(shipped, tree, page, opened):
    text = unfolded(opened(page)).locator("body").inner_text()
    report = built(shipped, tree)
    said = [report.title, report.introduction, report.exploring, report.measured]
    said += [report.training, *report.commands, *(s.heading for s in report.sections)]
    said += [words for number in report.headline for words in number]
    said += [s.words for s in report.sections]
    said += [p.caption for s in report.sections for p in [*s.leads, *s.more]]
    said += [
        cell for table in (report.numbers, report.parameters) for r in table.rows for cell in r
    ]
    markdown = to_markdown(report)
    for words in said:
        assert words.replace("`", "") in text
        assert words.replace("|", "\\|") in markdown


def test_the_page_carries_every_picture_and_links_every_explorer(tree, page, opened):
    shown = unfolded(opened(page))
    widths = shown.locator(".zoom img").evaluate_all("(all) => all.map((i) => i.naturalWidth)")
    assert len(widths) == len(list(tree.rglob("*.png")))
    assert all(widths)
    links = shown.locator(".explore a").evaluate_all("(a) => a.map((e) => e.getAttribute('href'))")
    assert links == ["explorer/vae.html", "explorer/cvae.html", "explorer/vae20.html"]


def test_every_section_is_in_the_contents_and_the_one_in_sight_is_marked(page, opened):
    shown = opened(page, viewport={"width": 1400, "height": 900})
    links = shown.locator("nav a").evaluate_all("(a) => a.map((e) => e.getAttribute('href'))")
    ids = shown.locator("main > section").evaluate_all("(all) => all.map((e) => `#${e.id}`)")
    assert links == ids
    assert len(set(ids)) == len(ids)
    shown.locator("nav a", has_text="Numbers").click()
    shown.wait_for_selector("nav a[aria-current]")
    assert shown.locator("nav a[aria-current]").inner_text() == "Numbers"


# the map that decodes


def pixels(shown, selector):
    """The red channel of a canvas."""
    return np.array(
        shown.locator(selector).evaluate(
            """(canvas) => {
              const { width, height } = canvas;
              const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
              const rows = Array.from({ length: height }, (_, y) => y * width);
              return rows.map((at) => Array.from({ length: width }, (_, x) => data[4 * (at + x)]));
            }"""
        )
    )


def decoded(plane, z):
    with torch.no_grad():
        return 255 * plane.decode(torch.tensor(z, dtype=torch.float32)).mean.numpy()


def place(shown):
    words = shown.locator(".place").inner_text().strip("()").replace("−", "-")
    return [float(word) for word in words.split(",")]


def test_the_map_shows_what_the_decoder_makes_of_the_quantile_grid(page, plane, opened):
    tiles = pixels(opened(page, READY), ".map").reshape(4, 6, 4, 5).swapaxes(1, 2)
    middles = ndtri((np.arange(4) + 0.5) / 4)
    z = [[[x, y] for x in middles] for y in middles[::-1]]
    assert np.abs(tiles - decoded(plane, z).reshape(4, 4, 6, 5)).max() <= 1


def test_the_image_follows_the_mouse_and_the_finger(page, plane, opened):
    for touch in (False, True):
        shown = opened(page, READY, has_touch=touch)
        box = shown.locator(".map").bounding_box()
        x, y = box["x"] + 0.8 * box["width"], box["y"] + 0.3 * box["height"]
        if touch:
            shown.touchscreen.tap(x, y)
        else:
            shown.mouse.move(x, y)
        z = place(shown)
        assert z == pytest.approx([0.84, 0.52], abs=0.03)  # Φ⁻¹(0.8) and Φ⁻¹(0.7)
        assert np.abs(pixels(shown, ".image") - decoded(plane, [z])[0]).max() <= 3
        assert shown.locator(".drift").inner_text() == "Play"


def test_arrow_keys_move_the_cross_right_and_up(page, opened):
    shown = opened(page, READY, reduced_motion="reduce")
    before = place(shown)
    shown.locator(".cross").focus()
    shown.keyboard.press("Shift+ArrowRight")
    shown.keyboard.press("ArrowUp")
    after = place(shown)
    assert after[0] > before[0]
    assert after[1] > before[1]
    assert shown.locator(".told").inner_text() == shown.locator(".place").inner_text()


def test_the_cross_goes_its_way_until_it_is_led_or_stopped(page, opened):
    shown = opened(page, READY)
    before = place(shown)
    shown.wait_for_timeout(300)
    assert place(shown) != before
    shown.locator(".drift").click()
    held = place(shown)
    shown.wait_for_timeout(200)
    assert place(shown) == held
    shown.locator(".drift").click()
    shown.wait_for_timeout(200)
    assert place(shown) != held


def test_nothing_moves_for_those_who_asked_for_less_motion(page, opened):
    shown = opened(page, READY, reduced_motion="reduce")
    before = place(shown)
    shown.wait_for_timeout(300)
    assert place(shown) == before
    assert film(shown) == 0
    assert shown.locator(".film button").first.inner_text() == "Play"


def test_a_finger_that_scrolls_over_the_map_scrolls_the_page(page, opened):
    style = (
        opened(page, READY, has_touch=True)
        .locator(".map")
        .evaluate("(map) => getComputedStyle(map).touchAction")
    )
    assert style == "pan-y"


def test_without_a_plane_to_decode_the_page_opens_with_the_cover(content, tree, root, opened):
    content["pages"]["explorer"] = []
    for moving in tree.rglob("*.gif"):
        moving.unlink()
    shown = opened(written(built(Params(**without_own(content)), tree), None, tree, root))
    assert shown.locator("header .zoom img").get_attribute("alt") == "manifold of vae"
    assert shown.locator(".cross").count() == 0


# films, figures, paper


def film(shown):
    return shown.locator(".film canvas").first.evaluate(
        "(c) => c.getContext('2d').getImageData(0, 0, 1, 1).data[0]"
    )


def test_a_film_plays_and_pauses(page, opened):
    shown = opened(page)
    shown.wait_for_selector('.film[data-playing="true"]')
    seen = set()
    for _ in range(20):
        seen.add(film(shown))
        shown.wait_for_timeout(25)
    assert len(seen) >= 4
    shown.locator(".film button").first.click()
    held = film(shown)
    shown.wait_for_timeout(200)
    assert film(shown) == held


def test_a_training_is_linked_where_it_has_a_page_and_else_carried(content, tree, page, opened):
    links = opened(page).locator(".films a")
    hrefs = links.evaluate_all("(a) => a.map((e) => e.getAttribute('href'))")
    assert hrefs == ["film/vae.html", "film/cvae.html"]
    content["pages"]["film_page"] = ["cvae"]
    report = built(Params(**without_own(content)), tree)
    assert [film.as_posix() for film in report.films] == ["figures/cvae/film.gif"]
    assert "`film/cvae.html`, after `make`" in to_markdown(report)
    assert "film/vae.html" not in to_markdown(report)


def test_a_figure_enlarges_and_closes_by_the_keyboard(page, opened):
    shown = opened(page)
    shown.locator(".zoom").first.focus()
    shown.keyboard.press("Enter")
    assert shown.locator("dialog").is_visible()
    assert shown.locator("dialog img").evaluate("(i) => i.naturalWidth") > 0
    shown.keyboard.press("Escape")
    assert shown.locator("dialog").is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_page(page, opened, accessible, scheme):
    shown = opened(page, color_scheme=scheme)
    accessible(unfolded(shown))
    shown.locator(".zoom").first.click()
    accessible(shown)


@pytest.mark.parametrize("width", [360, 1400])
def test_the_page_is_no_wider_than_the_screen(page, opened, width):
    shown = opened(page, viewport={"width": width, "height": 800})
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_everything_is_unfolded_and_nothing_is_to_be_pressed(page, opened):
    shown = opened(page, READY, color_scheme="dark")
    folded = shown.locator("details:not([open])").count()
    assert folded > 10
    assert shown.locator("nav").is_visible()
    shown.emulate_media(media="print")
    assert shown.locator("nav").is_hidden()
    assert shown.locator(".film button").first.is_hidden()
    assert shown.locator(".drift").is_hidden()
    paper = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert shown.locator("details:not([open])").count() == 0
    assert shown.locator(".zoom img").last.is_visible()
    shown.evaluate("dispatchEvent(new Event('afterprint'))")
    assert shown.locator("details:not([open])").count() == folded
    assert shown.pdf().startswith(b"%PDF")
