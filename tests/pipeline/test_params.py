"""params.yaml: every mistake is told with its dotted path, its value and what is allowed."""

import re

import pytest

from pipeline import loading
from tests.conftest import changed, write_params
from vae.files.errors import InputError

NAN = float("nan")


@pytest.fixture
def read(tmp_path):
    """Checked parameters, by way of a file."""

    def read_(content):
        write_params(tmp_path, content)
        return loading.read(tmp_path / "params.yaml")

    return read_


@pytest.fixture
def complaint(read, tmp_path):
    """The lines about wrong parameters, after the one that counts them."""

    def lines(content):
        with pytest.raises(InputError) as caught:
            read(content)
        first, *mistakes = str(caught.value).splitlines()
        assert first == f"{len(mistakes)} mistake(s) in {tmp_path / 'params.yaml'}:"
        assert all(line.startswith("  ") for line in mistakes)
        return [line.strip() for line in mistakes]

    return lines


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
        *(
            (
                "models__vae__objective",
                {"beta": 1.0, "warmup": 0, "free_bits": 0, "mmd": 0, "samples": 1, "lattice": 99}
                | also,
                "models.vae.objective is {.*}: .*no bound that could be weighed; .* beta 1, sam",
            )
            for also in ({"mmd": 1.0}, {"samples": 2})
        ),
        (
            "models__vae20__objective__lattice",
            512,
            "models.vae20 is {.*}: .*at most 3 latent axes, .*Bernoulli pixels; here are 20 and b",
        ),
        ("evaluate__plane__n", 1, "evaluate.plane.n is 1: .*greater than or equal to 2"),
        ("models", {}, "models is {}: .*at least 1 item"),
        ("training__patience", 0, "training.patience is 0: .*greater than or equal to 1"),
        ("training__warmup", 1, "training.warmup is 1: .*less than 1"),
        ("dataset__size", [32], "dataset.size is \\[32\\]: .*at least 2 items"),
        ("dataset__size", [32, 0], "dataset.size.1 is 0: .*greater than or equal to 1"),
        ("dataset__size", 32, "dataset.size is 32: .*valid list"),
        ("dataset__channels", 4, "dataset.channels is 4: .*1 or 3"),
        ("dataset__test_share", 1, "dataset.test_share is 1: .*less than 1"),
        ("dataset__split_seed", -1, "dataset.split_seed is -1: .*greater than or equal to 0"),
        ("dataset__name", "cifar", "dataset.name is 'cifar': .*'mnist', .*'folder'"),
        ("interpolation__loops", [[1, 0]], "interpolation.loops.0 is \\[1, 0\\]: .*at least 3"),
        ("manifold", 20, "manifold is 20: .*dictionary"),
        ("manifold__m", 20, "manifold.m: unknown key \\(its value is 20\\)"),
        ("colour", "red", "colour: unknown key \\(its value is 'red'\\)"),
        (
            "figures__manifold",
            ["mine"],
            "figures.manifold is .*no model 'mine'; models are .*vae20",
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
        ("pages__explorer", ["mine"], "pages.explorer is .*no model 'mine'"),
        ("pages__explorer", ["vae20"], "pages.explorer is .*needs a plane"),
        ("pages__explorer_tsne", ["vae"], "pages.explorer_tsne is .*add vae to figures.tsne"),
        ("models__vae__film", -1, "models.vae.film is -1: "),
        ("figures__film", ["vae"], "pages.film_page is .*add cvae to figures.film"),
    ],
)
def test_a_mistake_is_told_with_path_value_and_what_is_allowed(
    path, value, told, content, complaint
):
    (mistake,) = complaint(changed(content, **{path: value}))
    assert re.match(told, mistake)


@pytest.mark.parametrize("figure", ["scatter", "manifold", "digits", "uncertainty"])
def test_a_figure_of_the_plane_wants_a_model_of_the_plane(figure, content, complaint):
    (mistake,) = complaint(changed(content, **{f"figures__{figure}": ["vae20"]}))
    assert mistake.startswith(f"figures.{figure} is ['vae20']: it needs a plane")


@pytest.mark.parametrize("where", ["figures__cloud", "figures__slices", "pages__explorer_cloud"])
def test_a_cloud_wants_a_model_of_three_axes(where, content, complaint, read):
    (mistake,) = complaint(changed(content, **{where: ["vae"]}))
    figure = where.replace("__", ".")
    assert mistake.startswith(
        f"{figure} is ['vae']: it needs three axes, and models.vae.latent_dim"
    )
    content["models"]["space"] = content["models"]["vae"] | {"latent_dim": 3}
    read(changed(content, **{where: ["space"]}))


def test_slices_are_of_a_model_without_classes(content, complaint):
    content["models"]["space"] = content["models"]["cvae"] | {"latent_dim": 3}
    (mistake,) = complaint(changed(content, figures__slices=["space"]))
    assert mistake.endswith("models.space.conditional is true, and it must be false")


@pytest.mark.parametrize("kept", [0, 1])
def test_a_film_wants_moments_to_show(kept, content, complaint):
    figure, page = complaint(changed(content, models__vae__film=kept))
    told = f"models.vae.film is {kept}: a film needs 2 moments or more"
    assert figure.startswith(f"figures.film is ['vae', 'cvae']: {told}")
    assert page.startswith(f"pages.film_page is ['vae', 'cvae']: {told}")


def test_a_figure_of_classes_in_the_plane_is_told_both_that_its_model_lacks(content, complaint):
    plane, classes = complaint(changed(content, figures__class_manifolds=["vae20"]))
    assert "needs a plane" in plane
    assert "conditional is false" in classes


def test_a_missing_key_is_named(content, complaint):
    del content["manifold"]["page_n"]
    assert complaint(content) == ["manifold.page_n: missing"]


def test_all_mistakes_are_told_at_once(content, complaint):
    del content["tsne"], content["models"]["vae"]["hidden"]
    told = complaint(changed(content, manifold__n=1, models__vae__beat=2, colour="red"))
    keys = {line.split()[0].rstrip(":") for line in told}
    assert keys == {"tsne", "manifold.n", "models.vae.hidden", "models.vae.beat", "colour"}


def test_figures_that_do_not_fit_their_models_are_told_beside_other_mistakes(content, complaint):
    told = complaint(changed(content, manifold__n=1, figures__tsne=["vae"]))
    assert [line.split(" is ")[0] for line in told] == [
        "manifold.n",
        "figures.tsne",
        "pages.explorer_tsne",
    ]


@pytest.mark.parametrize("name", ["my model", "Vae", "a.b", "", "ä"])
def test_a_model_s_name_is_one_that_a_file_may_have(name, content, complaint):
    content["models"][name] = content["models"]["vae"]
    (mistake,) = complaint(content)
    assert re.match(f"models.{re.escape(name)} is .*should match pattern", mistake)


@pytest.mark.parametrize("value", [None, 3])
def test_patience_is_a_number_or_null(value, content, read):
    assert read(changed(content, training__patience=value)).training.patience == value


def test_a_lattice_wants_bernoulli_pixels(content, complaint):
    content["models"]["cvae"]["objective"]["lattice"] = 512
    content["pages"]["explorer"] = []
    (mistake,) = complaint(changed(content, models__cvae__likelihood="gaussian"))
    assert re.match("models.cvae is .*Bernoulli pixels; here are 2 and gaussian", mistake)


def test_without_a_lattice_its_key_may_be_left_out(content, read):
    objective = read(content).models["vae"].objective
    content["models"]["vae"]["objective"]["lattice"] = 0
    assert read(content).models["vae"].objective == objective


def test_a_whole_number_is_a_number(content, read):
    found = read(changed(content, models__vae__objective__beta=4))
    assert found.models["vae"].objective.beta == 4.0


def test_parameters_cannot_be_changed_afterwards(content, read):
    with pytest.raises(ValueError, match="frozen"):
        read(content).seed = 1


def test_an_architecture_is_what_a_vae_is_built_from(content, read):
    model = read(content).models["vae"]
    left = {"conditional", "objective", "epochs", "film"}
    written = content["models"]["vae"]
    assert model.architecture == {key: written[key] for key in written.keys() - left}
