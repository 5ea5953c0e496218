"""Small records of every claim, their figures and captions, and the words on a figure."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from claims.aggregate import figure as aggregate
from claims.aggregate.measure import mismatch
from claims.anomaly import figure as anomaly
from claims.anomaly.measure import CORRECTED, ELBO, RECONSTRUCTION, RELATIVE, Anomalies, OtherData
from claims.decoupling import figure as decoupling
from claims.decoupling.measure import Decoupling, Gaussians, Plane, Probes
from claims.factors import figure as factors
from claims.factors.measure import LatentAxes
from claims.gaps import figure as gaps
from claims.gaps.measure import GapSummary
from claims.neighbourhood import figure as neighbourhood
from claims.planes import figure as planes
from claims.planes.measure import Run
from claims.posterior_std import figure as posterior_std
from claims.posterior_std.measure import Correlation, Measured, StdAgainstEntropy
from figures.style import styled
from vae.codes import Codes
from vae.disentanglement import Scores
from vae.files.dataset import LabelledImages

MNIST = tuple("0123456789")
FASHION = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
ODD = (
    *(f"class {i}, whose name has sixty characters until it ends with {i}" for i in range(4)),
    *(f"$x_{i}$" for i in range(4)),
    *("W" * 30, "a_b^{c}"),
)
"""Long names, and names that could be taken for formulas."""
LIMIT = 4.0
N = 200
LABEL = np.arange(N) % 10


def codes(latent=2):
    rng = np.random.default_rng(0)
    mean = rng.normal(size=(N, latent)).astype(np.float32)
    log_var = rng.normal(-3, 0.5, size=(N, latent)).astype(np.float32)
    return Codes(mean, log_var, mean + np.float32(0.1), LABEL)


def shares():
    table = np.random.default_rng(1).random((10, 10)) * (1 - np.eye(10))
    return table / table.sum(axis=1, keepdims=True)


def anomalies():
    rng = np.random.default_rng(2)
    held_out = {
        name: rng.uniform(0.3, 1, size=10) for name in (ELBO, CORRECTED, RELATIVE, RECONSTRUCTION)
    }
    pair = dict.fromkeys(held_out, 0.97)
    return Anomalies("beta1", held_out, [OtherData("these", "those", pair)])


def decoupled():
    rng = np.random.default_rng(3)
    gaussians = Gaussians(rng.normal(size=(10, 2)), np.stack([0.3 * np.eye(2)] * 10))
    plane = Plane(gaussians, rng.random(10))
    probes = {"vae": Probes(0.9, 0.8, 0.4), "cvae": Probes(0.45, 0.42, 0.4)}
    return Decoupling("vae", "cvae", probes, {"vae": plane, "cvae": plane}, np.eye(10))


def axes(latent):
    rng = np.random.default_rng(5)
    scores = Scores(*rng.random(5))
    return LatentAxes(
        codes(latent).mean, np.arange(latent), rng.uniform(-1, 1, size=(latent, 5)), scores
    )


def gap():
    rng = np.random.default_rng(6)
    return GapSummary(
        approximation=rng.random(N),
        amortisation=3 * rng.random(N),
        label=LABEL,
        exact=-100.0,
        grid=600,
        ks=np.array([1, 10, 100]),
        estimates=np.array([-104.0, -102.0, -101.0]),
        errors=np.array([np.nan, 0.4, 0.2]),
        defensive=np.array([-104.0, -103.0, -100.5]),
        prior_share=0.5,
        all_images=10_000,
        all_exact=-99.0,
        all_defensive=-99.25,
    )


def sweep():
    manifold = np.zeros((4, 4, 8, 8), np.float32)
    numbers = [(0.0, -90.0, 300.0), (0.5, -95.0, 12.0), (1.0, -100.0, 6.0), (4.0, -120.0, 2.0)]
    return [
        Run(f"beta{beta:g}", "", f"β {beta:g}", beta, manifold, codes().mean, LABEL, *terms)
        for beta, *terms in numbers
    ]


def objectives():
    words = ("β 1", "β 1, warm-up 50%", "β 0.5, MMD 10", "importance-weighted, 5 samples")
    return [
        run._replace(name=f"model_{i}", objective=objective, beta=None, kl=6.0 + i, exact=-90.0 - i)
        for i, (run, objective) in enumerate(zip(sweep(), words, strict=True))
    ]


def measured():
    rng = np.random.default_rng(7)
    parts = (np.linspace(0.1, 0.4, 4), np.linspace(0.2, 0.5, 4))
    comparison = StdAgainstEntropy(
        Correlation(-0.1, -0.2, 0.05), [Correlation(0.4, 0.3, 0.5)] * 10, *parts, *parts
    )
    predicted = rng.dirichlet(np.full(10, 0.2), size=N).astype(np.float32)
    return Measured("vae", rng.random(N), predicted, comparison)


def images():
    x = np.random.default_rng(8).integers(0, 256, size=(N, 8, 8), dtype=np.uint8)
    return LabelledImages(x, LABEL)


LOOK = {"title": "A figure: model on data"}
PUBLISHED = {"mean": 0.855}
AROUND = {"vae": shares(), "cvae": np.full((10, 10), 1 / 9) * (1 - np.eye(10))}


def named(class_names, dpi=100):
    """Every figure that shows class names, of ten classes, by its name."""
    look = LOOK | {"class_names": class_names, "dpi": dpi}
    plane = look | {"limit": LIMIT}
    published = PUBLISHED | {class_names[1]: 0.73}
    return {
        "anomaly": anomaly.draw(anomalies(), published=published, **look),
        "decoupling": decoupling.draw(decoupled(), **plane),
        "gaps": gaps.draw({"vae": gap()}, **look),
        "neighbourhood": neighbourhood.draw(AROUND, **look),
        "objectives": planes.draw(objectives(), **plane),
        "ordering": planes.draw(sweep(), **plane),
        "posterior_std": posterior_std.draw(images(), measured(), strip=6, example=1, **look),
    }


def captions(class_names):
    """The caption of every claim, of ten classes, by its figure's name."""
    known = {"class_names": class_names}
    axes_of = {"plain": (axes(2), 1.0), "strong": (axes(2), 4.0), "deep": (axes(20), 1.0)}
    shown = {name: factors.Shown(*found, False) for name, found in axes_of.items()}
    models = {"vae": mismatch(codes(), 5, 0), "vae20": mismatch(codes(20), 5, 0)}
    return {
        "aggregate": aggregate.caption(models),
        "anomaly": anomaly.caption(anomalies(), published=PUBLISHED, **known),
        "decoupling": decoupling.caption(decoupled()),
        "factors": factors.caption(shown),
        "gaps": gaps.caption({"vae": gap()}),
        "neighbourhood": neighbourhood.caption(AROUND, k=5, example=1, **known),
        "objectives": planes.caption(objectives(), limit=LIMIT),
        "ordering": planes.caption(sweep(), limit=LIMIT),
        "posterior_std": posterior_std.caption(measured().comparison, example=1, **known),
    }


@styled
def words(figure):
    """Every text that is shown, with its box in pixels."""
    canvas = FigureCanvasAgg(figure)
    with np.errstate(all="raise"):
        canvas.draw()
    renderer = canvas.get_renderer()
    texts = list(figure.texts)
    for axes in figure.axes:
        texts += [*axes.texts, axes.xaxis.label, axes.yaxis.label, axes._left_title]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            seen = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            texts += [label for tick in seen for label in (tick.label1, tick.label2)]
        if legend := axes.get_legend():
            texts += legend.get_texts()
    shown = [text for text in texts if text.get_visible() and text.get_text()]
    return {text: text.get_window_extent(renderer) for text in shown}


def cells(axes):
    """Texts of a table by row and column."""
    return {(text.get_position()[1], text.get_position()[0]): text for text in axes.texts}
