"""How sure the encoder is: the width of each posterior, and the images behind the extremes."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from numpy import ndarray

from figures.plane import frame, label_classes, scatter
from figures.sheet import Sheet, mosaic, zoom
from figures.style import palette, styled
from vae.codes import Codes, posterior_std


@styled
def draw(
    x: UInt8[ndarray, "n *image"],
    codes: Codes,
    *,
    class_names: Sequence[str],
    ellipses: int,
    strip: int,
    limit: float,
    seed: int,
    title: str,
    dpi: int,
) -> Figure:
    """Posterior ellipses, dots sized by σ, and each class's surest and most doubtful images.

    Args:
        x: test images.
        codes: theirs; two latent axes.
        class_names: one a class.
        ellipses: drawn for each class.
        strip: surest and most doubtful images shown of each class.
        limit: of the latent frame.
        seed: picks the images whose ellipses are drawn.
        title: names model and data set.
        dpi: pixels an inch.
    """
    classes = len(class_names)
    labels, sigma = codes.label, posterior_std(codes)
    scale = zoom(x.shape[1:], dpi, 44)
    present = [c for c in range(classes) if (labels == c).sum() >= strip]
    ranked = [
        np.flatnonzero(labels == c)[sigma[labels == c].argsort(kind="stable")] for c in present
    ]
    surest = np.stack([row[:strip] for row in ranked], axis=1)
    doubtful = np.stack([row[::-1][:strip] for row in ranked], axis=1)
    pictures = [mosaic(x[which], 1) for which in (surest, doubtful)]
    height, width = (side * scale / dpi * 100 for side in pictures[0].shape[:2])
    panel = max(width, 380)
    sheet = Sheet(54 + 2 * panel + 70, 62 + panel + 90 + height + 16, dpi, title)

    axes = sheet.axes(54, 62, panel, panel)
    frame(axes, limit)
    rng = np.random.default_rng(seed)
    colours = palette(classes)
    for label in range(classes):
        members = np.flatnonzero(labels == label)
        for i in rng.choice(members, min(ellipses, len(members)), replace=False):
            spread = 2 * np.exp(0.5 * codes.log_var[i].astype(np.float64))
            axes.add_patch(
                Ellipse(
                    tuple(codes.mean[i]),
                    *spread,
                    fc=(*colours[label], 0.35),
                    ec=colours[label],
                    lw=0.6,
                )
            )
    axes.set_title(f"posteriors at true scale: 1σ ellipses, {ellipses} images a class", loc="left")

    axes = sheet.axes(54 + panel + 50, 62, panel, panel)
    frame(axes, limit)
    scatter(axes, codes.mean, labels, classes, size=4 * sigma / np.median(sigma))
    label_classes(axes, codes.mean, labels, class_names)
    axes.set_title("posterior means; a dot's area is its σ", loc="left")

    for column, (name, picture) in enumerate(
        zip(("surest", "most doubtful"), pictures, strict=True)
    ):
        axes = sheet.picture(54 + column * (panel + 50), 62 + panel + 90, picture, scale)
        axes.set_title(f"the {name} of each class", loc="left")
        shown = [class_names[row] for row in present]
        axes.set_xticks((np.arange(len(shown)) + 0.5) * picture.shape[1] / len(shown), shown)
        axes.tick_params(length=0)
    return sheet.figure


def caption(*, median: float) -> str:
    """What the posterior widths show."""
    return (
        "σ is the model's own doubt about where an image belongs. Above left, 1σ ellipses of "
        "q(z|x) at true scale; right, every test image with a dot whose area grows with its σ; "
        "below, the images of smallest and largest σ in each class, from the top. A clear 9 has "
        "less of it than a hasty one; and σ depends on the place: where many images crowd, a "
        "short step changes the picture and codes must be exact, and far out they need not be. "
        f"The median σ (geometric mean of both axes) is {median:.3f}, where the prior's is 1."
    )
