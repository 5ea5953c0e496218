"""The report: whole, in order, true to its sources."""

import re

import numpy as np
import pytest

from figures import conditional
from figures.animation import gif
from figures.png import save
from pages.report.markdown import to_markdown
from pages.report.page import to_html
from pages.report.report import MEANINGS, build
from pipeline.params import Params
from vae.files.errors import InputError


@pytest.fixture
def checked(content):
    return Params(**content)


@pytest.fixture
def tree(tmp_path, checked):
    """A reports folder with a small picture for every figure."""
    for figure, models in checked.figures.items():
        for model in models:
            drawn = conditional.draw(
                np.zeros((1, 2, 4, 4)), class_names="ab", title=f"{figure} of {model}", dpi=50
            )
            place = tmp_path / "figures" / model / figure
            place.parent.mkdir(parents=True, exist_ok=True)
            if figure == "class_manifolds":
                place.mkdir()
                for label in range(10):
                    save(drawn, place / f"{label}.png", f"Caption of {figure} of {model}.")
            else:
                save(drawn, place.with_suffix(".png"), f"Caption of {figure} of {model}.")
            if figure == "interpolation":
                place.with_suffix(".gif").write_bytes(b"GIF89a")
    return tmp_path


@pytest.fixture
def numbers(checked):
    return {name: dict.fromkeys(MEANINGS, -100.5 - i) for i, name in enumerate(checked.models)}


def test_every_picture_is_there_once_with_its_caption(checked, tree, numbers):
    text = to_markdown(build(checked, numbers, tree))
    shown = re.findall(r'<img src="([^"]+)"', text)
    files = [file.relative_to(tree).as_posix() for file in tree.rglob("*.*")]
    assert sorted(shown) == sorted(files)
    for figure, models in checked.figures.items():
        for model in models:
            assert text.count(f"Caption of {figure} of {model}.") == 1


def test_unconditional_models_come_first_in_the_order_of_params(checked, tree, numbers):
    text = to_markdown(build(checked, numbers, tree))
    plain = [f for f, models in checked.figures.items() if set(models) & {"vae", "vae20"}]
    places = [text.index(f"## {figure.capitalize()}") for figure in plain]
    assert places == sorted(places)
    assert text.index("class-conditional model cvae") > places[-1]


def test_sections_follow_the_order_of_figures_whatever_it_is(content, checked, tree, numbers):
    content["figures"] = dict(reversed(content["figures"].items()))
    plain, turned = (build(p, numbers, tree).sections for p in (checked, Params(**content)))
    *figures, conditional_ = (section.heading for section in plain)
    assert len(figures) > 5
    assert [section.heading for section in turned] == [*reversed(figures), conditional_]
    titles = [picture.title for picture in plain[-1].pictures]
    assert [picture.title for picture in turned[-1].pictures] == titles[::-1]


def test_pictures_of_a_section_follow_the_order_of_its_models(content, tree, numbers):
    content["figures"]["reconstructions"] = ["vae20", "cvae", "vae"]
    sections = build(Params(**content), numbers, tree).sections
    (section,) = (section for section in sections if section.heading == "Reconstructions")
    titles = [picture.title for picture in section.pictures]
    assert titles == ["reconstructions of vae20", "reconstructions of vae"]


def test_a_figure_of_ones_own_has_its_section_and_words(content, checked, tree, numbers):
    content["figures"] = {"my_own": ["vae"], **content["figures"]}
    drawn = conditional.draw(np.zeros((1, 2, 4, 4)), class_names="ab", title="Mine", dpi=50)
    save(drawn, tree / "figures/vae/my_own.png", "What I saw.")
    built = build(Params(**content), numbers, tree)
    first = built.sections[0]
    assert first.heading == "My own"
    assert [(picture.title, picture.caption) for picture in first.pictures] == [
        ("Mine", "What I saw.")
    ]
    assert "## My own\n\n### Mine" in to_markdown(built)


def test_metrics_stand_under_their_model_with_their_sign(checked, tree, numbers):
    text = to_markdown(build(checked, numbers, tree))
    row = next(line for line in text.splitlines() if line.startswith("| `elbo`"))
    assert [cell.strip() for cell in row.split("|")[2:5]] == ["−100.5", "−101.5", "−102.5"]


@pytest.fixture
def page(checked, tree, numbers, root):
    """The report as a page, with a real GIF where the report has one."""
    wanted = numbers.copy()
    for moving in tree.rglob("*.gif"):
        frames = np.linspace(0, 1, 5)[:, None, None] * np.ones((5, 4, 4))
        moving.write_bytes(gif(frames, pixels=8, milliseconds=40))
    built = build(checked, wanted, tree)
    text = to_html(built, tree, root / "pages/report", root / "pages/shared.css")
    (tree / "index.html").write_text(text, encoding="utf-8")
    return tree / "index.html"


def test_the_page_says_what_the_markdown_says(checked, tree, numbers, page, opened):
    text = opened(page).locator("body").inner_text()
    built = build(checked, numbers, tree)
    for row in [*built.numbers.rows, *built.parameters.rows]:
        for cell in row:
            assert cell.replace("`", "") in text
    for section in built.sections:
        assert section.heading in text
        assert all(picture.caption in text for picture in section.pictures)
    assert built.training in text
    assert all(command in text for command in built.commands)


def test_the_page_carries_every_picture_and_links_every_explorer(checked, tree, page, opened):
    shown = opened(page)
    pngs = list(tree.rglob("*.png"))
    widths = shown.locator(".zoom img").evaluate_all("(all) => all.map((i) => i.naturalWidth)")
    assert len(widths) == len(pngs)
    assert all(widths)
    links = shown.locator(".explore a").evaluate_all("(a) => a.map((e) => e.getAttribute('href'))")
    assert links == ["explorer/vae.html", "explorer/cvae.html", "explorer/vae20.html"]


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


def test_films_rest_for_those_who_asked_for_less_motion(page, opened):
    shown = opened(page, reduced_motion="reduce")
    shown.wait_for_timeout(200)
    assert film(shown) == 0
    assert shown.locator(".film button").first.inner_text() == "Play"


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
    accessible(shown)
    shown.locator(".zoom").first.click()
    accessible(shown)


@pytest.mark.parametrize("width", [360, 1400])
def test_the_page_is_no_wider_than_the_screen(page, opened, width):
    shown = opened(page, viewport={"width": width, "height": 800})
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_prints(page, opened):
    shown = opened(page)
    assert shown.locator("nav").is_visible()
    shown.emulate_media(media="print")
    assert shown.locator("nav").is_hidden()
    assert shown.locator(".film button").first.is_hidden()
    assert shown.locator(".zoom img").first.is_visible()
    assert shown.pdf().startswith(b"%PDF")


def test_a_missing_figure_is_named_with_the_remedy(checked, tree, numbers):
    (tree / "figures/vae/scatter.png").unlink()
    with pytest.raises(InputError, match=r"scatter\.png is missing.*dvc repro scatter@vae"):
        build(checked, numbers, tree)
