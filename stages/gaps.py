"""What does the ELBO miss of log p(x)? Of models of a plane, by quadrature."""

from functools import partial
from pathlib import Path

import numpy as np
import torch

from vae import checkpoint
from vae.datasets import Dataset
from vae.errors import InputError
from vae.evaluation import importance
from vae.figures import gaps as figures
from vae.figures.base import save
from vae.params import Claims, Evaluate, Style
from vae.quadrature import gaps, log_likelihood, points
from vae.stage import device, fresh, progress, record, run


def main(
    dataset: Path,
    metrics: Path,
    figure: Path,
    *model_files: Path,
    seed: int,
    claims: Claims,
    evaluate: Evaluate,
    style: Style,
) -> None:
    """The gap in two parts, and importance-weighted estimates beside the exact value."""
    data, settings, precision = Dataset.load(dataset), claims.gaps, evaluate.precision
    some = np.linspace(0, len(data.x_test) - 1, min(settings.images, len(data.x_test)), dtype=int)
    splits, numbers = {}, {}
    for file in model_files:
        model = checkpoint.load(file, device())
        track = partial(progress, what=f"{file.stem}: quadrature")
        x = model.observe(torch.from_numpy(data.x_test).to(device()), seed)
        y = torch.from_numpy(data.y_test).to(device()) if model.conditional else None
        with torch.no_grad():
            narrowest = float(model.encode(x, y).base_dist.scale.min())
        n = max(settings.grid, points(narrowest, settings.limit))
        part = x[some], None if y is None else y[some]
        try:
            exact = gaps(model, *part, n, settings.limit, track)
        except ValueError as error:
            raise InputError(f"{file.stem}: {error}") from None
        bounds, defended = (
            [importance(model, *part, k, seed, precision, prior_share=a) for k in settings.samples]
            for a in (0.0, settings.prior_share)
        )
        everywhere = importance(
            model,
            x,
            y,
            settings.samples[-1],
            seed,
            precision,
            partial(progress, what=f"{file.stem}: likelihood"),
            settings.prior_share,
        )
        whole = figures.Whole(
            len(x),
            float(log_likelihood(model, x, y, n, settings.limit, track).mean()),
            float(everywhere.log_likelihood.mean()),
        )
        split = figures.Split(
            exact.approximation.cpu().numpy(),
            exact.amortisation.cpu().numpy(),
            data.y_test[some],
            float(exact.log_likelihood.mean()),
            settings.samples,
            [float(b.log_likelihood.mean()) for b in bounds],
            [float(b.error.square().sum().sqrt()) / len(some) for b in bounds],
            [float(b.log_likelihood.mean()) for b in defended],
            settings.prior_share,
            whole,
        )
        splits[file.stem] = split
        numbers[file.stem] = {
            "log_likelihood": split.exact,
            "approximation": float(exact.approximation.mean()),
            "amortisation": float(exact.amortisation.mean()),
            "grid": n,
            "estimates": dict(zip(map(str, split.ks), split.estimates, strict=True)),
            "with_prior": dict(zip(map(str, split.ks), split.defended, strict=True)),
            "test_set": {"log_likelihood": whole.exact, "with_prior": whole.estimate},
        }
    drawn = figures.draw(
        splits,
        class_names=data.class_names,
        title=f"What the ELBO misses: {data.name}",
        dpi=style.dpi,
    )
    with fresh(figure) as temporary:
        save(drawn, temporary, figures.caption(splits))
    record(metrics, {"gaps": numbers})


if __name__ == "__main__":
    run(main)
