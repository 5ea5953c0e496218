"""Measure training and pipeline on this machine: `make bench` writes benchmarks/results.md."""

import argparse
import os
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import torch
import torchvision

from benchmarks import browser
from benchmarks.example import BATCH, HIDDEN, LATENT, PUBLISHED_EPOCHS, PUBLISHED_LOSS, RATE
from benchmarks.pages import Explorer, measure_pages, photograph
from benchmarks.pipeline import REPOSITORY, Pass, Pipeline, measure_pipeline
from benchmarks.training import (
    EXAMPLE,
    flops_per_image,
    load,
    measure_peaks,
    measure_quality,
    measure_speed,
    ours,
)
from pipeline.device import device
from pipeline.files import atomic_write
from vae.files.errors import InputError
from vae.precision import Precision

RESULTS = Path(__file__).with_name("results.md")
PAGES = sorted((REPOSITORY / "reports/explorer").glob("*.html"))


def main() -> None:
    """Measure, print as it goes, and write results.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("--rounds", type=_count, default=3, help="timed epochs of each way")
    parser.add_argument("--epochs", type=_count, default=10, help="of training, for its quality")
    parser.add_argument("--no-pipeline", action="store_true", help="leave the pipeline out")
    options = parser.parse_args()

    if not PAGES:
        sys.exit(f"{parser.prog}: there are no pages in reports/explorer; run make first")
    if browser.find() is None:
        sys.exit(f"{parser.prog}: {browser.MISSING}")
    busy = os.getloadavg()[0]
    # first, while this process is small: see `measure_pipeline`
    pipeline = None if options.no_pipeline else measure_pipeline()
    try:
        data = load()
    except (InputError, OSError) as error:
        sys.exit(f"{parser.prog}: {error}")
    speeds = measure_speed(data, options.rounds)
    peaks = measure_peaks()
    losses = measure_quality(data, options.epochs)

    measured = measure_pages(
        PAGES, REPOSITORY / "data/models", REPOSITORY / "data/dataset/test.npz"
    )
    for page in (PAGES[0].with_stem("vae"), PAGES[0].with_stem("cvae")):
        photograph(page, RESULTS.parent / "screenshots" / f"{page.stem}.png")

    parts = [
        "# Benchmarks",
        "Written by `make bench`. Times and rates vary from run to run and with whatever else the "
        "machine does; ratios and shares are what to compare.",
        machine(busy),
        "## Training beside PyTorch's example",
        "The setting of the official PyTorch VAE example: MNIST, "
        f"784–{HIDDEN}–{LATENT}–{HIDDEN}–784, ReLU, Adam at {RATE:g}, batches of {BATCH}, on the "
        "CPU. Its way, written anew: torchvision's PIL images and `ToTensor` through a "
        "`DataLoader`, float32. Ours: `vae.training.fit`, with the learning rate, its schedule "
        "and Adam's decay of `params.yaml`.",
        "### Speed",
        f"Epochs of all ways in turn, {options.rounds} of each after one to warm up, in one "
        f"process; a ratio compares a rate with that of {EXAMPLE} in the same round.",
        speed(speeds),
        "### Quality",
        "−ELBO of the test set on grey pixels under a Bernoulli cross-entropy (scale G), one "
        "sample of each code, computed in float32; lower is better.",
        quality(losses, options.epochs),
        "### Share of the processor's peak",
        "The FLOPs of the layers' matrix products in the fastest round, beside the best of 50 "
        "products of 4096×1024 by 1024×1024 in the same precision.",
        share(peaks, speeds),
    ]
    if pipeline is not None:
        parts += [
            "## The pipeline",
            "`dvc repro` in a clone of the last commit without its `dvc.lock`, then three more. "
            f"The first pass's largest process took {pipeline.peak_mib:,.0f} MiB of memory; its "
            f"`dvc.lock` is {'' if pipeline.same_lock else 'not '}that of the commit, to the byte.",
            passes(pipeline),
            "The first pass, stage by stage in the order they ran, each from its announcement to "
            "the next one's: with Python's start and DVC's hashing.",
            stages(pipeline.full),
        ]
    parts += [
        "## The explorer pages",
        "In headless Chromium, opened from disk a second time, without a GPU; errors are the "
        "largest of any pixel, of 200 codes from the prior and of 200 test images' "
        "reconstructions, against PyTorch in float32. The mouse crosses the map and back; a frame "
        "is late after 25 ms.",
        explorers(measured),
    ]
    with atomic_write(RESULTS) as file:
        file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print(f"written: {RESULTS.name}")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def machine(busy: float) -> str:
    """What the absolute numbers depend on; `busy` is the load before it began."""
    cpuinfo = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.+)", cpuinfo.read_text() if cpuinfo.exists() else "")
    rows = [
        ["CPU", model[1] if model else platform.machine()],
        ["vector instructions", torch.backends.cpu.get_cpu_capability()],
        ["cores", str(os.cpu_count())],
        ["PyTorch's threads", str(torch.get_num_threads())],
        ["load average at the start, 1 min", f"{busy:.1f}"],
        ["the pipeline's networks run on", device().type],
        ["Python", platform.python_version()],
        ["torch", torch.__version__],
        ["torchvision", torchvision.__version__],
    ]
    return table(["machine", ""], rows)


def speed(speeds: Mapping[str, Sequence[float]]) -> str:
    """Rates, and what the pairs of the same round say."""
    rows = []
    for name, rates in speeds.items():
        ratios = [rate / other for rate, other in zip(rates, speeds[EXAMPLE], strict=True)]
        spread = "" if name == EXAMPLE else f"{min(ratios):.2f}–{max(ratios):.2f}"
        rows.append([name, f"{median(rates):,.0f}", f"{median(ratios):.2f}", spread])
    return table(["", "images/s, median", "ratio, median", "ratio, min–max"], rows)


def quality(losses: Mapping[str, float], epochs: int) -> str:
    """Test losses, measured and published."""
    rows = [[name, str(epochs), f"{loss:.2f}"] for name, loss in losses.items()]
    rows.append(["the example, published", str(PUBLISHED_EPOCHS), PUBLISHED_LOSS])
    return table(["", "epochs", "−ELBO, nats per test image"], rows)


def share(peaks: Mapping[Precision, float], speeds: Mapping[str, Sequence[float]]) -> str:
    """What training makes of the processor's arithmetic."""
    rows = []
    for precision, peak in peaks.items():
        achieved = flops_per_image() * max(speeds[ours(precision)])
        gigaflops = [f"{number / 1e9:,.0f}" for number in (achieved, peak)]
        rows.append([ours(precision), *gigaflops, f"{achieved / peak:.0%}"])
    return table(["", "training, GFLOP/s", "peak, GFLOP/s", "share"], rows)


def passes(pipeline: Pipeline) -> str:
    """How long one waits, at first and later."""
    each = {
        "everything": pipeline.full,
        "again, nothing changed": pipeline.unchanged,
        "`manifold`, with `manifold.n` raised by 1": pipeline.manifold,
        "all else that depends on it": pipeline.rest,
    }
    rows = [[name, str(len(run.stages)), f"{run.total:.1f}"] for name, run in each.items()]
    return table(["`dvc repro`", "stages run", "time, s"], rows)


def stages(run: Pass) -> str:
    """A row for each stage; one that runs for several models or the like lists them."""
    groups: dict[str, list[tuple[str, float]]] = {}
    for stage, seconds in run.stages:
        name, _, item = stage.partition("@")
        groups.setdefault(name, []).append((item, seconds))
    rows = []
    for name, items in groups.items():
        parts = ", ".join(f"{item} {seconds:.1f}" for item, seconds in items if item)
        rows.append([f"`{name}`", f"{sum(seconds for _, seconds in items):.1f}", parts])
    return table(["stage", "time, s", "of it, s"], rows)


def explorers(pages: Sequence[Explorer]) -> str:
    """A row for each page."""
    rows = [
        [
            f"`{page.model}`",
            f"{page.megabytes:.1f}",
            f"{page.ready_ms:.0f}",
            f"{page.decode_ms:.2f}",
            f"{page.frames_per_second:.0f}",
            f"{page.late:.1%}",
            f"{page.decoder_error:.2f}/255",
            f"{page.encoder_error:.2f}/255",
        ]
        for page in pages
    ]
    head = ["explorer", "MB", "ready, ms", "one decode, ms", "frames/s", "late frames"]
    return table([*head, "decoder's error", "with encoder"], rows)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown; every column but the first is flush right."""
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, rule, *rows])


if __name__ == "__main__":
    main()
