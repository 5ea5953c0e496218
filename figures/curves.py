"""How a training went: the ELBO and its two terms by epoch, in training and validation."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from figures.sheet import Sheet
from figures.style import FAINT, styled

_TRAIN, _VALIDATION = "#9ec3e6", "#1f5f99"


@styled
def draw(rows: Sequence[dict[str, float]], *, floor: float | None, title: str, dpi: int) -> Figure:
    """Three panels over epochs, in nats per image: the −ELBO and the two terms of it.

    Args:
        rows: of `vae.training.fit`.
        floor: the entropy floor of grey images, drawn with the reconstruction; 0 or None: none.
        title: names model and data set.
        dpi: pixels an inch.
    """
    sheet = Sheet(900, 330, dpi, title)
    epochs = [row["epoch"] for row in rows]
    panels = {
        "−ELBO": ("train_elbo", "validation_elbo", -1),
        "reconstruction, −log p(x|z)": ("train_reconstruction", "reconstruction", -1),
        "KL(q(z|x) ‖ p(z))": ("train_kl", "kl", 1),
    }
    for i, (name, (train, validation, sign)) in enumerate(panels.items()):
        axes = sheet.axes(62 + 288 * i, 62, 230, 215)
        axes.plot(
            epochs, [sign * row[train] for row in rows], color=_TRAIN, lw=1.8, label="training"
        )
        axes.plot(
            epochs,
            [sign * row[validation] for row in rows],
            color=_VALIDATION,
            lw=1.4,
            label="validation",
        )
        axes.set_title(name, loc="left")
        axes.set_xlabel("epoch")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#eeeeee")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        settled = rows[len(rows) // 20 :]  # the first steps would squeeze all that follows
        seen = [sign * row[key] for row in settled for key in (train, validation)]
        margin = 0.05 * (max(seen) - min(seen)) + 0.1
        axes.set_ylim(min(seen) - margin, max(seen) + margin)
        last = sign * rows[-1][validation]
        axes.set_title(f"{last:.1f}", loc="right", color=_VALIDATION, weight="bold")
        if i == 0:
            axes.set_ylabel("nats per image")
            axes.legend(frameon=False, loc="upper right")
        if i == 1 and floor:
            axes.axhline(floor, color=FAINT, ls="--", lw=1)
            axes.annotate(
                f"floor: the images' own entropy, {floor:.1f}",
                (epochs[-1], floor),
                (0, 4),
                textcoords="offset points",
                ha="right",
                color="#777777",
                size=8,
            )
            axes.set_ylim(bottom=0.85 * floor)
    return sheet.figure


def caption(*, validation_elbo: float, epochs: int, floor: float | None) -> str:
    """What the curves show."""
    bounded = (
        "The grey line is a floor: on levels between 0 and 1 the cross-entropy cannot fall below "
        "the images' own entropy. "
    )
    return (
        "The −ELBO and the two terms that it is the sum of, by epoch. The reconstruction term is "
        "low if images can be decoded from their codes; the KL divergence is low if posteriors "
        "stay near the prior, that is, if codes say little about their images. The two pull "
        "against each other: codes that say more allow a better reconstruction and cost more KL. "
        f"{bounded if floor else ''}Training numbers are means over an epoch, while the weights "
        f"change; validation follows the epoch. After {epochs} epochs the −ELBO of the held-out "
        f"images is {-validation_elbo:.1f} nats."
    )
