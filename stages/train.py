"""Train one model on the training images; go on where an interrupted training stopped."""

import csv
import hashlib
import io
import pickle
from pathlib import Path

import torch

from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Claims, Model, Training
from pipeline.progress import epoch_bar
from pipeline.run import run
from vae.archives import Dataset
from vae.dataset import require_classes
from vae.errors import InputError
from vae.model import VAE, checkpoint
from vae.objective import Objective
from vae.training import State, fit


def main(
    name: str,
    dataset: Path,
    states: Path,
    model_file: Path,
    curve: Path,
    without: int = -1,
    *,
    seed: int,
    training: Training,
    models: dict[str, Model],
    claims: Claims,
) -> None:
    """Write the checkpoint and the curve of model `name`; `states` keeps what a restart needs.

    Images of the class `without`, if one is given, are left out.
    """
    settings = (models | claims.models)[name]
    data = Dataset.load(dataset)
    if without >= 0:
        require_classes([without], data.y_train, "claims.held_out")
    learned = data.y_train != without
    if not learned.any():
        raise InputError(f"claims.held_out: all training images are of class {without}")
    x, y = torch.from_numpy(data.x_train[learned]), torch.from_numpy(data.y_train[learned])
    torch.manual_seed(seed)
    model = VAE(
        data.image_shape,
        settings.latent_dim,
        settings.hidden,
        settings.activation,
        len(data.class_names) if settings.conditional else 0,
        settings.likelihood,
        settings.network,
    ).to(device())

    key = hashlib.sha256(repr((seed, training, settings, without, torch.__version__)).encode())
    key.update(dataset.read_bytes())
    saved = states / f"{model_file.stem}-{key.hexdigest()[:16]}.pt"
    with epoch_bar(name, settings.epochs) as bar:

        def keep(state: State) -> None:
            content = io.BytesIO()  # torch.save to a path tells a full disk as a RuntimeError
            torch.save(state, content)
            with atomic_write(saved) as file:
                file.write_bytes(content.getbuffer())
            bar(state["history"])

        options = training.model_dump()
        history = fit(
            model,
            x,
            y,
            epochs=settings.epochs,
            objective=Objective(**settings.objective.model_dump()),
            **options | {"validation": max(1, round(training.validation * len(x)))},
            seed=seed,
            state=_load(saved),
            on_epoch=keep,
        )

    with atomic_write(model_file) as file:
        checkpoint.save(model, file)
    with atomic_write(curve) as file, file.open("w", newline="") as text:
        writer = csv.DictWriter(text, history[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {key: value if key == "epoch" else f"{value:.4f}" for key, value in row.items()}
            for row in history
        )
    saved.unlink()


def _load(saved: Path) -> State | None:
    """The state of an interrupted training, if there is one that can be read."""
    try:
        state: State = torch.load(saved, map_location=device(), weights_only=True)
    except (FileNotFoundError, RuntimeError, EOFError, pickle.UnpicklingError):
        return None
    print(f"going on after epoch {len(state['history'])}")
    return state


if __name__ == "__main__":
    run(main)
