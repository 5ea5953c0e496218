"""Is the report whole? `python -m tests.whole_report`, after `make`.

Every figure, walk, number and page that params.yaml asks for is there and readable, the report
shows them, the pages decode as PyTorch does, and the models are as good as the README says.
"""

import json
import re
import sys
from pathlib import Path

from PIL import Image

from benchmarks.pages import measure_pages
from pipeline import params
from pipeline.run import PARAMS

REACHED = {"vae": 134.0, "cvae": 125.5, "vae20": 96.5}
"""−ELBO on MNIST's test set, nats per image, scale G, at the default parameters."""

LARGEST = {"explorer": 4.0, "index": 6.0}
"""Of the pages, in MB."""


def problems(root: Path) -> list[str]:
    """What is missing or wrong under `root`, the repository."""
    asked = params.read(*(root / file for file in PARAMS))
    reports = root / "reports"
    text = (reports / "report.md").read_text(encoding="utf-8")
    found = []
    for link in re.findall(r'src="([^"]+)"', text):
        try:
            with Image.open(reports / link) as image:
                image.load()
        except OSError as error:
            found.append(f"{link}: {error}")
    for figure, models in asked.figures:
        for model in models:
            if f'src="figures/{model}/{figure}' not in text:
                found.append(f"the report shows no {figure} of {model}")
    walks = 2 * (10 - 1) + len(asked.interpolation.loops)
    for model in asked.figures.interpolation:
        made = len(list((reports / "animations" / model).glob("*.gif")))
        if made != walks:
            found.append(f"{made} walks of {model}, {walks} expected")
    for model, limit in REACHED.items():
        elbo = json.loads((reports / f"metrics/{model}.json").read_text())[model]["elbo"]
        if -elbo > limit:
            found.append(f"−ELBO of {model} is {-elbo:.2f}, and {limit} was to be reached")
        print(f"{model}: −ELBO {-elbo:.2f} nats per test image")
    return found + wrong_pages(root, [name for _, names in asked.pages for name in names])


def wrong_pages(root: Path, models: list[str]) -> list[str]:
    """What is missing or wrong of the pages of `models`."""
    reports = root / "reports"
    pages = [reports / "explorer" / f"{model}.html" for model in models]
    missing = [f"no {page}" for page in [*pages, reports / "index.html"] if not page.is_file()]
    if missing:
        return missing
    found = []
    size = (reports / "index.html").stat().st_size / 1e6
    if size > LARGEST["index"]:
        found.append(f"index.html has {size:.1f} MB")
    for page in measure_pages(pages, root / "data/models", root / "data/dataset.npz"):
        print(
            f"explorer of {page.model}: {page.megabytes:.1f} MB, ready in {page.ready_ms:.0f} ms, "
            f"a decode in {page.decode_ms:.2f} ms, {page.decoder_error:.2f}/255 and "
            f"{page.encoder_error:.2f}/255 from PyTorch"
        )
        if page.megabytes > LARGEST["explorer"]:
            found.append(f"the explorer of {page.model} has {page.megabytes:.1f} MB")
        if max(page.decoder_error, page.encoder_error) >= 1:
            found.append(f"the explorer of {page.model} decodes otherwise than PyTorch")
    return found


if __name__ == "__main__":
    wrong = problems(Path.cwd())
    print("\n".join(wrong) or "The report is whole.")
    sys.exit(bool(wrong))
