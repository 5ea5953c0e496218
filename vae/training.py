"""Maximise the ELBO by stochastic gradient ascent on data of any size.

A batch is gathered from where the images lie, which may be a file (`vae.files.records`): then the
system keeps in memory what there is room for. To another device than the CPU all of them move at
once, up to a gigabyte, and else batch by batch.

Adam with a one-cycle learning rate. Every epoch visits each training image once, in an order drawn
from the seed and the epoch's number alone, so a training that was interrupted and goes on from its
saved state ends with the same bits as one that never stopped.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from vae.files.errors import InputError
from vae.files.metrics import Row
from vae.lattice import Lattice
from vae.model import VAE
from vae.objective import Objective
from vae.precision import Precision, autocast

State = dict[str, Any]

ELBO = Objective()

_VALIDATION_BATCH = 1000
_MOVED_AT_ONCE = 2**30  # bytes of images


class Diverged(InputError):
    """The loss or a gradient stopped being a finite number."""


def fit(
    model: VAE,
    images: UInt8[Tensor, "n *image"],
    labels: Int[Tensor, " n"],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    beta2: float,
    warmup: float,
    clip: float,
    validation: int,
    precision: Precision,
    objective: Objective | Lattice = ELBO,
    patience: int | None = None,
    seed: int = 0,
    state: State | None = None,
    on_epoch: Callable[[State], None] = lambda state: None,
    on_step: Callable[[int, int], None] = lambda step, steps: None,
) -> list[Row]:
    """Train `model` in place and return one row of numbers for each epoch.

    Args:
        model: on the device to train on; the data is moved there.
        images: levels 0–255, of which `validation` images, drawn by the seed, are held out.
        labels: read by a conditional model only.
        epochs: passes over the training part.
        batch_size: images a step.
        learning_rate: the peak of the one-cycle schedule.
        beta2: decay of Adam's mean of squared gradients.
        warmup: share of all steps until that peak.
        clip: largest norm of the gradient of the loss, a mean over the batch.
        validation: number of images held out, at least one.
        precision: "bfloat16" autocasts where the processor computes in it; or "float32".
        objective: what is maximised.
        patience: stop when the validation ELBO has not risen for so many epochs, and keep the best
            epoch's weights; None trains to the end and keeps the last.
        seed: of the split, the order and the noise.
        state: what `on_epoch` was last given, to go on from there.
        on_epoch: called with the whole state after each epoch; `state["history"]` holds the rows.
        on_step: called before the first step and after each one with the steps that are done and
            their number in all, to look at `model`; it must change and draw nothing.

    Returns:
        Rows of `epoch` (from 1) and, in nats per image, `train_elbo`, `validation_elbo`,
        `reconstruction`, `kl` (of the validation part), `train_reconstruction`, `train_kl`.
        The ELBO is the bound, whatever the objective, of one look of the encoder; training
        numbers are means over an epoch as it goes, of a lattice those of log p(x) itself.

    Raises:
        Diverged: naming epoch and loss.
    """
    device = next(model.parameters()).device
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    images = model.likelihood.prepare(images)
    if images.nbytes <= _MOVED_AT_ONCE:
        images = images.to(device)
    labels = labels.to(images.device)
    train, held_out = (
        _Part(images, labels, part, model.likelihood.observe, model.conditional, device)
        for part in order.tensor_split([len(images) - validation])
    )
    cast = autocast(precision, device)
    optimiser = torch.optim.Adam(
        model.parameters(), lr=learning_rate, betas=(0.9, beta2), fused=True
    )
    steps = epochs * math.ceil(len(train) / batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        max_lr=learning_rate,
        total_steps=steps,
        pct_start=warmup,
        cycle_momentum=False,
    )
    history: list[Row] = []
    best: tuple[float, dict[str, Tensor]] | None = None
    if state is not None:
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        history, best = state["history"], state["best"]
    else:
        on_step(0, steps)

    def step(x: Tensor, y: Tensor | None) -> Tensor:
        """One step on a batch: its reconstruction, KL and objective, and the gradient's norm."""
        with cast:
            value, terms = objective(model, x, y, schedule.last_epoch / steps)
        optimiser.zero_grad()
        (-value).backward()
        gradients = [w.grad for w in model.parameters() if w.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        if norm > clip:
            torch.nn.utils.clip_grads_with_norm_(model.parameters(), clip, norm)
        optimiser.step()
        schedule.step()
        on_step(schedule.last_epoch, steps)
        reconstruction, kl = (term.detach().sum() for term in terms)
        return torch.stack([reconstruction, kl, value.detach() * len(x), norm])

    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        for epoch in range(len(history) + 1, epochs + 1):
            if patience is not None and _stalled(history, patience):
                break
            torch.manual_seed(_mix(seed, epoch))
            batches = train.shuffled(batch_size)
            sums = torch.stack([step(x, y) for x, y in batches]).double().sum(0).tolist()
            if not all(map(math.isfinite, sums)):
                raise Diverged(
                    f"training diverged in epoch {epoch}: the loss is {-sums[2] / len(train)} and "
                    f"the sum of the gradients' norms {sums[3]}; a lower learning_rate or clip "
                    "may help"
                )
            validated = _validate(model, held_out, cast, seed)
            history.append(
                {
                    "epoch": epoch,
                    "train_elbo": (sums[0] - sums[1]) / len(train),
                    "validation_elbo": validated[0] - validated[1],
                    "reconstruction": validated[0],
                    "kl": validated[1],
                    "train_reconstruction": sums[0] / len(train),
                    "train_kl": sums[1] / len(train),
                }
            )
            if patience is not None and (best is None or history[-1]["validation_elbo"] > best[0]):
                weights = {name: value.clone() for name, value in model.state_dict().items()}
                best = history[-1]["validation_elbo"], weights
            on_epoch(
                {
                    "model": model.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "schedule": schedule.state_dict(),
                    "history": history,
                    "best": best,
                }
            )
    if best is not None:
        model.load_state_dict(best[1])
    return history


@dataclass
class _Part:
    """One part of images and labels, in batches as a model on a device sees them."""

    images: Tensor
    labels: Tensor
    places: Tensor
    """Which of them belong to the part."""
    observe: Callable[[Tensor], Tensor]
    conditional: bool
    device: torch.device

    def __len__(self) -> int:
        return len(self.places)

    def shuffled(self, size: int) -> Iterator[tuple[Float[Tensor, "batch *image"], Tensor | None]]:
        """Every image once, in a new order; the last batch may be smaller."""
        return self._batches(self.places[torch.randperm(len(self))], size)

    def ordered(self, size: int) -> Iterator[tuple[Float[Tensor, "batch *image"], Tensor | None]]:
        """Every image once, as they lie."""
        return self._batches(self.places, size)

    def _batches(self, places: Tensor, size: int) -> Iterator[tuple[Tensor, Tensor | None]]:
        for batch in places.to(self.images.device).split(size):
            x = self.observe(self.images.index_select(0, batch).to(self.device))
            yield x, self.labels[batch].to(self.device) if self.conditional else None


@torch.no_grad()
def _validate(model: VAE, part: _Part, cast: torch.autocast, seed: int) -> list[float]:
    """Mean reconstruction and KL of a part, at the same noise every time, in nats per image."""
    torch.manual_seed(seed)
    with cast:
        batches = [ELBO(model, x, y)[1] for x, y in part.ordered(_VALIDATION_BATCH)]
    return [float(torch.cat(term).double().mean()) for term in zip(*batches, strict=True)]


def _stalled(history: list[Row], patience: int) -> bool:
    elbos = [row["validation_elbo"] for row in history]
    return len(elbos) > patience and max(elbos[-patience:]) <= max(elbos[:-patience])


def _mix(seed: int, epoch: int) -> int:
    """A seed for one epoch, different for every pair of seed and epoch below 2³¹."""
    return seed << 31 | epoch
