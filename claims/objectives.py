"""Training objectives in words, for figures and for the page."""

from pipeline.model_params import Objective


def describe(objective: Objective) -> str:
    """An objective in words.

    >>> describe(Objective(beta=0.5, warmup=0, free_bits=0, mmd=10, samples=1))
    'β 0.5, MMD 10'
    >>> describe(Objective(beta=1, warmup=0, free_bits=0, mmd=0, samples=1, lattice=2048))
    'likelihood over 2,048 codes'
    """
    if objective.lattice:
        return f"likelihood over {objective.lattice:,} codes"
    if objective.samples > 1:
        return f"importance-weighted, {objective.samples} samples"
    parts = [f"β {objective.beta:g}"]
    parts += [f"warm-up {objective.warmup:.0%}"] if objective.warmup else []
    parts += [f"{objective.free_bits:g} free nats an axis"] if objective.free_bits else []
    parts += [f"MMD {objective.mmd:g}"] if objective.mmd else []
    return ", ".join(parts)


def beta_alone(objective: Objective) -> float | None:
    """β of an objective that is the ELBO but for that weight; None of any other.

    >>> beta_alone(Objective(beta=4, warmup=0, free_bits=0, mmd=0, samples=1))
    4.0
    >>> beta_alone(Objective(beta=4, warmup=0, free_bits=0, mmd=10, samples=1)) is None
    True
    """
    elbo = Objective(beta=1, warmup=0, free_bits=0, mmd=0, samples=1)
    return objective.beta if objective.model_copy(update={"beta": 1.0}) == elbo else None
