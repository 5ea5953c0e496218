"""Scores of separate axes against scipy, scikit-learn, closed forms and cases done by hand."""

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression

from vae.disentanglement import (
    completeness,
    disentanglement,
    importance,
    known_share,
    mig,
    mutual_information,
    sap,
    score,
    spearman,
)

LOOK = {"bins": 20, "trees": 10, "seed": 0}


@pytest.fixture(scope="module")
def factors():
    """Two independent factors of 2000 images."""
    return np.random.default_rng(0).uniform(size=(2000, 2))


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(1).normal(size=(2000, 3))


def turned(z, degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return z @ np.array([[c, s], [-s, c]])


def test_spearman_equals_scipys(factors, noise):
    z = noise + factors[:, :1] * [1, 2, 0]
    z[:, 2] = z[:, 2].round()  # ties
    expected = [[stats.spearmanr(axis, value)[0] for value in factors.T] for axis in z.T]
    assert spearman(z, factors) == pytest.approx(np.array(expected))


def test_a_constant_axis_or_factor_correlates_with_nothing(factors):
    z, v = factors * [1, 0], factors * [0, 1]
    assert spearman(z, v).tolist()[1] == [0, 0]
    assert spearman(z, v)[:, 0].tolist() == [0, 0]
    assert mig(z, v, 20)[0] == sap(z, v)[0] == 0


def test_a_factor_tells_all_of_itself(factors):
    """H of 20 equally filled bins is log 20, and so is the information of a copy."""
    got = mutual_information(np.exp(3 * factors), factors, 20).diagonal()
    assert got == pytest.approx(np.log(20))


def test_information_between_normals_is_the_closed_form():
    """I = −½ log(1 − ρ²), of which 20 bins lose a few hundredths."""
    rng = np.random.default_rng(2)
    z = rng.normal(size=(50_000, 1))
    v = 0.8 * z + 0.6 * rng.normal(size=z.shape)
    assert mutual_information(z, v, 20) == pytest.approx(-0.5 * np.log(1 - 0.8**2), abs=0.03)


def test_information_of_a_table_by_hand():
    """Joint shares ⅜ ⅛ / ⅛ ⅜."""
    z = np.array([[0, 0, 0, 0, 1, 1, 1, 1]]).T
    v = np.array([[0, 0, 0, 1, 0, 1, 1, 1]]).T
    by_hand = 2 * (3 / 8 * np.log(3 / 2) + 1 / 8 * np.log(1 / 2))
    assert mutual_information(z, v, 2).item() == pytest.approx(by_hand)


def test_bins_do_not_mind_the_scale_of_an_axis(factors):
    stretched = np.exp(5 * factors)
    assert mig(stretched, factors, 20) == pytest.approx(mig(factors, factors, 20))


def test_independent_values_inform_by_the_number_of_bins_alone(factors, noise):
    got = mutual_information(noise, factors, 20)
    assert got == pytest.approx(19**2 / (2 * 2000), abs=0.04)


def test_an_axis_for_each_factor_scores_near_one(factors):
    got = score(factors[:, ::-1], factors, **LOOK)
    assert got.mig == pytest.approx(1, abs=0.05)
    assert got.sap == pytest.approx(1, abs=0.01)
    assert got.disentanglement == pytest.approx(1, abs=0.02)
    assert got.completeness == pytest.approx(1, abs=0.02)
    assert got.informativeness == pytest.approx(1, abs=0.01)


def test_axes_halfway_between_the_factors_are_not_separate_but_know_as_much(factors):
    got = score(turned(factors, 45), factors, **LOOK)
    assert got.mig < 0.05
    assert got.sap < 0.05
    assert got.disentanglement < 0.05
    assert got.completeness < 0.05
    assert got.informativeness > 0.95


def test_a_double_of_every_axis_leaves_no_gap(factors):
    doubled = np.hstack([factors, -factors])
    assert mig(doubled, factors, 20) == pytest.approx(0, abs=0.01)
    assert sap(doubled, factors) == pytest.approx(0)


def test_sap_is_the_gap_of_regressions(factors, noise):
    z = noise + factors @ [[3, 1, 0], [0, 1, 2]]
    for value, got in zip(factors.T, sap(z, factors), strict=True):
        fits = [LinearRegression().fit(z[:, [i]], value).score(z[:, [i]], value) for i in range(3)]
        assert got == pytest.approx(sorted(fits)[-1] - sorted(fits)[-2])


def test_a_single_axis_is_ahead_of_nothing(factors):
    z = factors[:, :1]
    assert mig(z, factors, 20)[0] == pytest.approx(1)
    assert sap(z, factors)[0] == pytest.approx(1)


def test_concentration_by_hand():
    """Axis 1 serves both factors equally, axis 2 the second alone, axis 3 none."""
    weight = np.array([[1.0, 0.5], [0.0, 0.5], [0.0, 0.0]])
    of_axes = [1 - stats.entropy([2 / 3, 1 / 3]) / np.log(2), 1]
    assert disentanglement(weight) == pytest.approx(0.75 * of_axes[0] + 0.25 * of_axes[1])
    assert completeness(weight) == pytest.approx((1 + 1 - np.log(2) / np.log(3)) / 2)


def test_without_any_weight_nothing_is_separate():
    assert disentanglement(np.zeros((3, 2))) == completeness(np.zeros((3, 2))) == 0


def test_one_factor_is_all_that_an_axis_can_serve():
    assert disentanglement(np.array([[0.5], [0.5]])) == 1
    assert completeness(np.array([[0.5], [0.5]])) == pytest.approx(0)


def test_noise_informs_of_nothing(factors, noise):
    assert importance(noise, factors.T, 50, 0).r2 == pytest.approx(0, abs=0.15)


def test_informativeness_is_of_images_the_forest_has_not_seen():
    """A forest fits the noise that it has seen: R² on all images would be far above 0."""
    z, unrelated = np.random.default_rng(3).normal(size=(2, 200, 3))
    assert importance(z, unrelated.T, 50, 0).r2.max() < 0.1


def test_importances_of_a_factor_add_up_to_one(factors, noise):
    learnt = importance(np.hstack([factors, noise]), factors.T, 10, 0)
    assert learnt.weight.shape == (5, 2)
    assert learnt.weight.sum(axis=0) == pytest.approx(1)


def test_a_model_that_uses_no_axis_scores_nothing(factors):
    got = score(np.zeros((2000, 4)), factors, **LOOK)
    assert got == pytest.approx((0, 0, 0, 0, 0), abs=0.01)


def test_the_seed_decides_the_score(factors, noise):
    z = factors + 0.1 * noise[:, :2]
    first, again = (score(z, factors, **LOOK) for _ in range(2))
    assert first == again
    assert first != score(z, factors, **LOOK | {"seed": 1})


def test_an_axis_knows_all_of_a_copy_and_by_hand_a_share_of_a_table(factors):
    assert known_share(factors, factors, 20).diagonal() == pytest.approx(1)
    z = np.array([[0, 0, 0, 0, 1, 1, 1, 1]]).T
    v = np.array([[0, 0, 0, 1, 0, 1, 1, 1]]).T  # joint shares ⅜ ⅛ / ⅛ ⅜
    by_hand = 2 * (3 / 8 * np.log(3 / 2) + 1 / 8 * np.log(1 / 2)) / np.log(2)
    assert known_share(z, v, 2).item() == pytest.approx(by_hand)
    assert known_share(z, 0 * v, 2).item() == 0


def test_a_circle_needs_both_of_its_axes_and_is_known_by_them():
    """No single number names an angle; its cosine and sine do."""
    angle = np.random.default_rng(4).uniform(0, 2 * np.pi, 2000)
    z = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    learnt = importance(z, [z], 20, 0)
    assert learnt.weight == pytest.approx(0.5, abs=0.05)
    assert learnt.r2 == pytest.approx(1, abs=0.01)
