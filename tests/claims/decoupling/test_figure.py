"""The figure of the class in z: ellipses, probes and words are those of the numbers."""

import numpy as np
import pytest
from matplotlib.patches import Ellipse

from claims.decoupling import figure as decoupling
from claims.decoupling.measure import Decoupling, Gaussians, Plane, Probes

LIMIT = 4.0
LOOK = {
    "class_names": ("zero", "one", "Ankle boot"),
    "limit": LIMIT,
    "title": "A figure: model on data",
    "dpi": 100,
}
APART = Gaussians(
    np.array([[-2.0, 0], [2, 0], [np.nan] * 2]),
    np.array([[[0.25, 0], [0, 1]], [[1, 0.6], [0.6, 0.5]], [[np.nan] * 2] * 2]),
)
TOGETHER = Gaussians(np.zeros((3, 2)), np.stack([np.eye(2)] * 3))
FOUND = Decoupling(
    free="free",
    conditional="given",
    probes={"free": Probes(0.9, 0.8, 0.4), "given": Probes(0.45, 0.42, 0.4)},
    planes={
        "free": Plane(APART, np.array([1.5, 2.5, np.nan])),
        "given": Plane(TOGETHER, np.array([0.1, 0.1, 0.1])),
    },
    confusion=np.array([[1.0, 0, 0], [0.25, 0.75, 0], [np.nan] * 3]),
)


@pytest.fixture(scope="module")
def figure():
    return decoupling.draw(FOUND, **LOOK)


def test_class_ellipses_lie_one_sigma_away(figure):
    ellipses = [p for p in figure.axes[0].patches if type(p) is Ellipse]
    assert len(ellipses) == 2  # the third class has no images
    for ellipse, mean, covariance in zip(ellipses, *APART, strict=False):
        edge = np.array([*ellipse.get_vertices(), *ellipse.get_co_vertices()]) - mean
        distance = np.einsum("pi,ij,pj->p", edge, np.linalg.inv(covariance), edge)
        assert distance == pytest.approx(np.ones(4))


def test_latent_planes_share_one_frame(figure):
    planes = [axes for axes in figure.axes if axes.get_xlabel() == "$z_1$"]
    assert len(planes) == 2
    assert {(axes.get_xlim(), axes.get_ylim()) for axes in planes} == {((-LIMIT, LIMIT),) * 2}


def test_probes_lie_at_their_accuracies_beside_chance(figure):
    lines = figure.axes[2].lines
    places = {line.get_label(): list(line.get_xdata()) for line in lines}
    assert places["two-layer perceptron"] == [90, 45]
    assert places["linear"] == [80, 42]
    assert [list(line.get_xdata()) for line in lines if line.get_linestyle() == "--"] == [[40, 40]]


def test_models_without_a_plane_have_probes_alone():
    deep = FOUND._replace(planes={})
    assert len(decoupling.draw(deep, **LOOK).axes) == 2
    assert "Gaussians are" not in decoupling.caption(deep)


@pytest.mark.parametrize(
    ("accuracy", "verdict"),
    [
        (0.405, "In given the class cannot be predicted from z."),
        (0.45, "most of the class is gone from z, yet not all: 5.0 points above that"),
        (0.7, "still holds much of the class: 30.0 points"),
        (0.95, "holds the class no less: 55.0 points"),
    ],
)
def test_the_verdict_is_the_probes(accuracy, verdict):
    probes = FOUND.probes | {"given": Probes(accuracy, 0.4, 0.4)}
    said = decoupling.caption(FOUND._replace(probes=probes))
    assert verdict in said
    assert "2.00 nats from the prior (KL, mean over classes) in free and 0.10 in given" in said
    assert "a classifier predicts that class for 87.5%" in said  # of the two classes given
