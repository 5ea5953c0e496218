"""The stages of the claims on scikit-learn's digits: what they write, and that it is true."""

from importlib import import_module

import numpy as np
import pytest
import torch
from PIL import Image

from claims.anomaly import compute as anomaly
from claims.decoupling import compute as decoupling
from claims.neighbourhood import compute as neighbourhood
from figures.png import read_text
from stages import encode, train
from tests.claims.run import BETAS, MODELS, compute, draw, fit, small_params, write
from vae.classifier import Classifier, probabilities
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError
from vae.files.metrics import read_metrics
from vae.model import checkpoint


@pytest.fixture(scope="module")
def params():
    return small_params()


@pytest.fixture(scope="module")
def made(params, tmp_path_factory):
    """A folder in which every stage of the claims has run."""
    here = tmp_path_factory.mktemp("claims")
    fit(here, params)
    compute(here, params)
    draw(here, params)
    return here


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
    assert "density of levels in [0, 1], Gaussian" in page


def test_a_figure_is_the_same_bytes_when_it_is_drawn_again(made, params, tmp_path):
    script = import_module("claims.aggregate.draw").main
    record, again = made / "aggregate/aggregate.npz", tmp_path / "again.png"
    script(made / "classes.json", record, again, style=params.style)
    assert again.read_bytes() == (made / "results/aggregate/aggregate.png").read_bytes()


def test_a_claim_on_classes_needs_several(made, params, tmp_path):
    images = LabelledImages.load(made / "test.npz")
    ones = images.y == 1
    LabelledImages(images.x[ones], images.y[ones]).save(tmp_path / "one.npz")
    encode.main(tmp_path / "one.npz", made / "vae.safetensors", tmp_path / "codes.npz", seed=0)
    codes, none = tmp_path / "codes.npz", tmp_path / "none"
    classes = made / "classes.json"
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
    script = import_module(f"claims.{claim}.draw").main
    files = *test, made / "classes.json", record, tmp_path / "a.png"
    with pytest.raises(InputError, match=f"claims/{claim}/params.yaml:example: .* of class 12"):
        script(settings, *files, style=params.style)


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
    with pytest.raises(InputError, match="all training images but 0 are of class 1"):
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


def test_the_sum_over_the_plane_is_what_evaluate_finds_and_above_the_bound(made):
    for name, found in numbers(made, "planes/exact")["exact"].items():
        measured = numbers(made, f"models/{name}")[name]
        assert found["log_likelihood"] == pytest.approx(measured["log_likelihood"], abs=0.02)
        assert found["log_likelihood"] > measured["elbo"]
        assert abs(found["off_on_a_coarser_grid"]) < 0.05


def test_models_of_several_networks_are_not_set_side_by_side(made, params, tmp_path):
    runs = [made / f"planes/{name}.npz" for name in ("beta1", "convolutional")]
    files = made / "classes.json", made / "results/planes/exact.json", tmp_path / "a.png"
    script = import_module("claims.planes.draw").main
    with pytest.raises(InputError, match="beta1, convolutional: give models that differ in their"):
        script(*files, *runs, frame=params.frame, style=params.style)


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
    kinds = ("gaussian", "discretised", "static")
    floors = [numbers(made, f"models/{m}")[m]["entropy_floor"] for m in kinds]
    assert floors == [None, None, 0]
    assert numbers(made, "models/beta1")["beta1"]["entropy_floor"] > 0


def test_bits_per_dimension_are_of_values_in_256_levels_alone(made):
    measured = numbers(made, "models/discretised")["discretised"]
    assert measured["bits_per_dim"] == pytest.approx(-measured["elbo"] / (64 * np.log(2)), abs=1e-3)
    assert measured["bits_per_dim"] < 8  # what the levels cost if all are equally likely
    assert "bits_per_dim" not in numbers(made, "models/gaussian")["gaussian"]
