"""What figures show, with a decoder that gives back what it was given: the code, then the class."""

import numpy as np
import pytest
from scipy.stats import norm

from vae import pictures
from vae.codes import Codes
from vae.files import records
from vae.files.dataset import LabelledImages


def decode(z, y):
    """Pictures of one row: the code and behind it the class, −1 where none was given."""
    y = np.full(z.shape[:-1], -1) if y is None else y
    return np.concatenate([z, y[..., None]], axis=-1).astype(np.float64)


def codes(mean, label, log_var=0.0):
    mean = np.asarray(mean, np.float32)
    return Codes(mean, np.full_like(mean, log_var), mean, np.asarray(label, np.int64))


LABELS = [3, 0, 3, 3, 0, 1, 0, 1]
MEANS = np.arange(16).reshape(8, 2)
"""Eight codes of the classes 0, 1 and 3; there is none of 2."""


def test_the_manifold_is_the_quantile_grid_decoded():
    shown = pictures.manifold(decode, codes(MEANS, LABELS), 4)
    place = norm.ppf((np.arange(4) + 0.5) / 4)
    for row in range(4):
        for column in range(4):
            code = [place[column], place[3 - row], -1]
            np.testing.assert_allclose(shown.mean[row, column], code, atol=1e-12)
    assert shown.label is None


def test_the_manifold_tells_the_share_of_codes_inside_it():
    edge = norm.ppf(0.75)  # of a 2×2 grid the outermost midpoint
    near, far = edge - 1e-3, edge + 1e-3
    mean = [[0, 0], [near, -near], [far, 0], [0, -far], [-near, near]]
    assert pictures.manifold(decode, codes(mean, [0] * 5), 2).inside == 3 / 5


def test_manifolds_of_classes_are_one_grid_decoded_as_each():
    grids, labels = pictures.class_manifolds(decode, np.array([0, 2, 5]), 4)
    grid = pictures.manifold(decode, codes(MEANS, LABELS), 4).mean
    assert grids.shape == (3, 4, 4, 3)
    assert labels.tolist() == [0, 2, 5]
    for label, shown in zip(labels, grids, strict=True):
        assert (shown[..., 2] == label).all()
        np.testing.assert_array_equal(shown[..., :2], grid[..., :2])


def test_slices_are_the_grid_at_places_of_equal_probability_on_the_third_axis():
    shown = pictures.slices(decode, 4, 3)
    grid = pictures.manifold(decode, codes(MEANS, LABELS), 4).mean
    assert shown.mean.shape == (3, 4, 4, 4)
    for z3, panel in zip(norm.ppf([1 / 6, 3 / 6, 5 / 6]), shown.mean, strict=True):
        np.testing.assert_allclose(panel[..., :2], grid[..., :2])
        np.testing.assert_allclose(panel[..., 2], z3, atol=1e-12)
    np.testing.assert_allclose(shown.z3, shown.mean[:, 0, 0, 2])


@pytest.mark.parametrize("per_class, each", [(1, 1), (2, 2), (10, 3)])
@pytest.mark.parametrize("conditional", [False, True])
def test_reconstructions_are_of_the_first_images_of_each_class_asked_for(
    conditional, per_class, each
):
    x = np.random.default_rng(0).integers(0, 256, (8, 5, 4), dtype=np.uint8)
    test, known = LabelledImages(x, np.array(LABELS)), codes(MEANS, LABELS)
    asked, options = np.array([0, 3]), {"conditional": conditional}
    shown = pictures.reconstructions(decode, test, known, asked, per_class, **options)
    first = np.array([[1, 4, 6], [0, 2, 3]])[:, :each]
    assert shown.label.tolist() == [0, 3]
    np.testing.assert_array_equal(shown.x, x[first])
    np.testing.assert_array_equal(shown.mean[..., :2], MEANS[first])
    given = np.array(LABELS)[first] if conditional else np.full(first.shape, -1)
    np.testing.assert_array_equal(shown.mean[..., 2], given)
    assert shown.latent_dim == 2


SPREAD = codes([[0, -3, 2], [0, 3, 2], [0, -3, 2], [0, 3, 2]], [0, 1, 2, 1])
"""KL by axis: 0, 9/2 and 4/2 nats; only the means of the second vary."""


def test_a_traversal_has_a_row_for_each_axis_by_falling_kl():
    shown = pictures.traversal(decode, SPREAD, 5, 3.0, 0.01, None)
    assert shown.axis.tolist() == [1, 2, 0]
    assert shown.kl == pytest.approx([4.5, 2, 0])
    assert shown.active.tolist() == [True, False, False]
    assert shown.label is None
    assert (shown.mean[..., 3] == -1).all()  # no class was given
    for row, axis in enumerate([1, 2, 0]):
        expected = np.zeros((5, 3))
        expected[:, axis] = [-3, -1.5, 0, 1.5, 3]
        np.testing.assert_allclose(shown.mean[row, :, :3], expected)


def test_of_a_conditional_model_each_axis_is_traversed_as_every_class():
    shown = pictures.traversal(decode, SPREAD, 5, 3.0, 0.01, np.array([0, 4]))
    plain = pictures.traversal(decode, SPREAD, 5, 3.0, 0.01, None)
    assert shown.label.tolist() == [0, 4]
    for name in ("axis", "kl", "active"):
        assert getattr(shown, name).tolist() == getattr(plain, name).tolist()
    assert shown.mean.shape == (6, 5, 4)
    for row in range(6):
        np.testing.assert_array_equal(shown.mean[row, :, :3], plain.mean[row // 2, :, :3])
        assert (shown.mean[row, :, 3] == [0, 4][row % 2]).all()


def test_the_threshold_of_an_active_axis_is_the_one_given():
    shown = pictures.traversal(decode, SPREAD, 2, 3.0, 10.0, None)  # the variance is 9
    assert not shown.active.any()


def test_one_code_is_decoded_as_every_class():
    z = np.random.default_rng(0).normal(size=(4, 3))
    shown = pictures.conditional(decode, z, np.array([0, 2, 7]))
    assert shown.mean.shape == (4, 3, 4)
    for row in range(4):
        for column, label in enumerate(shown.label):
            assert shown.mean[row, column].tolist() == [*z[row], label]


def test_a_walk_is_called_by_its_classes():
    assert walk([1, 0, 9, 1]).name == "1to0to9to1"


def walk(classes):
    random = np.random.default_rng(len(classes))
    pictures_ = random.random((3, 4, 4))
    stops = random.normal(size=(len(classes), 2))
    return pictures.Walk(stops, np.array(classes), pictures_, np.array([1, 1, 0]), pictures_[:2])


def square(z, y=None):
    """Pictures of two sides."""
    return decode(z, y)[:, None]


RECORDS = {
    "manifold": lambda: pictures.manifold(square, SPREAD._replace(mean=SPREAD.mean[:, :2]), 3),
    "slices": lambda: pictures.slices(decode, 3, 2),
    "class manifolds": lambda: pictures.class_manifolds(decode, np.arange(2), 3),
    "reconstructions": lambda: pictures.reconstructions(
        decode,
        LabelledImages(np.zeros((8, 5, 4, 3), np.uint8), np.array(LABELS)),
        codes(MEANS, LABELS),
        np.array([0, 1, 3]),
        2,
        conditional=True,
    ),
    "samples": lambda: pictures.Samples(
        np.zeros((4, 5, 5)), np.ones((4, 5, 5)), np.zeros((4, 2)), False, True
    ),
    "traversal": lambda: pictures.traversal(decode, SPREAD, 5, 3.0, 0.01, np.array([0, 4])),
    "conditional": lambda: pictures.conditional(decode, np.zeros((2, 3)), np.arange(4)),
    "walks": lambda: pictures.Walks([[walk([1, 0])], [walk([1, 0, 1]), walk([2, 3])]], True),
}


def parts(value):
    """Every array and scalar in a record, in order."""
    if isinstance(value, (tuple, list)):
        return [type(value), *(part for inner in value for part in parts(inner))]
    return [value]


@pytest.mark.parametrize("kind", RECORDS)
def test_what_a_figure_shows_survives_its_file(kind, tmp_path):
    record = RECORDS[kind]()
    records.save(record, tmp_path / "shown.npz")
    found = records.load(type(record), tmp_path / "shown.npz")
    for got, wanted in zip(parts(found), parts(record), strict=True):
        assert type(got) is type(wanted)
        np.testing.assert_array_equal(got, wanted)
