"""params.yaml: every mistake is told with its dotted path, its value and what is allowed."""

import re

import pytest

from pipeline import params
from pipeline.run import PARAMS
from vae.errors import InputError

NAN = float("nan")


def changed(content, **changes):
    """The parameters with some values set; `a__b=3` sets a.b."""
    for path, value in changes.items():
        *sections, key = path.split("__")
        section = content
        for name in sections:
            section = section[name]
        section[key] = value
    return content


def complaint(content):
    """The message about wrong parameters."""
    with pytest.raises(InputError) as caught:
        params.check(content)
    return str(caught.value)


def test_the_shipped_file_is_valid(root, content):
    shipped = params.read(*(root / file for file in PARAMS))
    assert (shipped.seed, list(shipped.models)) == (content["seed"], list(content["models"]))
    assert list(shipped.claims.models) == list(content["claims"]["models"])


def test_a_section_in_two_files_is_refused(root, tmp_path):
    (tmp_path / "again.yaml").write_text("claims: {}\n")
    with pytest.raises(InputError, match=r"again.yaml holds claims, and a file before it"):
        params.read(*(root / file for file in PARAMS), tmp_path / "again.yaml")


@pytest.mark.parametrize(
    "path, value, told",
    [
        ("manifold__n", 1, "manifold.n is 1: .*greater than or equal to 2"),
        ("manifold__n", "3", "manifold.n is '3': .*valid integer"),
        ("manifold__n", 3.0, "manifold.n is 3.0: .*valid integer"),
        ("seed", True, "seed is True: .*valid integer"),
        ("seed", -1, "seed is -1: .*greater than or equal to 0"),
        (
            "models__vae__objective__beta",
            -1,
            "models.vae.objective.beta is -1: .*greater than or equal to 0",
        ),
        ("models__vae__objective__beta", NAN, "models.vae.objective.beta is nan: .*finite number"),
        ("models__vae__objective__beta", "1", "models.vae.objective.beta is '1': .*valid number"),
        ("models__vae__latent_dim", 0, "models.vae.latent_dim is 0: .*greater than or equal to 1"),
        ("models__vae__conditional", "yes", "models.vae.conditional is 'yes': .*valid boolean"),
        ("models__vae__conditional", 1, "models.vae.conditional is 1: .*valid boolean"),
        ("models__vae__hidden", [], "models.vae.hidden is \\[\\]: .*at least 1 item"),
        ("models__vae__hidden", [64, -1], "models.vae.hidden.1 is -1: .*greater than or equal"),
        ("models__vae__activation", "sine", "models.vae.activation is 'sine': .*'relu', 'tanh'"),
        ("models__vae__network", "cnn", "models.vae.network is 'cnn': .*'convolutional'"),
        ("models__vae__likelihood", "poisson", "models.vae.likelihood is 'poisson': .*'gaussian'"),
        ("models__vae__objective__samples", 0, "models.vae.objective.samples is 0: .*or equal to"),
        (
            "models__vae__objective",
            {"beta": 2.0, "warmup": 0, "free_bits": 0, "mmd": 0, "samples": 5},
            "models.vae.objective is {.*}: .*no KL of its own; with it, give beta 1",
        ),
        ("models", {}, "models is {}: .*at least 1 item"),
        ("training__patience", 0, "training.patience is 0: .*greater than or equal to 1"),
        ("training__warmup", 1, "training.warmup is 1: .*less than 1"),
        ("dataset__name", "cifar", "dataset.name is 'cifar': .*'mnist', .*'folder'"),
        ("interpolation__loops", [[1, 0]], "interpolation.loops.0 is \\[1, 0\\]: .*at least 3"),
        ("manifold", 20, "manifold is 20: .*dictionary"),
        ("manifold__m", 20, "manifold.m: unknown key \\(its value is 20\\)"),
        ("colour", "red", "colour: unknown key \\(its value is 'red'\\)"),
        (
            "figures__manifold",
            ["mine"],
            "figures.manifold is .*no model 'mine'; .*vae, cvae, vae20",
        ),
        ("figures__manifold", ["vae20"], "figures.manifold is .*latent_dim is 20; .*latent_dim 2"),
        (
            "figures__tsne",
            ["vae20", "vae"],
            "figures.tsne is .*more than two.* models.vae.latent_dim is 2",
        ),
        (
            "figures__conditional",
            ["vae"],
            "figures.conditional is .*models.vae.conditional is false.*must be true",
        ),
        ("figures__samples", ["vae", "vae"], "figures.samples is .*each model once"),
        ("claims__held_out", [-1], "claims.held_out.0 is -1: .*or equal to 0"),
        ("claims__others", [], "claims.others is \\[\\]: .*at least 1 item"),
        ("claims__others", ["cifar"], "claims.others.0 is 'cifar': .*'mnist'"),
        ("claims__gaps__samples", [100, 1], "claims.gaps.samples is \\[100, 1\\]: .*that rise"),
        ("claims__gaps__prior_share", 1.0, "claims.gaps.prior_share is 1.0: .*less than 1"),
        ("pages__explorer", ["mine"], "pages.explorer is .*no model 'mine'"),
        ("pages__explorer", ["vae20"], "pages.explorer is .*needs a plane"),
        (
            "models__vae__likelihood",
            "gaussian",
            "pages.explorer is .*perceptrons on grey pixels.*models.vae is perceptron, gaussian",
        ),
        ("pages__explorer_tsne", ["vae"], "pages.explorer_tsne is .*add vae to figures.tsne"),
    ],
)
def test_a_mistake_is_told_with_path_value_and_what_is_allowed(path, value, told, content):
    first, *mistakes = complaint(changed(content, **{path: value})).splitlines()
    assert first == "1 mistake(s) in the parameters:"
    assert re.match("  " + told, mistakes[0])


@pytest.mark.parametrize("figure", ["scatter", "manifold", "digits", "uncertainty"])
def test_a_figure_of_the_plane_wants_a_model_of_the_plane(figure, content):
    told = complaint(changed(content, **{f"figures__{figure}": ["vae20"]}))
    assert f"figures.{figure} is ['vae20']: it needs a plane" in told


def test_a_figure_of_classes_in_the_plane_is_told_both_that_its_model_lacks(content):
    told = complaint(changed(content, figures__class_manifolds=["vae20"]))
    assert told.startswith("2 mistake(s)")


def test_a_model_of_the_claims_needs_a_name_of_its_own(content):
    content["claims"]["models"]["vae"] = content["claims"]["models"]["beta1"]
    assert "claims.models.vae: models has that name, too" in complaint(content)


def test_a_missing_key_is_named(content):
    del content["manifold"]["page_n"]
    assert complaint(content) == "1 mistake(s) in the parameters:\n  manifold.page_n: missing"


def test_all_mistakes_are_told_at_once(content):
    del content["tsne"], content["models"]["vae"]["hidden"]
    told = complaint(changed(content, manifold__n=1, models__vae__beat=2, colour="red"))
    keys = {line.split()[0].rstrip(":") for line in told.splitlines()[1:]}
    assert keys == {"tsne", "manifold.n", "models.vae.hidden", "models.vae.beat", "colour"}


def test_figures_that_do_not_fit_their_models_are_told_beside_other_mistakes(content):
    told = complaint(changed(content, manifold__n=1, figures__tsne=["vae"]))
    assert "manifold.n is 1" in told and "figures.tsne is ['vae']" in told


@pytest.mark.parametrize("value", [None, 3])
def test_patience_is_a_number_or_null(value, content):
    assert params.check(changed(content, training__patience=value)).training.patience == value


def test_a_whole_number_is_a_number(content):
    assert (
        params.check(changed(content, models__vae__objective__beta=4)).models["vae"].objective.beta
        == 4.0
    )


def test_parameters_cannot_be_changed_afterwards(content):
    with pytest.raises(ValueError, match="frozen"):
        params.check(content).seed = 1


@pytest.mark.parametrize(
    "written, value", [("1e-3", 0.001), ("2E+1", 20.0), (".5", 0.5), ("0.25", 0.25)]
)
def test_yaml_is_read_by_version_1_2(written, value, root, tmp_path):
    text = (root / "params.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(learning_rate: )\S+", rf"\g<1>{written}", text)
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    assert params.read(tmp_path / "params.yaml", root / PARAMS[1]).training.learning_rate == value


@pytest.mark.parametrize("written", ["yes", "on", "y"])
def test_the_words_of_yaml_1_1_are_no_booleans(written, root, tmp_path):
    text = (root / "params.yaml").read_text(encoding="utf-8")
    text = text.replace("conditional: false", f"conditional: {written}", 1)
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"models.vae.conditional is '{written}'"):
        params.read(tmp_path / "params.yaml", root / PARAMS[1])


@pytest.mark.parametrize(
    "written, told",
    [
        (b"seed: [0", "is not YAML: .*line 1"),
        (b"seed: 0\nseed: 1", "is not YAML: .*duplicate key .seed.*line 2"),
        (b"\x80\x00\xff", "is not YAML: .*utf-8"),
        (b"seed: 2025-13-45", "is not YAML: .*month"),
        (b"", "holds nothing; it must hold keys and values"),
        (b"# only a comment\n", "holds nothing; it must hold keys and values"),
        (b"- seed\n- 0\n", r"holds \['seed', 0\]; it must hold keys and values"),
        (b"seed", "holds 'seed'; it must hold keys and values"),
    ],
)
def test_a_file_without_parameters_is_told_as_such(written, told, tmp_path):
    (tmp_path / "mine.yaml").write_bytes(written)
    with pytest.raises(InputError, match=f"(?s)^{re.escape(str(tmp_path))}/mine.yaml {told}"):
        params.read(tmp_path / "mine.yaml")
