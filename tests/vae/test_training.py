"""Training: every image once an epoch, the same bits after an interruption, guards, no leaks."""

import copy

import pytest
import torch

from vae.model import VAE
from vae.model.likelihood import LIKELIHOODS
from vae.training import ELBO, Diverged, _Part, _stalled, fit

GREY = LIKELIHOODS["bernoulli"].observe

OPTIONS = {
    "batch_size": 16,
    "learning_rate": 1e-2,
    "beta2": 0.999,
    "warmup": 0.3,
    "clip": 100.0,
    "validation": 20,
    "precision": "float32",
}


def stripes(n=120):
    """Images of one bright row each, whose number is the class."""
    labels = torch.arange(n) % 6
    images = torch.zeros(n, 6, 5, dtype=torch.uint8)
    images[torch.arange(n), labels] = 255
    return images, labels


def trained(epochs=3, classes=0, **options):
    torch.manual_seed(0)
    model = VAE((6, 5), 2, [16], classes=classes)
    history = fit(model, *stripes(), **OPTIONS | {"epochs": epochs} | options)
    return model, history


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


def part_of(images, labels, places=None, conditional=False):
    """A part of a data set, by default all of it, on the CPU."""
    places = torch.arange(len(images)) if places is None else places
    return _Part(images, labels, places, GREY, conditional, torch.device("cpu"))


def test_an_epoch_visits_every_image_once():
    part = part_of(torch.arange(103, dtype=torch.uint8)[:, None, None], torch.zeros(103))
    seen = torch.cat([x.flatten() for x, _ in part.shuffled(10)]) * 255
    assert seen.round().long().sort().values.tolist() == list(range(103))


def test_a_part_holds_its_own_images_and_no_others():
    images, places = torch.arange(103, dtype=torch.uint8)[:, None, None], torch.tensor([7, 3, 90])
    part = part_of(images, torch.zeros(103), places)
    for order in (part.ordered(2), part.shuffled(2)):
        seen = torch.cat([x.flatten() for x, _ in order]) * 255
        assert sorted(seen.round().tolist()) == [3, 7, 90]


def test_two_epochs_come_in_different_orders():
    part = part_of(torch.arange(103, dtype=torch.uint8)[:, None, None], torch.zeros(103))
    first, second = (torch.cat([x for x, _ in part.shuffled(10)]) for _ in range(2))
    assert not torch.equal(first, second)


def test_labels_stay_with_their_images():
    images, labels = stripes()
    for x, y in part_of(images, labels, conditional=True).shuffled(7):
        assert torch.equal(x.sum(2).argmax(1), y)


def test_training_raises_the_bound():
    _, history = trained(epochs=30)
    assert history[-1]["validation_elbo"] > history[0]["validation_elbo"] + 5


def test_numbers_of_a_row_add_up():
    for row in trained()[1]:
        assert row["validation_elbo"] == pytest.approx(row["reconstruction"] - row["kl"])
        assert row["train_elbo"] == pytest.approx(row["train_reconstruction"] - row["train_kl"])


def test_validation_images_are_held_out_of_training():
    images, labels = stripes()
    order = torch.randperm(120, generator=torch.Generator().manual_seed(0))
    altered = images.clone()
    altered[order[100:]] = 77
    torch.manual_seed(0)
    other = VAE((6, 5), 2, [16])
    fit(other, altered, labels, epochs=3, **OPTIONS)
    assert same(other, trained()[0])


def test_the_whole_validation_part_is_measured():
    model, history = trained(epochs=1)
    images, _ = stripes()
    order = torch.randperm(120, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(0)
    with torch.no_grad():
        expected = ELBO(model, images[order[100:]].float() / 255)[1].reconstruction.mean()
    assert history[0]["reconstruction"] == pytest.approx(expected.item(), rel=1e-5)


def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not():
    assert same(trained()[0], trained()[0])
    assert not same(trained()[0], trained(seed=1)[0])


def test_the_global_generator_is_left_as_it_was():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    model = VAE((6, 5), 2, [16])
    after_init = torch.get_rng_state()
    fit(model, *stripes(), epochs=1, **OPTIONS)
    assert torch.equal(torch.get_rng_state(), after_init)
    assert not torch.equal(before, after_init)


@pytest.mark.parametrize("classes", [0, 6])
@pytest.mark.parametrize("patience", [None, 2])
def test_going_on_after_an_interruption_gives_the_same_bits(classes, patience):
    whole, history = trained(epochs=6, classes=classes, patience=patience)
    states = []

    def stop_after_two(state):
        states.append(copy.deepcopy(state))
        if len(states) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(epochs=6, classes=classes, patience=patience, on_epoch=stop_after_two)
    resumed, rest = trained(epochs=6, classes=classes, patience=patience, state=states[-1])
    assert same(whole, resumed)
    assert rest == history


def test_who_looks_on_sees_every_step_once_and_changes_nothing():
    seen = []
    watched, history = trained(epochs=3, on_step=lambda *step: seen.append(step))
    assert seen == [(step, 21) for step in range(22)]  # 100 images, 16 a step: 7 steps an epoch
    plain, expected = trained(epochs=3)
    assert same(watched, plain)
    assert history == expected


def test_who_looks_on_sees_the_rest_of_a_training_that_goes_on():
    states, seen = [], []
    trained(epochs=3, on_epoch=lambda state: states.append(copy.deepcopy(state)))
    trained(epochs=3, state=states[0], on_step=lambda *step: seen.append(step))
    assert seen == [(step, 21) for step in range(8, 22)]


def test_a_diverging_run_names_epoch_and_loss():
    with pytest.raises(Diverged, match=r"epoch \d+: the loss is"):
        trained(epochs=20, learning_rate=1e6, clip=1e30)


def test_early_stopping_keeps_the_best_epochs_weights():
    model, history = trained(epochs=40, learning_rate=0.5, patience=3)
    best = max(row["validation_elbo"] for row in history)
    images, _ = stripes()
    order = torch.randperm(120, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(0)
    with torch.no_grad():
        measured = ELBO(model, images[order[100:]].float() / 255)[0].item()
    assert measured == pytest.approx(best, rel=1e-5)
    assert len(history) < 40


@pytest.mark.parametrize(
    ("elbos", "stalled"), [([-3, -2, -1], False), ([-1, -2, -3], True), ([-1, -2, -0.5], False)]
)
def test_stalled_means_no_better_epoch_among_the_last(elbos, stalled):
    assert _stalled([{"validation_elbo": elbo} for elbo in elbos], 2) is stalled


def test_clipping_bounds_the_step():
    torch.manual_seed(0)
    before = VAE((6, 5), 2, [16])
    after = copy.deepcopy(before)
    fit(after, *stripes(), epochs=1, **OPTIONS | {"clip": 1e-12, "learning_rate": 1e-3})
    moved = max(
        (a - b).abs().max() for a, b in zip(after.parameters(), before.parameters(), strict=True)
    )
    assert moved < 1e-5  # Adam's steps vanish when gradients are far below its epsilon
