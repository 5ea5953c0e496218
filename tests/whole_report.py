"""Is the report whole? `python -m tests.whole_report`, after `make`.

Every figure, walk, number and page that params.yaml asks for is there and readable, the report
shows them, the pages decode as PyTorch does, and on MNIST the models are as good as the README
says.
"""

import json
import re
import sys
from pathlib import Path

from PIL import Image

from benchmarks.pages import measure_pages
from pipeline import loading
from pipeline.run import PARAMS
from vae import walks
from vae.codes import most_frequent
from vae.files.dataset import LabelledImages

REACHED = {"vae": 131.5, "cvae": 124.0, "vae20": 95.0}
"""−ELBO on MNIST's test set, nats per image, scale G, at the default parameters."""

NEAR = 0.05
"""How near an explorer's exact log p(x) must come to quadrature, in nats."""

LARGEST = {"explorer": 4.0, "index": 4.0}
"""Of the pages, in MB."""


def problems(root):
    """What is missing or wrong under `root`, the repository."""
    asked = loading.read(root / PARAMS)
    return [
        *wrong_pictures(root / "reports", asked),
        *wrong_walks(root, asked),
        *wrong_classes(root, asked),
        *wrong_numbers(root / "reports/metrics", asked),
        *wrong_pages(root, asked.pages),
    ]


def wrong_pictures(reports, asked):
    """Pictures that the report does not show, or that cannot be read."""
    text = (reports / "report.md").read_text(encoding="utf-8")
    for link in re.findall(r'src="([^"]+)"', text):
        try:
            with Image.open(reports / link) as image:
                image.load()
        except OSError as error:
            yield f"{link}: {error}"
    for figure, models in asked.figures.items():
        for model in models:
            if not re.search(f'src="figures/{model}/{figure}[./]', text):
                yield f"the report shows no {figure} of {model}"


def wrong_walks(root, asked):
    """Walks that are not there, and those that nobody asked for."""
    walked, labels = asked.interpolation, LabelledImages.load(root / "data/dataset/test.npz").y
    shown = most_frequent(labels, asked.style.classes)
    groups = walks.groups(walked.sources, walked.pairs, walked.loops, shown)
    expected = {"to".join(map(str, walk)) for group in groups for walk in group}
    for model in asked.figures.get("interpolation", []):
        made = {file.stem for file in (root / "reports/animations" / model).glob("*.gif")}
        if made != expected:
            yield f"walks of {model}: {', '.join(sorted(made ^ expected))} are there or asked for"


def wrong_classes(root, asked):
    """Folders of a picture for each class in which there are more or fewer."""
    labels = LabelledImages.load(root / "data/dataset/test.npz").y
    classes = most_frequent(labels, asked.style.classes)
    for model in asked.figures.get("class_manifolds", []):
        folder = root / "reports/figures" / model / "class_manifolds"
        if {file.name for file in folder.iterdir()} != {f"{label}.png" for label in classes}:
            yield f"{folder} does not hold one picture for each of the classes {classes}"


def wrong_numbers(metrics, asked):
    """Models that are worse than they were."""
    for model in asked.models:
        elbo = json.loads((metrics / f"{model}.json").read_text())[model]["elbo"]
        print(f"{model}: −ELBO {-elbo:.2f} nats per test image")
        limit = REACHED.get(model) if asked.dataset.name == "mnist" else None
        if limit is not None and -elbo > limit:
            yield f"−ELBO of {model} is {-elbo:.2f}, and {limit} was to be reached"


def wrong_pages(root, asked):
    """What is missing or wrong of the pages that are asked for."""
    reports = root / "reports"
    models = [*asked.explorer, *asked.explorer_tsne, *asked.explorer_cloud]
    pages = [reports / "explorer" / f"{model}.html" for model in models]
    films = [reports / "film" / f"{model}.html" for model in asked.film_page]
    every = [*pages, *films, reports / "index.html"]
    missing = [f"no {page}" for page in every if not page.is_file()]
    if missing:
        yield from missing
        return
    size = (reports / "index.html").stat().st_size / 1e6
    if size > LARGEST["index"]:
        yield f"index.html has {size:.1f} MB"
    for page in measure_pages(pages, root / "data/models", root / "data/dataset/test.npz"):
        print(
            f"explorer of {page.model}: {page.megabytes:.1f} MB, ready in {page.ready_ms:.0f} ms, "
            f"a decode in {page.decode_ms:.2f} ms, {page.decoder_error:.2f}/255 and "
            f"{page.encoder_error:.2f}/255 from PyTorch"
        )
        if page.megabytes > LARGEST["explorer"]:
            yield f"the explorer of {page.model} has {page.megabytes:.1f} MB"
        if max(page.decoder_error, page.encoder_error) >= 1:
            yield f"the explorer of {page.model} decodes otherwise than PyTorch"
        yield from wrong_posterior(page)


def wrong_posterior(page):
    """An exact log p(x) that is none."""
    if page.posterior is None:
        return
    first, each, error = page.posterior.first_ms, page.posterior.image_ms, page.posterior.error
    print(
        f"exact posterior of {page.model}: the first {first:.0f} ms after the page, an image in "
        f"{each:.0f} ms, log p(x) within {error:.3f} nats of quadrature"
    )
    if error > NEAR:
        yield f"log p(x) in the explorer of {page.model} is {error:.3f} nats from quadrature"


if __name__ == "__main__":
    wrong = problems(Path.cwd())
    print("\n".join(wrong) or "The report is whole.")
    sys.exit(bool(wrong))
