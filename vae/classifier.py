"""An independent classifier: a small convolutional network that has seen no latent space.

It predicts the class of decoded pictures, and its predictive entropy says how ambiguous an image
is, whatever an encoder makes of it. Trained by cross-entropy with Adam on a one-cycle rate.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, Num, UInt8
from numpy import ndarray
from torch import Tensor, nn
from torch.utils.dlpack import from_dlpack

from vae.model.networks import halving

_AT_ONCE = 2000


class Classifier(nn.Module):
    """From images in [0, 1] to the logits of classes.

    Args:
        image_shape: H×W or H×W×C.
        classes: their number.
        channels: of convolutions that halve the sides.
    """

    def __init__(self, image_shape: Sequence[int], classes: int, channels: Sequence[int]) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {
            "image_shape": list(image_shape),
            "classes": classes,
            "channels": list(channels),
        }
        self.network = halving(image_shape, channels, "gelu", classes)

    def forward(self, x: Float[Tensor, "batch *image"]) -> Float[Tensor, "batch classes"]:
        """Logits."""
        logits: Tensor = self.network(x.flatten(1))
        return logits


def fit(
    model: Classifier,
    images: UInt8[Tensor, "n *image"],
    labels: Int[Tensor, " n"],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> None:
    """Train in place; each epoch visits every image once, in an order drawn by the seed."""
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    orders = [torch.randperm(len(images), generator=generator) for _ in range(epochs)]
    batches = [batch for order in orders for batch in order.split(batch_size)]
    optimiser = torch.optim.Adam(model.parameters(), lr=learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=learning_rate, total_steps=len(batches)
    )
    for batch in batches:
        x, y = images.index_select(0, batch).to(device), labels[batch].to(device)
        loss = nn.functional.cross_entropy(model(x.float() / 255), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


@torch.no_grad()
def probabilities(
    model: Classifier, images: Num[ndarray, "n *image"]
) -> Float32[ndarray, "n classes"]:
    """p(class | image) of pictures: grey levels 0–255 if they are uint8, else values in [0, 1]."""
    device = next(model.parameters()).device
    scale = 255 if images.dtype == np.uint8 else 1
    parts = [
        model(part.to(device).float() / scale).softmax(-1).cpu()
        for part in from_dlpack(images).split(_AT_ONCE)
    ]
    return torch.cat(parts).numpy()
