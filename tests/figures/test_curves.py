"""Training curves, read from their artists."""

from figures import curves
from tests.figures.drawing import LOOK


def test_curves_show_both_parts_and_the_floor():
    row = {"validation_elbo": -3.0, "train_elbo": -4.0, "reconstruction": -2.0, "kl": 1.0}
    row |= {"train_reconstruction": -2.5, "train_kl": 1.5}
    figure = curves.draw([row | {"epoch": e} for e in (1, 2)], floor=1.5, **LOOK)
    bound, reconstruction, divergence = (
        [line.get_ydata()[0] for line in axes.lines] for axes in figure.axes
    )
    assert (bound, reconstruction, divergence) == ([4, 3], [2.5, 2, 1.5], [1.5, 1])
    low, high = figure.axes[1].get_ylim()
    assert low < 1.5 < high


def test_the_caption_speaks_of_a_floor_only_where_there_is_one():
    said = {
        floor: curves.caption(validation_elbo=-3.0, epochs=2, floor=floor) for floor in (1.5, 0)
    }
    assert "floor" in said[1.5]
    assert "floor" not in said[0]
    assert "After 2 epochs the −ELBO of the held-out images is 3.0 nats." in said[0]
