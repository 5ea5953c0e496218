"""What a trained model says of a data set: posteriors and likelihoods, in nats per image."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor
from torch.quasirandom import SobolEngine

from vae.codes import Codes
from vae.model import VAE, Labels
from vae.objective import importance_bound, kl_by_axis, standard_normal
from vae.precision import Precision, autocast

_SEEN_AT_ONCE = 2**23  # pixels: bounds what all that follows takes of memory
_ENCODED_AT_ONCE = 5000
_DECODED_AT_ONCE = 2000  # images: bounds the memory of `importance`, and fits a CPU's cache

Track = Callable[[Iterable[Tensor]], Iterable[Tensor]]


class Seen(NamedTuple):
    """What a model sees of a part of a set of images, on its device."""

    x: Float[Tensor, "part *image"]
    y: Int[Tensor, " part"] | None
    """Their classes, if the model is conditional."""
    seed: int
    """Of this part's noise."""


def observed(
    model: VAE, x: UInt8[Tensor, "n *image"], y: Int[Tensor, " n"], seed: int
) -> Iterator[Seen]:
    """A set of images part by part, each as large as memory holds easily, a function of the seed.

    The first part, which of most sets is all, is what `VAE.observe` says of it.
    """
    device = next(model.parameters()).device
    size = max(1, _SEEN_AT_ONCE // x[0].numel())
    parts = zip(model.likelihood.prepare(x).split(size), y.split(size), strict=True)
    for number, (images, labels) in enumerate(parts):
        of_part = number << 31 | seed
        torch.manual_seed(of_part)
        seen = model.likelihood.observe(images.to(device))
        yield Seen(seen, labels.to(device) if model.conditional else None, of_part)


@torch.no_grad()
def encode(model: VAE, x: UInt8[Tensor, "n *image"], y: Int[Tensor, " n"], seed: int) -> Codes:
    """The posteriors of all images; what is drawn of them is a function of the seed."""
    parts = []
    for part in observed(model, x, y, seed):
        for some in torch.arange(len(part.x), device=part.x.device).split(_ENCODED_AT_ONCE):
            q = model.encode(part.x[some], None if part.y is None else part.y[some]).base_dist
            parts.append(torch.stack([q.loc, 2 * q.scale.log()]).cpu())
    mean, log_var = torch.cat(parts, dim=1)
    noise = torch.randn(mean.shape, generator=torch.Generator().manual_seed(seed))
    sample = mean + (0.5 * log_var).exp() * noise
    return Codes(mean.numpy(), log_var.numpy(), sample.numpy(), y.numpy())


class Bounds(NamedTuple):
    """Terms of the ELBO and an importance-weighted bound for each of N images, in nats."""

    reconstruction: Float[Tensor, " n"]
    """E_q[log p(x | z)], a mean over the samples."""
    kl: Float[Tensor, " n"]
    """KL(q(z | x) ‖ p(z)), exact."""
    log_likelihood: Float[Tensor, " n"]
    """log of the mean importance weight: a lower bound on log p(x) that tightens with samples."""
    error: Float[Tensor, " n"]
    """Standard error of `log_likelihood` from the draw of its samples, as if independent (delta
    method)."""

    @property
    def mean_error(self) -> float:
        """Standard error of the mean of `log_likelihood`."""
        return float(self.error.square().sum().sqrt()) / len(self.error)


@torch.no_grad()
def importance(
    model: VAE,
    x: Float[Tensor, "n *image"],
    y: Labels | None,
    samples: int,
    seed: int,
    precision: Precision = "float32",
    track: Track = iter,
    prior_share: float = 0.0,
) -> Bounds:
    """ELBO and importance-weighted log-likelihood from the same samples z₁ … z_K ~ q(z | x).

        log p(x) ≥ E log 1/K Σ_k p(x | z_k) p(z_k) / q(z_k | x)

    Samples are streamed: memory does not grow with their number. For a class-conditional model
    all of it is conditional on y. Source: Burda et al. 2016, arXiv:1509.00519.

    Where q misses a part of the posterior, neither the samples nor their spread show it. With a
    share a of the samples from the prior, the mixture (1 − a) q + a p takes the place of q in the
    weights, which then never exceed p(x | z) / a: defensive importance sampling (Hesterberg 1995;
    Owen & Zhou 2000). Those samples are a scrambled Sobol sequence, which leaves smaller holes than
    independent ones. It helps where few latent axes leave a chance to hit.

    Args:
        model: on the device to compute on.
        x: what the model sees of the images (`VAE.observe`), on its device.
        y: their classes, for a conditional model.
        samples: K.
        seed: of the noise.
        precision: of the decoder's matrix products; all else is float32. In bfloat16 the test-set
            means of Bernoulli pixels move by less than 0.01 nats, those of densities by more.
        track: wraps the iteration over batches, to show progress.
        prior_share: a, below 1.
    """
    torch.manual_seed(seed)
    sobol = SobolEngine(model.latent_dim, scramble=True, seed=seed)
    from_q = max(1, samples - round(prior_share * samples))
    mixed = torch.tensor([from_q / samples, 1 - from_q / samples]).log()
    rows = max(1, _DECODED_AT_ONCE // samples)
    # one block for all results: small ones kept alive between large temporaries would fragment the
    # memory, and let it grow with every batch
    results = torch.empty(4, len(x), dtype=torch.float64)
    for batch in track(torch.arange(len(x), device=x.device).split(rows)):
        x_batch, y_batch = x[batch], None if y is None else y[batch]
        q = model.encode(x_batch, y_batch)
        log_weights = torch.empty(samples, len(batch), device=x.device)
        log_p = torch.empty(samples, len(batch), device=x.device)
        for drawn in torch.arange(samples).split(max(1, _DECODED_AT_ONCE // len(batch))):
            z = q.sample(drawn.shape)
            others = drawn >= from_q
            if others.any():
                even = sobol.draw(int(others.sum()), dtype=torch.float64) + 2**-31  # never 0, nor 1
                z[others] = torch.special.ndtri(even).to(z)[:, None]
            with autocast(precision, x.device):
                log_p[drawn] = model.decode(z, y_batch).log_prob(x_batch)
            log_prior, log_q = standard_normal(z), q.log_prob(z)
            if from_q < samples:
                log_q = torch.logaddexp(mixed[0] + log_q, mixed[1] + log_prior)
            log_weights[drawn] = log_p[drawn] + log_prior - log_q
        bound = importance_bound(log_weights)
        spread = (log_weights - bound).exp().std(0, correction=0) / math.sqrt(samples)
        found = torch.stack([log_p[:from_q].mean(0), kl_by_axis(q).sum(-1), bound, spread])
        results[:, batch.cpu()] = found.double().cpu()
    return Bounds(*results)
