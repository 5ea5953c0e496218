"""The stages of the claims on scikit-learn's digits: what they write, and that it is true."""

from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

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
from figures.png import read_text
from pipeline import loading
from pipeline.params import Style
from stages import classifier, encode, evaluate, train
from tests.project import ROOT
from vae.classifier import Classifier, probabilities
from vae.dataset import Classes, LabelledImages
from vae.errors import InputError
from vae.metrics import read_metrics
from vae.model import checkpoint
from vae.readers import read

BETAS = ["beta0", "beta1"]
DENSITIES = ["gaussian", "continuous", "static"]
MODELS = [*BETAS, "iwae", "convolutional", *DENSITIES]
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


@pytest.fixture(scope="module")
def params():
    """The shipped parameters with small models and few draws; a claim's by its name."""
    root = loading.read(ROOT / "params.yaml")
    claims = loading.load(ROOT / "claims/params.yaml", ClaimsParams)
    models = {name: claims.models[name] for name in MODELS}

    def small(model):
        return model.model_copy(update={"hidden": [24], "epochs": 8})

    return SimpleNamespace(
        models={name: small(model) for name, model in root.models.items()},
        claims=claims.model_copy(update={"models": {k: small(v) for k, v in models.items()}}),
        training=root.training.model_copy(update={"batch_size": 32}),
        classifier=root.classifier.model_copy(update={"epochs": 20}),
        evaluate=root.evaluate.model_copy(update={"samples": 20}),
        manifold=root.manifold.model_copy(update={"page_n": 3}),
        frame=root.frame,
        style=Style(dpi=100),
        **{claim: shipped(claim) for claim in CLAIMS},
    )


@pytest.fixture(scope="module")
def computed(params, tmp_path_factory):
    """A folder in which every model is trained and every claim computed."""
    here = tmp_path_factory.mktemp("claims")
    others, (learned, tested, names) = here / "others", read("digits", here, here)
    (others / "kmnist").mkdir(parents=True)
    write(here, learned, tested, names)
    write(others / "kmnist", *map(inverse, (learned, tested)), names._replace(dataset="kmnist"))
    training, test, classes = (here / name for name in ("train.npz", "test.npz", "classes.json"))

    def fit(model, images, file, *without):
        options = {"seed": 0, "training": params.training}
        curve = here / "curve.csv"
        train.main(model, images, classes, here / "states", file, curve, *without, **options)

    latents = {}
    for name, model in (params.models | params.claims.models).items():
        file, latents[name] = here / f"{name}.safetensors", here / f"latents/{name}.npz"
        fit(model, training, file)
        encode.main(test, file, latents[name], seed=0)
        metrics = here / f"results/models/{name}.json"
        evaluate.main(test, file, latents[name], metrics, seed=0, evaluate=params.evaluate)
    beta1 = params.claims.models["beta1"]
    for label in params.anomaly.held_out:
        fit(beta1, training, here / f"held_out/{label}.safetensors", label)
    fit(beta1, others / "kmnist/train.npz", others / "kmnist.safetensors")
    reader = here / "classifier.safetensors"
    classifier.main(
        training,
        test,
        classes,
        reader,
        here / "classifier.json",
        seed=0,
        classifier=params.classifier,
    )

    def out(claim, name=None):
        return here / f"{claim}/{name or claim}.npz", here / f"results/{claim}/{name or claim}.json"

    vae, cvae = latents["vae"], latents["cvae"]
    aggregate.main(params.aggregate, *out("aggregate"), vae, cvae, latents["vae20"], seed=0)
    neighbourhood.main(params.neighbourhood, classes, *out("neighbourhood"), vae, cvae)
    posterior_std.main(
        params.posterior_std, test, classes, reader, vae, *out("posterior_std", "vae"), seed=0
    )
    factors.main(params.factors, test, *out("factors"), vae, cvae, seed=0, evaluate=params.evaluate)
    decoupling.main(
        params.decoupling,
        classes,
        reader,
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
        *(here / f"{name}.safetensors" for name in ("beta1", "iwae")),
        seed=0,
    )
    for name in (*BETAS, "iwae", "convolutional"):
        planes.main(
            params.claims.models[name],
            here / f"{name}.safetensors",
            latents[name],
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
        others,
        *out("anomaly"),
        seed=0,
    )
    for name in ("vae", "cvae"):
        file = here / f"{name}.safetensors"
        gaps.main(params.gaps, test, file, *out("gaps", name), seed=0, evaluate=params.evaluate)
    return here


@pytest.fixture(scope="module")
def made(computed, params):
    """The same folder with every figure drawn from the records, and the page of all."""
    here, classes = computed, computed / "classes.json"
    look = {"style": params.style}

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
    for name, models in (("ordering", BETAS), ("objectives", ["beta1", "iwae"])):
        runs = [record("planes", model) for model in models]
        script("planes")(classes, exact_file, picture("planes", name), *runs, **plane)
    write_page.main(params.claims, here / "results", here / "claims.md")
    return here


def inverse(data):
    """Black on white, a data set unlike the one at hand."""
    return data._replace(x=255 - data.x)


def write(folder, train, test, classes):
    """A data set as the download leaves it."""
    train.save(folder / "train.npz")
    test.save(folder / "test.npz")
    classes.save(folder / "classes.json")


def numbers(made, name):
    return read_metrics(made / f"results/{name}.json")


def test_every_figure_has_a_picture_with_its_words_on_the_page(made):
    page = (made / "claims.md").read_text(encoding="utf-8")
    pictures = sorted(made.glob("results/*/*.png"))
    assert len(pictures) == 9
    for picture in pictures:
        words = read_text(picture)
        with Image.open(picture) as image:
            assert min(image.size) > 200
        assert f"## {words.title}" in page and words.caption in page
        assert "nan" not in words.caption
        assert picture.relative_to(made).as_posix() in page


def test_the_page_tables_every_model_with_its_scale_and_objective(made):
    page = (made / "claims.md").read_text(encoding="utf-8")
    for name in MODELS:
        assert f"| `{name}` | " in page
    assert "importance-weighted, 5 samples" in page
    assert "density of grey pixels in [0, 1], Gaussian" in page


def test_a_figure_is_the_same_bytes_when_it_is_drawn_again(made, params, tmp_path):
    draw = import_module("claims.aggregate.draw").main
    record, again = made / "aggregate/aggregate.npz", tmp_path / "again.png"
    draw(made / "classes.json", record, again, style=params.style)
    assert again.read_bytes() == (made / "results/aggregate/aggregate.png").read_bytes()


def test_a_claim_on_classes_needs_several(computed, params, tmp_path):
    images = LabelledImages.load(computed / "test.npz")
    ones = images.y == 1
    LabelledImages(images.x[ones], images.y[ones]).save(tmp_path / "one.npz")
    encode.main(tmp_path / "one.npz", computed / "vae.safetensors", tmp_path / "codes.npz", seed=0)
    codes, none = tmp_path / "codes.npz", tmp_path / "none"
    classes = computed / "classes.json"
    message = "compares classes, and the test images are all of one"
    with pytest.raises(InputError, match=f"neighbourhood {message}"):
        neighbourhood.main(params.neighbourhood, classes, none, none, codes)
    with pytest.raises(InputError, match=f"decoupling {message}"):
        decoupling.main(params.decoupling, classes, none, codes, codes, none, none, none, seed=0)
    with pytest.raises(InputError, match=f"anomaly {message}"):
        images, others = tmp_path / "one.npz", [none] * 5
        anomaly.main(params.anomaly, images, classes, *others, seed=0)


@pytest.mark.parametrize("claim", ["neighbourhood", "posterior_std"])
def test_an_example_that_the_data_does_not_hold_is_refused(claim, made, params, tmp_path):
    settings = getattr(params, claim).model_copy(update={"example": 12})
    test = [made / "test.npz"] if claim == "posterior_std" else []
    record = next((made / claim).glob("*.npz"))
    draw = import_module(f"claims.{claim}.draw").main
    files = *test, made / "classes.json", record, tmp_path / "a.png"
    with pytest.raises(InputError, match=f"claims/{claim}/params.yaml:example: .* of class 12"):
        draw(settings, *files, style=params.style)


def test_the_classifier_predicts_what_it_was_trained_on(made):
    assert read_metrics(made / "classifier.json")["classifier"]["accuracy"] > 0.9


def test_a_class_held_out_leaves_no_trace_in_training(made, params, tmp_path):
    images = LabelledImages.load(made / "train.npz")
    x = images.x.copy()
    x[images.y == 1] = 16
    images._replace(x=x).save(tmp_path / "train.npz")
    options = {"seed": 0, "training": params.training}
    again, beta1 = tmp_path / "again.safetensors", params.claims.models["beta1"]
    classes, curve = made / "classes.json", tmp_path / "c.csv"
    train.main(beta1, tmp_path / "train.npz", classes, tmp_path, again, curve, 1, **options)
    expected = checkpoint.load(made / "held_out/1.safetensors").state_dict()
    torch.testing.assert_close(checkpoint.load(again).state_dict(), expected, rtol=0, atol=0)


def test_without_its_only_class_nothing_is_left_to_train_on(made, params, tmp_path):
    images = LabelledImages.load(made / "train.npz")
    ones = images.y == 1
    LabelledImages(images.x[ones], images.y[ones]).save(tmp_path / "1.npz")
    options = {"seed": 0, "training": params.training}
    out = tmp_path / "m.safetensors", tmp_path / "c.csv"
    beta1, classes = params.claims.models["beta1"], made / "classes.json"
    with pytest.raises(InputError, match="all training images are of class 1"):
        train.main(beta1, tmp_path / "1.npz", classes, tmp_path, *out, 1, **options)


def test_aurocs_are_of_the_classes_held_out_and_other_data_is_strange_both_ways(made):
    found = numbers(made, "anomaly/anomaly")["anomaly"]
    for score, values in found.items():
        if " then " not in score:
            assert set(values) == {"mean", "0", "1"}
            assert values["mean"] == pytest.approx((values["0"] + values["1"]) / 2, abs=1e-4)
    for direction in ("digits then kmnist", "kmnist then digits"):
        assert found[direction]["−ELBO / (1 + H(x))"] > 0.99


def test_a_data_set_is_not_strange_to_itself_and_one_of_other_size_is_refused(
    made, params, tmp_path
):
    settings = params.anomaly
    found = made / "classes.json", made / "held_out", made / "beta1.safetensors"
    folder, out = tmp_path / "kmnist", (tmp_path / "a.npz", tmp_path / "a.json")
    folder.mkdir()
    data = [LabelledImages.load(made / f"{part}.npz") for part in ("train", "test")]
    classes = Classes.load(made / "classes.json")
    write(folder, *data, classes)
    anomaly.main(settings, made / "test.npz", *found, tmp_path, *out, seed=0)
    assert not [name for name in read_metrics(out[1])["anomaly"] if " then " in name]
    wide = [images._replace(x=np.pad(images.x, ((0, 0), (0, 0), (0, 1)))) for images in data]
    write(folder, *wide, classes._replace(dataset="wide"))
    with pytest.raises(InputError, match="images of wide are 8×9, those of digits 8×8"):
        anomaly.main(settings, made / "test.npz", *found, tmp_path, *out, seed=0)


def test_the_bound_lies_below_the_exact_likelihood_and_estimates_between(made):
    for name in ("vae", "cvae"):
        found = numbers(made, f"gaps/{name}")["gaps"][name]
        assert found["approximation"] >= 0 and found["amortisation"] >= 0
        elbo = found["log_likelihood"] - found["approximation"] - found["amortisation"]
        assert elbo < found["estimates"]["100"] < found["log_likelihood"] + 0.05
        whole = found["test_set"]
        assert abs(whole["with_prior"] - whole["log_likelihood"]) < 0.1


def test_a_single_sample_counts_as_one_from_q(made):
    for name in ("vae", "cvae"):
        found = numbers(made, f"gaps/{name}")["gaps"][name]
        assert found["estimates"].keys() == {"1", "100"}
        assert found["with_prior"].keys() == {"100"}


def test_the_sum_over_the_plane_is_above_every_bound_of_it(made):
    for name, found in numbers(made, "planes/exact")["exact"].items():
        measured = numbers(made, f"models/{name}")[name]
        assert found["log_likelihood"] > measured["log_likelihood"] > measured["elbo"]
        assert abs(found["off_on_a_coarser_grid"]) < 0.05


def test_models_of_several_networks_are_not_set_side_by_side(made, params, tmp_path):
    runs = [made / f"planes/{name}.npz" for name in ("beta1", "convolutional")]
    files = made / "classes.json", made / "results/planes/exact.json", tmp_path / "a.png"
    draw = import_module("claims.planes.draw").main
    with pytest.raises(InputError, match="beta1, convolutional: give models that differ in their"):
        draw(*files, *runs, frame=params.frame, style=params.style)


def test_the_kl_falls_as_its_weight_rises(made):
    zero, one = (numbers(made, f"models/{name}")[name]["kl"] for name in BETAS)
    assert zero > one


def test_the_parts_of_the_kl_add_up_to_what_is_measured(made):
    for name, found in numbers(made, "aggregate/aggregate")["aggregate"].items():
        total = found["information"] + found["marginal"]
        assert total == pytest.approx(found["kl"], abs=2e-4)
        assert found["kl"] == pytest.approx(numbers(made, f"models/{name}")[name]["kl"], abs=2e-3)


def test_a_conditional_model_answers_and_both_models_are_held_to_one_chance(made):
    found = numbers(made, "decoupling/decoupling")["decoupling"]
    assert 0.2 < found["cvae"]["read_as_asked"] <= 1
    assert found["vae"]["chance"] == found["cvae"]["chance"] < found["vae"]["nonlinear"]


def test_a_checkpoint_of_another_kind_is_refused(made):
    with pytest.raises(InputError, match="holds no classifier"):
        checkpoint.load_kind(Classifier, made / "vae.safetensors")
    with pytest.raises(InputError, match="holds no vae"):
        checkpoint.load(made / "classifier.safetensors")


def test_probabilities_are_the_same_for_levels_and_for_shares(made):
    x = LabelledImages.load(made / "test.npz").x
    model = checkpoint.load_kind(Classifier, made / "classifier.safetensors")
    levels = probabilities(model, x)
    np.testing.assert_allclose(levels.sum(axis=1), 1, atol=1e-5)
    shares = probabilities(model, x.astype(np.float32) / 255)
    np.testing.assert_allclose(levels, shares, atol=1e-5)


def test_a_density_has_no_entropy_floor_and_binary_pixels_one_of_zero(made):
    floors = [numbers(made, f"models/{m}")[m]["entropy_floor"] for m in ("gaussian", "static")]
    assert floors == [None, 0]
    assert numbers(made, "models/beta1")["beta1"]["entropy_floor"] > 0
