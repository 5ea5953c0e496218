"""All stages of the claims, run on scikit-learn's digits with small models and few draws."""

from importlib import import_module
from types import SimpleNamespace

from claims import write_page
from claims.aggregate import compute as aggregate
from claims.anomaly import compute as anomaly
from claims.decoupling import compute as decoupling
from claims.factors import compute as factors
from claims.gaps import compute as gaps
from claims.neighbourhood import compute as neighbourhood
from claims.params import ClaimsParams
from claims.planes import compute as planes
from claims.planes import exact
from claims.posterior_std import compute as posterior_std
from pipeline import loading
from pipeline.params import Style
from stages import classifier, encode, evaluate, train
from tests.project import ROOT
from vae.datasets.readers import read

BETAS = ["beta0", "beta1"]
LIKELIHOODS = ["gaussian", "continuous", "static", "discretised"]
MODELS = [*BETAS, "iwae", "lattice", "convolutional", *LIKELIHOODS]
CLAIMS = [
    "aggregate",
    "anomaly",
    "decoupling",
    "factors",
    "gaps",
    "neighbourhood",
    "planes",
    "posterior_std",
]
SMALLER = {
    "anomaly": {"held_out": [0, 1], "others": ["kmnist"]},
    "decoupling": {"images": 20},
    "factors": {"trees": 3},
    "gaps": {"images": 20, "grid": 100, "samples": [1, 100]},
    "planes": {"images": 20, "grid": 150},
    "posterior_std": {"resamples": 20},
}


def shipped(claim):
    schema = import_module(f"claims.{claim}").Settings
    settings = loading.load(ROOT / f"claims/{claim}/params.yaml", schema)
    return settings.model_copy(update=SMALLER.get(claim, {}))


def small_params():
    """The shipped parameters with small models and few draws; a claim's by its name."""
    root = loading.read(ROOT / "params.yaml")
    claims = loading.load(ROOT / "claims/params.yaml", ClaimsParams)
    models = {name: claims.models[name] for name in MODELS}
    plane = root.evaluate.plane.model_copy(update={"n": 100})

    def small(model):
        return model.model_copy(update={"hidden": [24], "epochs": 8})

    return SimpleNamespace(
        models={name: small(model) for name, model in root.models.items()},
        claims=claims.model_copy(update={"models": {k: small(v) for k, v in models.items()}}),
        training=root.training.model_copy(update={"batch_size": 64, "learning_rate": 1e-2}),
        classifier=root.classifier.model_copy(update={"epochs": 20}),
        evaluate=root.evaluate.model_copy(update={"samples": 20, "plane": plane}),
        manifold=root.manifold.model_copy(update={"page_n": 3}),
        frame=root.frame,
        style=Style(dpi=100, classes=12),
        **{claim: shipped(claim) for claim in CLAIMS},
    )


def fit(here, params):
    """Write the data and train, encode and evaluate every model, in a folder."""
    others, (learned, tested, names) = here / "others", read("digits", here, here)
    (others / "kmnist").mkdir(parents=True)
    write(here, learned, tested, names)
    write(others / "kmnist", *map(inverse, (learned, tested)), names._replace(dataset="kmnist"))
    training, test, classes = (here / name for name in ("train.npz", "test.npz", "classes.json"))

    def learn(model, images, file, *without):
        options = {"seed": 0, "training": params.training}
        curve = here / "curve.csv"
        train.main(model, images, classes, here / "states", file, curve, *without, **options)

    for name, model in (params.models | params.claims.models).items():
        file, latents = here / f"{name}.safetensors", here / f"latents/{name}.npz"
        learn(model, training, file)
        encode.main(test, file, latents, seed=0)
        metrics = here / f"results/models/{name}.json"
        evaluate.main(test, file, latents, metrics, seed=0, evaluate=params.evaluate)
    beta1 = params.claims.models["beta1"]
    for label in params.anomaly.held_out:
        learn(beta1, training, here / f"held_out/{label}.safetensors", label)
    learn(beta1, others / "kmnist/train.npz", others / "kmnist.safetensors")
    out = here / "classifier.safetensors", here / "classifier.json"
    classifier.main(training, test, classes, *out, seed=0, classifier=params.classifier)


def compute(here, params):
    """Compute every claim from the models in a folder."""
    test, classes = here / "test.npz", here / "classes.json"
    classifier_file = here / "classifier.safetensors"

    def out(claim, name=None):
        return here / f"{claim}/{name or claim}.npz", here / f"results/{claim}/{name or claim}.json"

    vae, cvae, vae20 = (here / f"latents/{name}.npz" for name in ("vae", "cvae", "vae20"))
    aggregate.main(params.aggregate, *out("aggregate"), vae, cvae, vae20, seed=0)
    neighbourhood.main(params.neighbourhood, classes, *out("neighbourhood"), vae, cvae)
    both = out("posterior_std", "vae")
    posterior_std.main(params.posterior_std, test, classes, classifier_file, vae, *both, seed=0)
    factors.main(params.factors, test, *out("factors"), vae, cvae, seed=0, evaluate=params.evaluate)
    decoupling.main(
        params.decoupling,
        classes,
        classifier_file,
        vae,
        cvae,
        here / "cvae.safetensors",
        *out("decoupling"),
        seed=0,
    )
    exact.main(
        params.planes,
        test,
        here / "results/planes/exact.json",
        *(here / f"{name}.safetensors" for name in ("beta1", "lattice")),
        seed=0,
    )
    for name in (*BETAS, "lattice", "convolutional"):
        planes.main(
            params.claims.models[name],
            here / f"{name}.safetensors",
            here / f"latents/{name}.npz",
            here / f"results/models/{name}.json",
            here / f"planes/{name}.npz",
            manifold=params.manifold,
        )
    anomaly.main(
        params.anomaly,
        test,
        classes,
        here / "held_out",
        here / "beta1.safetensors",
        here / "others",
        *out("anomaly"),
        seed=0,
    )
    for name in ("vae", "cvae"):
        file = here / f"{name}.safetensors"
        gaps.main(params.gaps, test, file, *out("gaps", name), seed=0, evaluate=params.evaluate)


def draw(here, params):
    """Draw every figure from the records in a folder, and write the page of all."""
    classes, look = here / "classes.json", {"style": params.style}

    def record(claim, name=None):
        return here / f"{claim}/{name or claim}.npz"

    def picture(claim, name=None):
        return here / f"results/{claim}/{name or claim}.png"

    def script(claim):
        return import_module(f"claims.{claim}.draw").main

    plane = look | {"frame": params.frame}
    script("aggregate")(classes, record("aggregate"), picture("aggregate"), **look)
    for claim in ("neighbourhood", "anomaly"):
        script(claim)(getattr(params, claim), classes, record(claim), picture(claim), **look)
    both = record("posterior_std", "vae"), picture("posterior_std", "vae")
    script("posterior_std")(params.posterior_std, here / "test.npz", classes, *both, **look)
    script("decoupling")(classes, record("decoupling"), picture("decoupling"), **plane)
    both = record("factors"), picture("factors")
    script("factors")(params.claims, classes, *both, models=params.models, **plane)
    script("gaps")(classes, picture("gaps"), record("gaps", "vae"), record("gaps", "cvae"), **look)
    exact_file = here / "results/planes/exact.json"
    for name, models in (("ordering", BETAS), ("objectives", ["beta1", "lattice"])):
        runs = [record("planes", model) for model in models]
        script("planes")(classes, exact_file, picture("planes", name), *runs, **plane)
    write_page.main(params.claims, here / "results", here / "claims.md")


def inverse(data):
    """Black on white, a data set unlike the one at hand."""
    return data._replace(x=255 - data.x)


def write(folder, train, test, classes):
    """A data set as the download leaves it."""
    train.save(folder / "train.npz")
    test.save(folder / "test.npz")
    classes.save(folder / "classes.json")
