"""Train one model on the training images; go on where an interrupted training stopped."""

import copy
import hashlib
import io
import shutil
import sys
import zipfile
from pathlib import Path

import torch
from torch.utils.dlpack import from_dlpack

from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.model_params import Model, Training
from pipeline.progress import epoch_bar
from pipeline.require import require_classes
from pipeline.run import run
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError
from vae.files.metrics import write_curve
from vae.lattice import objective
from vae.model import VAE, checkpoint
from vae.moments import moments
from vae.training import State, fit


def main(
    settings: Model,
    train: Path,
    classes: Path,
    states: Path,
    model_file: Path,
    curve: Path,
    without: int = -1,
    film: Path | None = None,
    *,
    seed: int,
    training: Training,
) -> None:
    """Write a model's checkpoint and curve; `states` keeps what a restart needs.

    Images of the class `without`, if one is given (−1: none), are left out. `film` becomes a folder
    of checkpoints in half precision, one for each moment that is kept, named by its steps.
    """
    data = LabelledImages.load(train)
    x, y = _images(data, without)
    torch.manual_seed(seed)
    given = len(Classes.load(classes, data.y).names) if settings.conditional else 0
    model = VAE(x.shape[1:], classes=given, **settings.architecture).to(device())

    count = settings.film if film else 0
    key = _key(repr((seed, training, settings, without, count, torch.__version__)), train, classes)
    saved = states / f"{model_file.stem}-{key}.pt"
    kept = saved.with_suffix("")
    reel = {file.name: file.read_bytes() for file in kept.glob("[0-9]*")}
    with epoch_bar(model_file.stem, settings.epochs) as bar:

        def look(step: int, steps: int) -> None:
            if step in moments(steps, count):
                name = f"{step:08}.safetensors"
                with atomic_write(kept / name) as file:
                    checkpoint.save(copy.deepcopy(model).half(), file)
                reel[name] = (kept / name).read_bytes()

        def keep(state: State) -> None:
            content = io.BytesIO()  # torch.save to a path reports a full disk as a RuntimeError
            torch.save(state, content)
            with atomic_write(saved) as file:
                file.write_bytes(content.getbuffer())
            bar(state["history"])

        held_out = max(1, round(training.validation * len(x)))
        history = fit(
            model,
            x,
            y,
            epochs=settings.epochs,
            objective=objective(**settings.objective.model_dump()),
            **training.model_dump() | {"validation": held_out},
            seed=seed,
            state=_load(saved),
            on_epoch=keep,
            on_step=look,
        )

    with atomic_write(model_file) as file:
        checkpoint.save(model, file)
    with atomic_write(curve) as file:
        write_curve(file, history)
    if film:
        with atomic_write(film) as folder:
            folder.mkdir()
            for name, content in reel.items():
                (folder / name).write_bytes(content)
    saved.unlink()  # before its moments: who finds the state has found all of them
    shutil.rmtree(kept, ignore_errors=True)


def _images(data: LabelledImages, without: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images and labels; but for those of one class, they lie in memory."""
    x, y = data
    if without >= 0:
        require_classes([without], y, "held_out")
        kept = y != without
        if kept.sum() < 2:  # one to train on, one to validate on
            raise InputError(
                f"held_out: all training images but {kept.sum()} are of class {without}"
            )
        x, y = x[kept], y[kept]
    return from_dlpack(x), torch.from_numpy(y)


def _key(settings: str, *data: Path) -> str:
    """Names all that the trained bytes depend on: settings, data and code."""
    key = hashlib.sha256(settings.encode())
    loaded = [sys.modules[name] for name in sorted(sys.modules) if name.startswith("vae.")]
    for path in (*data, Path(__file__), *(Path(str(module.__file__)) for module in loaded)):
        with path.open("rb") as file:
            key.update(hashlib.file_digest(file, "sha256").digest())
    return key.hexdigest()[:16]


def _load(saved: Path) -> State | None:
    """The state of an interrupted training, if there is one that can be read."""
    try:
        with zipfile.ZipFile(saved) as archive:  # torch does not look at its checksums
            if damaged := archive.testzip():
                raise zipfile.BadZipFile(f"{damaged} is damaged")
        state: State = torch.load(saved, map_location=device(), weights_only=True)
        print(f"going on after epoch {len(state['history'])}")
        return state
    except FileNotFoundError:
        return None
    except Exception as error:  # whatever lies there, nothing but time is lost
        print(f"{saved} cannot be read: {error}; beginning anew")
        return None


if __name__ == "__main__":
    run(main)
