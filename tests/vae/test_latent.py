"""Places in the latent space: invariants of grids, walks and axes."""

import numpy as np
import pytest
from scipy.stats import norm

from vae import latent


def test_quantile_midpoints_are_finite_symmetric_and_evenly_probable():
    places = latent.quantile_midpoints(20)
    assert np.isfinite(places).all()
    np.testing.assert_allclose(places, -places[::-1], atol=1e-12)
    np.testing.assert_allclose(np.diff(norm.cdf(places)), 1 / 20)
    assert norm.cdf(places[0]) == pytest.approx(1 / 40)


def test_the_grid_runs_right_in_z1_and_up_in_z2():
    grid = latent.quantile_grid(5)
    assert (np.diff(grid[:, :, 0], axis=1) > 0).all()
    assert (np.diff(grid[:, :, 1], axis=0) < 0).all()
    assert np.ptp(grid[:, :, 0], axis=0).max() == 0
    assert np.ptp(grid[:, :, 1], axis=1).max() == 0


def test_the_unit_square_of_prior_codes_is_uniform():
    square = latent.to_unit_square(latent.prior_samples(20_000, 2, 0))
    counts = np.histogram2d(*square.T, bins=5, range=[[0, 1], [0, 1]])[0]
    assert (((counts - 800) ** 2) / 800).sum() < 60  # χ² with 24 degrees of freedom, p < 1e-4


def test_share_inside_by_hand():
    edge = norm.ppf(0.75)
    z = np.array([[0, 0], [edge - 0.01, 0], [0, edge + 0.01], [9, 9]])
    assert latent.share_inside(z, 2) == 0.5


def test_share_of_the_prior_inside_is_the_square_of_its_side():
    share = latent.share_inside(latent.prior_samples(40_000, 2, 1), 20)
    assert share == pytest.approx(0.95**2, abs=0.01)


def test_prior_samples_are_a_function_of_the_seed():
    assert np.array_equal(latent.prior_samples(3, 2, 4), latent.prior_samples(3, 2, 4))
    assert not np.array_equal(latent.prior_samples(3, 2, 4), latent.prior_samples(3, 2, 5))


def test_a_walk_begins_and_ends_at_its_stops_and_passes_through_them():
    stops = np.random.default_rng(0).normal(size=(4, 3))
    walk = latent.walk(stops, 3 * 7 + 1)
    np.testing.assert_allclose(walk[::7], stops)


def test_an_endless_walk_there_and_back_shows_each_turning_point_once():
    there = latent.walk(np.array([[0.0], [1.0]]), 30)
    loop = latent.endless(there)
    assert len(loop) == 58
    assert (np.diff(np.concatenate([loop, loop[:1]])[:, 0]) != 0).all()


def test_an_endless_loop_leads_on_to_its_first_place():
    stops = np.array([[0.0, 0], [1, 0], [1, 1], [0, 0]])
    loop = latent.endless(latent.walk(stops, 31))
    assert len(loop) == 30
    assert not np.array_equal(loop[0], loop[-1])


def test_points_come_from_the_nearest_to_their_mean_to_the_farthest():
    points = np.array([[0.0, 0.0], [9.0, 9.0], [5.0, 4.0], [5.0, 6.0], [5.0, 4.0]])
    mean = np.array([24 / 5, 23 / 5])
    distances = [float(np.hypot(*(points[i] - mean))) for i in latent.by_distance(points)]
    assert distances == sorted(distances)
    assert latent.by_distance(points).tolist() == [2, 4, 3, 1, 0]  # of equals the first comes first


def test_a_traversal_moves_one_axis():
    z = latent.axis_traversal(4, [2, 0], 5, 3.0)
    assert z.shape == (2, 5, 4)
    assert z[0, :, 2].tolist() == z[1, :, 0].tolist() == [-3, -1.5, 0, 1.5, 3]
    assert np.count_nonzero(z) == 8


def test_spread_out_points_keep_their_distance_and_leave_no_gap():
    points = np.random.default_rng(0).uniform(-3, 3, size=(500, 2))
    kept = latent.spread_out(points, 0.4, np.arange(500))
    gaps = np.abs(points[kept][:, None] - points[kept]).max(axis=-1)
    assert gaps[~np.eye(len(kept), dtype=bool)].min() >= 0.4
    to_kept = np.abs(points[:, None] - points[kept]).max(axis=-1).min(axis=1)
    assert (to_kept < 0.4).all()
