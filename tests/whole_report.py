"""Is the report whole? `python -m tests.whole_report`, after `make`.

Every figure, walk and number that params.yaml asks for is there and readable, the report shows
them, and the models are as good as the README says.
"""

import json
import re
import sys
from pathlib import Path

from PIL import Image

from vae import params

REACHED = {"vae": 134.0, "cvae": 125.5, "vae20": 96.5}
"""−ELBO on MNIST's test set, nats per image, scale G, at the default parameters."""


def problems(root: Path) -> list[str]:
    """What is missing or wrong under `root`, the repository."""
    asked = params.read(root / "params.yaml")
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
    return found


if __name__ == "__main__":
    wrong = problems(Path.cwd())
    print("\n".join(wrong) or "The report is whole.")
    sys.exit(bool(wrong))
