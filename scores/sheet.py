"""Write the score sheet: published numbers beside ours, row by row (`make scores`)."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from scipy.stats import t

from pipeline.files import atomic_write
from pipeline.run import run
from scores.rows import Row, Scores
from vae.files.metrics import read_metrics

FEW_LABELS = {"100": 72.6, "600": 80.8, "1000": 81.7}
"""Accuracy in percent of k-NN on two-dimensional posterior means, by labelled images: published for
the VAE of the hyperspherical-VAE paper (Davidson et al. 2018, arXiv:1804.00891)."""


def main(scores: Scores, results: Path, target: Path) -> None:
    """Read the rows' results; write Markdown."""
    numbers = {
        name: [read_metrics(results / f"{name}-{seed}.json") for seed in row.seeds(scores.seeds)]
        for name, row in scores.rows.items()
    }
    with atomic_write(target) as file:
        file.write_text(sheet(scores, numbers), encoding="utf-8")


def sheet(scores: Scores, numbers: Mapping[str, Sequence[dict[str, Any]]]) -> str:
    """All rows as Markdown."""
    seeds = len(scores.seeds)
    lines = [
        "# Scores",
        "",
        f"MNIST's test set, all 10,000 images; {seeds} trainings each (seeds "
        f"{', '.join(map(str, scores.seeds))}), mean ± standard deviation over them, or one where "
        "it says so. Better and worse are said where the mean's 95% interval over seeds excludes "
        "the published number. Negative bounds in nats per image: lower is better. Scales: G grey "
        "pixels, D dynamically, S statically binarised; compare within one only. Trained on the "
        "training images alone, without a choice by test images, each on one core of two with "
        "other work beside it, which is what the times are of. Settings are in "
        "`scores/params.yaml`; `make scores` runs them again.",
        "",
        "| setting | scale | published | here | difference | epochs | training, s | |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for name, row in scores.rows.items():
        lines += _row(row, numbers[name])
    lines += ["", "## What was used", ""]
    for name, row in scores.rows.items():
        lines.append(f"- {row.setting} ({row.scale}): {_used(row, numbers[name])}.")
    lines += ["", "## Classes from few labels", "", *_few_labels(scores, numbers)]
    return "\n".join(lines) + "\n"


def _row(row: Row, results: Sequence[dict[str, Any]]) -> list[str]:
    found = [-result[row.quantity] for result in results]
    seconds = mean(result["training_seconds"] for result in results)
    lines = []
    for i, published in enumerate(row.published):
        difference = mean(found) - published.nats
        spread = f" ± {stdev(found):.2f}" if len(found) > 1 else ", one seed"
        ours = f"**{mean(found):.2f}**{spread}"
        first = i == 0
        cells = [
            row.setting if first else "",
            row.scale if first else "",
            f"{published.nats:.2f}, {published.source}",
            ours if first else "",
            f"{difference:+.2f}".replace("-", "−") + f", {_verdict(difference, found)}",
            str(row.model.epochs) if first else "",
            f"{seconds:.0f}" if first else "",
            row.note if first else "",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _verdict(difference: float, found: list[float]) -> str:
    """Better or worse, or within the 95% interval of the mean over seeds."""
    if len(found) == 1:
        return "once"
    noise = float(t.ppf(0.975, len(found) - 1)) * stdev(found) / math.sqrt(len(found))
    if abs(difference) <= noise:
        return "as good"
    return "better" if difference < 0 else "worse"


def _used(row: Row, results: Sequence[dict[str, Any]]) -> str:
    model, training = row.model, row.training
    widths = "–".join(map(str, model.hidden))
    error = max(result["log_likelihood_error"] for result in results)
    if row.quantity == "elbo":
        quantity = "−ELBO"
    elif row.plane:
        quantity = f"−log p(x) summed over the plane, to {error:.3f}"
    else:
        by = f"{row.samples} importance samples, its standard error ≤ {error:.3f}"
        quantity = f"−log p(x) by {by}"
    return (
        f"{quantity}; {model.network} {widths}, {model.activation}, "
        f"{results[0]['parameters'] / 1e6:.2f} M weights, {model.epochs} epochs, batch "
        f"{training.batch_size}, peak rate {training.learning_rate:g}, {training.precision}"
    )


def _few_labels(scores: Scores, numbers: Mapping[str, Sequence[dict[str, Any]]]) -> list[str]:
    lines = [
        "Test accuracy in percent of k nearest neighbours (k = 5) on posterior means, from so many "
        "labelled training images (means of 20 draws).",
        "",
        "| | " + " | ".join(f"{count} labels" for count in FEW_LABELS) + " |",
        "| --- |" + " ---: |" * len(FEW_LABELS),
        "| published, d = 2 | " + " | ".join(f"{v:.1f}" for v in FEW_LABELS.values()) + " |",
    ]
    for name, row in scores.rows.items():
        results = [result["knn_accuracy"] for result in numbers[name]]
        if row.model.latent_dim == 2 and all(results):
            shares = [[100 * result[count] for result in results] for count in FEW_LABELS]
            cells = [f"{mean(share):.1f} ± {stdev(share):.1f}" for share in shares]
            lines.append(f"| {row.setting} ({row.scale}) | " + " | ".join(cells) + " |")
    return lines


if __name__ == "__main__":
    run(main)
