"""The latent plane: where the encoder puts the test set, as z and as probability."""

from collections.abc import Sequence

from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray

from figures.plane import frame, label_classes, scatter, unit_square
from figures.sheet import Sheet
from figures.style import styled
from vae.codes import Codes
from vae.latent import to_unit_square


@styled
def draw(
    codes: Codes,
    *,
    class_names: Sequence[str],
    n: int,
    limit: float,
    title: str,
    dpi: int,
) -> Figure:
    """Posterior means (left) and samples (right), in z (above) and in Φ(z) (below).

    Args:
        codes: of the test set; two latent axes.
        class_names: one for each class.
        n: of the manifold whose grid lies over the unit square.
        limit: of the latent frame.
        title: names model and data set.
        dpi: pixels an inch.
    """
    sheet = Sheet(980, 1010, dpi, title)
    panels: dict[str, Float[ndarray, "n 2"]] = {
        "posterior means μ(x)": codes.mean,
        "one posterior sample z ~ q(z|x) each": codes.sample,
    }
    for column, (name, points) in enumerate(panels.items()):
        left = 60 + 470 * column
        axes = sheet.axes(left, 62, 420, 420)
        frame(axes, limit)
        scatter(axes, points, codes.label, len(class_names))
        label_classes(axes, points, codes.label, class_names)
        axes.set_title(name, loc="left")
        axes = sheet.axes(left, 540, 420, 420)
        unit_square(axes, n)
        square = to_unit_square(points)
        scatter(axes, square, codes.label, len(class_names))
        label_classes(axes, square, codes.label, class_names)
        axes.set_title("the same in probability, under the manifold's grid", loc="left")
    return sheet.figure


def caption(*, n: int, outside: float, limit: float) -> str:
    """What the scatter shows."""
    return (
        "Each dot is a test image: at its posterior mean μ on the left, at one sample "
        "z ~ q(z|x) on the right. A dot is two numbers, not four: σ is not plotted here. Rings are "
        "the prior at 1σ and 2σ. Below, the same through the Gaussian CDF: there the prior is "
        f"uniform, and the grid is that of the {n}×{n} manifold, cell by cell. If the samples of "
        "all images together (the aggregate posterior) followed the prior, they would fill the "
        "lower right square evenly; dense cells and empty ones show where they do not. "
        f"{outside:.1%} of the means lie beyond ±{limit:g} and are cut off above."
    )
