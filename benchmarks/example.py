"""The peer: the VAE of PyTorch's examples, in its own way of feeding and training.

MNIST, 784–400–20–400–784, ReLU, Adam at 1e-3, batches of 128, float32. PIL images and a transform
feed a DataLoader; the decoder answers in probabilities. Written anew from its description
(github.com/pytorch/examples, vae); its log gives a test loss of 105.56–105.59 after 10 epochs.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader

BATCH, RATE, LATENT, HIDDEN = 128, 1e-3, 20, 400
PUBLISHED_EPOCHS, PUBLISHED_LOSS = 10, "105.56–105.59"


class Example(nn.Module):
    """The example's network; its output is its loss."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, HIDDEN)
        self.fc21 = nn.Linear(HIDDEN, LATENT)
        self.fc22 = nn.Linear(HIDDEN, LATENT)
        self.fc3 = nn.Linear(LATENT, HIDDEN)
        self.fc4 = nn.Linear(HIDDEN, 784)

    def forward(self, images: Float[Tensor, "batch 1 28 28"]) -> Float[Tensor, ""]:
        """−ELBO at one sample of each code, summed over the batch, in nats (scale G)."""
        x = images.flatten(1)
        hidden = functional.relu(self.fc1(x))
        mean, log_var = self.fc21(hidden), self.fc22(hidden)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_var)
        pixels = torch.sigmoid(self.fc4(functional.relu(self.fc3(z))))
        cross_entropy = functional.binary_cross_entropy(pixels, x, reduction="sum")
        kl: Tensor = -0.5 * torch.sum(1 + log_var - mean.square() - log_var.exp())
        return cross_entropy + kl


def fresh_example() -> tuple[Example, torch.optim.Optimizer]:
    """The network untrained, and its optimiser."""
    torch.manual_seed(0)
    model = Example()
    return model, torch.optim.Adam(model.parameters(), lr=RATE)


def train_example(model: Example, optimiser: torch.optim.Optimizer, images: Any) -> int:
    """Train for one epoch on a torchvision data set; return the number of images seen."""
    total = 0.0
    for x, _ in DataLoader(images, batch_size=BATCH, shuffle=True):
        optimiser.zero_grad()
        loss = model(x)
        loss.backward()
        total += loss.item()  # a sum over the epoch, as the example prints
        optimiser.step()
    return len(images)


@torch.no_grad()
def example_loss(model: Example, images: Any) -> float:
    """−ELBO of a torchvision data set at one sample of each code, in nats per image (scale G)."""
    torch.manual_seed(0)
    losses = [model(x).item() for x, _ in DataLoader(images, batch_size=BATCH)]
    return sum(losses) / len(images)
