"""The stages of the claims on scikit-learn's digits: what they write, and that it is true."""

import inspect
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from claims import write_page as claims
from claims.aggregate import compute as aggregate
from claims.anomaly import compute as anomaly
from claims.decoupling import compute as decoupling
from claims.doubt import compute as doubt
from claims.factors import compute as factors
from claims.gaps import compute as quadrature
from claims.gaps import draw as gaps
from claims.neighbourhood import compute as neighbourhood
from claims.planes import compute as exact
from claims.planes import draw as planes
from figures.png import read_text
from pipeline import params
from stages import classifier, encode, evaluate, samples, train
from tests.conftest import shipped
from vae.archives import Dataset, read
from vae.classifier import Classifier, probabilities
from vae.errors import InputError
from vae.model import checkpoint

BETAS = ["beta0", "beta1"]
LIKELIHOODS = ["gaussian", "continuous", "static"]


@pytest.fixture(scope="module")
def settings():
    """The shipped parameters with small models and few draws."""
    content = shipped()
    kept = ["beta0", "beta1", *LIKELIHOODS, "iwae", "convolutional"]
    models = {name: content["claims"]["models"][name] for name in kept}
    for model in (*models.values(), *content["models"].values()):
        model |= {"hidden": [24], "epochs": 8}
    content["claims"] |= {"models": models, "held_out": [0, 1], "others": ["kmnist"]}
    content["claims"]["doubt"]["resamples"] = 20
    content["claims"]["decoupling"]["images"] = 20
    content["claims"]["factors"]["trees"] = 3
    content["claims"]["gaps"] |= {"images": 20, "grid": 100, "samples": [1, 100]}
    content["claims"]["exact"] |= {"images": 20, "grid": 150}
    content["evaluate"]["samples"] = 20
    content["manifold"]["page_n"] = 3
    content["samples"]["rows"] = 2
    content["training"]["batch_size"] = 32
    content["classifier"]["epochs"] = 20
    return params.check(content)


@pytest.fixture(scope="module")
def made(settings, tmp_path_factory):
    """A folder in which every stage of the claims has run."""
    here = tmp_path_factory.mktemp("claims")
    data = here / "dataset.npz"
    read("digits", here, here).save(data)
    base = {"seed": 0, "training": settings.training, "models": settings.models}
    base["claims"] = settings.claims
    frame, style = settings.frame, settings.style
    common = {"claims": settings.claims, "style": style}
    states, curve = here / "states", here / "curve.csv"
    (here / "held_out").mkdir()
    (here / "others").mkdir()

    def model(name):
        file, codes = here / f"{name}.safetensors", here / f"{name}.npz"
        train.main(name, data, states, file, curve, **base)
        encode.main(data, file, codes, seed=0)
        evaluate.main(data, file, codes, here / f"{name}.json", seed=0, evaluate=settings.evaluate)

    for name in ("vae", "cvae", *settings.claims.models):
        model(name)
    for label in settings.claims.held_out:
        without = here / f"held_out/{label}.safetensors"
        train.main("beta1", data, states, without, curve, label, **base)
    inverted = replace(Dataset.load(data), name="kmnist", **inverse(Dataset.load(data)))
    inverted.save(here / "others/kmnist.npz")
    other = here / "others/kmnist.safetensors"
    train.main("beta1", here / "others/kmnist.npz", states, other, curve, **base)
    reader = here / "classifier.safetensors"
    classifier.main(data, reader, here / "reader.json", seed=0, classifier=settings.classifier)

    def out(name):
        return here / f"{name}_.json", here / f"{name}_.png"

    codes = [here / "vae.npz", here / "cvae.npz"]
    neighbourhood.main(data, *out("neighbourhood"), *codes, **common)
    doubt.main(data, reader, codes[0], *out("doubt"), seed=0, **common)
    chosen = {"models": settings.models, "evaluate": settings.evaluate, "frame": frame}
    factors.main(data, *out("factors"), *codes, seed=0, **chosen, **common)
    cvae = here / "cvae.safetensors"
    decoupling.main(data, reader, *codes, cvae, *out("decoupling"), seed=0, frame=frame, **common)
    found = here / "exact.json"
    exact.main(data, here, found, "beta1", "iwae", seed=0, claims=settings.claims)
    look = {"manifold": settings.manifold, "frame": frame, **common}
    planes.main(data, here, here, found, here / "ordering_.png", *BETAS, **look)
    planes.main(data, here, here, found, here / "objectives_.png", "beta1", "iwae", **look)
    whole, others = here / "beta1.safetensors", here / "others"
    anomaly.main(data, here / "held_out", whole, others, *out("anomaly"), seed=0, **common)
    bounds = {"claims": settings.claims, "evaluate": settings.evaluate}
    measured = [here / f"gaps/{name}.npz" for name in ("vae", "cvae")]
    for file in measured:
        quadrature.main(data, here / f"{file.stem}.safetensors", file, seed=0, **bounds)
    gaps.main(data, *out("gaps"), *measured, style=style)
    aggregate.main(data, *out("aggregate"), *codes, seed=0, **common)
    for name in LIKELIHOODS:
        samples.main(
            data,
            here / f"{name}.safetensors",
            here / f"samples_{name}_.png",
            seed=0,
            samples=settings.samples,
            tsne=settings.tsne,
            frame=frame,
            style=style,
        )
    figures = sorted(here.glob("*_.png"))
    claims.main(here / "claims.md", here, *figures, claims=settings.claims)
    return here


def inverse(data):
    """Black ink on white, a data set unlike the one at hand."""
    return {part: 255 - getattr(data, part) for part in ("x_train", "x_test")}


def numbers(made, name):
    return json.loads((made / f"{name}.json").read_text())


@pytest.mark.parametrize("claim", [neighbourhood, decoupling, anomaly])
def test_a_claim_on_classes_needs_several(claim, made, settings, tmp_path):
    data = Dataset.load(made / "dataset.npz")
    ones = data.y_test == 1
    replace(data, x_test=data.x_test[ones], y_test=data.y_test[ones]).save(tmp_path / "one.npz")
    given = {"claims": settings.claims, "style": settings.style, "seed": 0, "frame": settings.frame}
    named = {
        name: given[name] for name in inspect.signature(claim.main).parameters if name in given
    }
    others = [tmp_path / "none"] * (len(inspect.signature(claim.main).parameters) - len(named) - 1)
    with pytest.raises(InputError, match="compares classes, and the test images are all of one"):
        claim.main(tmp_path / "one.npz", *others, **named)


def test_every_claim_has_a_picture_with_its_words_on_the_page(made):
    page = (made / "claims.md").read_text(encoding="utf-8")
    pictures = sorted(made.glob("*_.png"))
    assert len(pictures) == 12
    for picture in pictures:
        words = read_text(picture)
        with Image.open(picture) as image:
            assert min(image.size) > 200
        assert f"## {words.title}" in page and words.caption in page
        assert "nan" not in words.caption


def test_the_page_tables_every_model_with_its_scale_and_objective(made, settings):
    page = (made / "claims.md").read_text(encoding="utf-8")
    for name in settings.claims.models:
        assert f"| `{name}` | " in page
    assert "importance-weighted, 5 samples" in page
    assert "density of grey pixels in [0, 1], Gaussian" in page


def test_the_classifier_reads_what_it_was_trained_on(made):
    assert numbers(made, "reader")["classifier"]["accuracy"] > 0.9


def test_a_class_held_out_leaves_no_trace_in_training(made, settings):
    data = Dataset.load(made / "dataset.npz")
    altered = made / "altered.npz"
    x_train = data.x_train.copy()
    x_train[data.y_train == 1] = 16
    replace(data, x_train=x_train).save(altered)
    options = {"seed": 0, "training": settings.training, "models": {}, "claims": settings.claims}
    again = made / "again.safetensors"
    train.main("beta1", altered, made / "states", again, made / "c.csv", 1, **options)
    expected = checkpoint.load(made / "held_out/1.safetensors").state_dict()
    torch.testing.assert_close(checkpoint.load(again).state_dict(), expected, rtol=0, atol=0)


def test_aurocs_are_of_the_classes_held_out_and_other_data_is_strange_both_ways(made):
    found = numbers(made, "anomaly_")["anomaly"]
    for score, values in found.items():
        if " then " not in score:
            assert set(values) == {"mean", "0", "1"}
            assert values["mean"] == pytest.approx((values["0"] + values["1"]) / 2, abs=1e-4)
    for direction in ("digits then kmnist", "kmnist then digits"):
        assert found[direction]["−ELBO / (1 + H(x))"] > 0.99


def test_the_bound_lies_below_the_exact_likelihood_and_estimates_between(made):
    for found in numbers(made, "gaps_")["gaps"].values():
        assert found["approximation"] >= 0 and found["amortisation"] >= 0
        elbo = found["log_likelihood"] - found["approximation"] - found["amortisation"]
        assert elbo < found["estimates"]["100"] < found["log_likelihood"] + 0.05
        whole = found["test_set"]
        assert abs(whole["with_prior"] - whole["log_likelihood"]) < 0.1


def test_a_single_sample_is_told_as_one_from_q(made):
    for found in numbers(made, "gaps_")["gaps"].values():
        assert found["estimates"].keys() == {"1", "100"}
        assert found["with_prior"].keys() == {"100"}


def test_the_sum_over_the_plane_is_above_every_bound_of_it(made):
    for name, found in numbers(made, "exact")["exact"].items():
        measured = numbers(made, name)[name]
        assert found["log_likelihood"] > measured["log_likelihood"] > measured["elbo"]
        assert abs(found["off_on_a_coarser_grid"]) < 0.05


def test_models_of_several_networks_are_not_set_side_by_side(made, settings):
    look = {"manifold": settings.manifold, "frame": settings.frame, "style": settings.style}
    with pytest.raises(InputError, match="beta1, convolutional: give models that differ in their"):
        planes.main(
            made / "dataset.npz",
            made,
            made,
            made / "exact.json",
            made / "p.png",
            "beta1",
            "convolutional",
            claims=settings.claims,
            **look,
        )


def test_without_its_only_class_nothing_is_left_to_train_on(made, settings, tmp_path):
    data = Dataset.load(made / "dataset.npz")
    ones = data.y_train == 1
    replace(data, x_train=data.x_train[ones], y_train=data.y_train[ones]).save(tmp_path / "1.npz")
    options = {"seed": 0, "training": settings.training, "models": {}, "claims": settings.claims}
    with pytest.raises(InputError, match="all training images are of class 1"):
        out = tmp_path / "m.safetensors", tmp_path / "c.csv"
        train.main("beta1", tmp_path / "1.npz", tmp_path, *out, 1, **options)


def test_the_kl_falls_as_its_weight_rises(made):
    zero, one = (numbers(made, name)[name]["kl"] for name in BETAS)
    assert zero > one


def test_the_parts_of_the_kl_add_up_to_what_is_measured(made):
    for name, found in numbers(made, "aggregate_")["aggregate"].items():
        total = found["information"] + found["marginal"]
        assert total == pytest.approx(found["kl"], abs=2e-4)
        assert found["kl"] == pytest.approx(numbers(made, name)[name]["kl"], abs=2e-3)


def test_a_conditional_model_answers_and_both_models_are_held_to_one_chance(made):
    found = numbers(made, "decoupling_")["decoupling"]
    assert 0.2 < found["cvae"]["read_as_asked"] <= 1
    assert found["vae"]["chance"] == found["cvae"]["chance"] < found["vae"]["nonlinear"]


def test_a_checkpoint_of_another_kind_is_told(made):
    with pytest.raises(InputError, match="holds no Classifier"):
        checkpoint.load_kind(Classifier, made / "vae.safetensors")
    with pytest.raises(InputError, match="holds no VAE"):
        checkpoint.load(made / "classifier.safetensors")


def test_probabilities_are_the_same_for_levels_and_for_shares(made):
    data = Dataset.load(made / "dataset.npz")
    reader = checkpoint.load_kind(Classifier, made / "classifier.safetensors")
    levels = probabilities(reader, data.x_test)
    np.testing.assert_allclose(levels.sum(axis=1), 1, atol=1e-5)
    shares = probabilities(reader, data.x_test.astype(np.float32) / 255)
    np.testing.assert_allclose(levels, shares, atol=1e-5)


def test_a_density_has_no_entropy_floor_and_binary_pixels_one_of_zero(made):
    assert numbers(made, "gaussian")["gaussian"]["entropy_floor"] is None
    assert numbers(made, "static")["static"]["entropy_floor"] == 0
    assert numbers(made, "beta1")["beta1"]["entropy_floor"] > 0
