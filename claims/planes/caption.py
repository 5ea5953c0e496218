"""The caption of the figure of latent planes: what its numbers say, as a β sweep or one by one."""

from collections.abc import Sequence

from scipy.special import ndtr

from claims.numbers import number
from claims.planes.measure import Run, is_beta_sweep
from figures.style import listed

_LEVEL = 0.5  # nats: another seed moves a bound by as much
_LOOSE = 0.005  # share of codes beyond the frame from which on they leave it


def cause(runs: Sequence[Run]) -> str:
    """What the runs differ in, for a title."""
    return "the KL term" if is_beta_sweep(runs) else "the objective"


def caption(runs: Sequence[Run], *, limit: float) -> str:
    """What the runs show; `limit` is the latent frame's."""
    return _beta_sweep(runs, limit) if is_beta_sweep(runs) else _objectives(runs, limit)


def _objectives(runs: Sequence[Run], limit: float) -> str:
    """Who is best by each measure, and whose codes leave the frame."""
    bound = max(runs, key=lambda run: run.elbo)
    level = [run.name for run in runs if bound.elbo - run.elbo < _LEVEL]
    sharp = max(runs, key=lambda run: run.reconstruction)
    loose = max(runs, key=lambda run: run.outside(limit))
    return (
        "One network trained for several objectives, named above; below, the prior's quantile grid "
        "decoded, then the test set's codes, all in one frame, with rings at 1σ and 2σ of the "
        f"prior. The bound itself, reconstruction − KL, is best for {listed(level)}"
        f"{f', less than {_LEVEL:g} nats apart' if len(level) > 1 else ''}: {nats(bound.elbo)} "
        f"nats. Reconstruction is best for {sharp.name}, {nats(sharp.reconstruction)} nats at a "
        f"KL of {sharp.kl:.1f}. {_exact(runs)}{_outside(loose, limit)}"
    )


def _exact(runs: Sequence[Run]) -> str:
    """What the bounds miss of log p(x), if it is known of all."""
    exact = {run.name: run.exact for run in runs if run.exact is not None}
    if len(exact) < len(runs):
        return ""
    bounds = {run.name: run.elbo for run in runs}
    best = max(exact, key=lambda name: exact[name])
    worst = max(exact, key=lambda name: exact[name] - bounds[name])
    return (
        f"log p(x) itself, summed over the plane, is highest for {best}, {nats(exact[best])} "
        f"nats, whose bound is {nats(bounds[best])}; the bound misses most of it in {worst}, "
        f"{exact[worst] - bounds[worst]:.1f} nats. "
    )


def _outside(run: Run, limit: float) -> str:
    """Whether codes leave the frame in the run where most do."""
    share = run.outside(limit)
    if share <= _LOOSE:
        return f"The codes keep within the frame; {run.name} has most outside, {share:.1%}."
    return f"The frame is left most in {run.name}: {_beyond(run, limit)}."


def _beyond(run: Run, limit: float) -> str:
    prior = 1 - (2 * float(ndtr(limit)) - 1) ** 2
    return (
        f"{run.outside(limit):.1%} of the codes lie beyond ±{limit:g}, where the prior has "
        f"{prior:.2%} of its draws"
    )


def _beta_sweep(runs: Sequence[Run], limit: float) -> str:
    """Which β has the best bound, and what the least and the largest β do to the plane."""
    by_beta = sorted(runs, key=lambda run: run.beta or 0)
    least, most = by_beta[0], by_beta[-1]
    autoencoder = ", an autoencoder," if least.beta == 0 else ""
    every = [run.reconstruction for run in runs]
    least_is = "best" if least.reconstruction == max(every) else "not best"
    most_is = "worst" if most.reconstruction == min(every) else "not worst"
    best = max(runs, key=lambda run: run.elbo)
    trained = "the β that trains it" if best.beta == 1 else "though β = 1 is what trains it"
    partly = 0 < sum(run.exact is None for run in runs) < len(runs)
    return (
        "The same network trained with more and more weight β on the KL term; above, the prior's "
        "quantile grid decoded, below it the test set's codes, all in one frame, with rings at 1σ "
        f"and 2σ of the prior. At β = {least.beta:g}{autoencoder} reconstruction is "
        f"{least_is}, {nats(least.reconstruction)} nats, at a KL of {least.kl:.1f} nats; "
        f"{_least_weight(least, limit)}. At β = {most.beta:g} the KL is {most.kl:.1f} nats and "
        f"reconstruction is {most_is}, {nats(most.reconstruction)} nats. The bound itself, "
        f"reconstruction − KL, is best at β = {best.beta:g}: {nats(best.elbo)} nats, {trained}."
        f"{' log p(x) is summed where all codes lie on the grid of that sum.' if partly else ''}"
    )


def _least_weight(run: Run, limit: float) -> str:
    """Whether codes leave the frame at the least β."""
    share = run.outside(limit)
    if share > _LOOSE:
        return _beyond(run, limit)
    return f"the codes keep within the frame all the same ({share:.1%} outside)"


def nats(value: float) -> str:
    """Nats per image as the figure and its caption write them."""
    return number(value, ".1f")
