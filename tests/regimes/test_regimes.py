"""What networks are trained on in each regime."""

from pathlib import Path

import numpy as np
import pytest

from misread import params
from misread.data import texts
from misread.experiments.project_copy import ROOT
from misread.noise import at_random
from misread.regime import NOISE
from misread.regimes import REGIMES
from misread.training.augment import POLICIES

SETTINGS = params.load(ROOT / "params.yaml")
NOISY = ["gaussian-min", "periodic-max", "salt_pepper-max"]


@pytest.mark.parametrize(
    ("regime", "names"),
    [
        ("clean", ["clean"]),
        ("noisy", ["periodic-max"]),
        ("mixed", ["clean", *NOISY]),
        ("robust", ["clean"]),
    ],
)
def test_a_regime_is_trained_on_its_sets_the_clean_one_first(regime, names):
    assert REGIMES[regime].sets("periodic-max", NOISY) == names


@pytest.mark.parametrize("regime", REGIMES)
def test_a_regime_is_told_apart_by_line_and_marker(regime):
    others = [REGIMES[name] for name in REGIMES if name != regime]
    assert REGIMES[regime].line not in {one.line for one in others}
    assert REGIMES[regime].marker not in {one.marker for one in others}


def batch(count, size=16):
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3), dtype=np.uint8), np.full(count, 14)


@pytest.mark.parametrize("regime", ["clean", "noisy", "mixed"])
def test_the_other_regimes_train_on_their_sets_as_they_are(regime):
    recipe = REGIMES[regime].recipe(REGIMES[regime].settings(), Path("nowhere"))
    assert recipe.batches(POLICIES["none"]) is POLICIES["none"]
    assert recipe.loss is None


class TestRobust:
    """Every batch has the augmented signs and a noisy copy of each."""

    def made(self, tmp_path, policy="label_preserving", seed=1, **changes):
        images, labels = batch(30)
        settings = SETTINGS.regimes.robust.model_copy(update=changes)
        (tmp_path / NOISE).write_text(texts.as_json(SETTINGS.noises_in("robust")))
        recipe = REGIMES["robust"].recipe(settings, tmp_path)
        return recipe.batches(POLICIES[policy])(images, labels, np.random.default_rng(seed))

    def test_copies_follow_their_signs_with_the_same_labels(self, tmp_path):
        both, labels = self.made(tmp_path)
        images, clean = batch(30)
        expected, _ = POLICIES["label_preserving"](images, clean, np.random.default_rng(1))
        np.testing.assert_array_equal(both[:30], expected)
        np.testing.assert_array_equal(labels[:30], labels[30:])
        differ = (both[30:] != both[:30]).any(axis=(1, 2, 3))
        assert differ.mean() > 0.9

    def test_each_epoch_has_new_noise_and_each_seed_its_own(self, tmp_path):
        one, again, other = (self.made(tmp_path, "none", seed)[0] for seed in (1, 1, 2))
        np.testing.assert_array_equal(one, again)
        np.testing.assert_array_equal(one[:30], other[:30])
        assert (one[30:] != other[30:]).any()

    def test_the_copies_alone(self, tmp_path):
        both, _ = self.made(tmp_path)
        copies, labels = self.made(tmp_path, clean_signs=False)
        np.testing.assert_array_equal(copies, both[30:])
        assert len(labels) == 30

    def test_noise_before_augmentation_is_augmented_with_its_sign(self, tmp_path):
        before, labels = self.made(tmp_path, noise_after_augmentation=False)
        images, clean = batch(30)
        rng = np.random.default_rng(1)
        noises = at_random.load(tmp_path / NOISE)
        raw = at_random.corrupt(images, rng, noises)
        state = rng.bit_generator.state
        expected = []
        for part in (images, raw):
            rng.bit_generator.state = state
            expected.append(POLICIES["label_preserving"](part, clean, rng)[0])
        np.testing.assert_array_equal(before, np.concatenate(expected))
        np.testing.assert_array_equal(labels[:30], labels[30:])

    def test_a_consistency_loss_is_asked_for_by_its_weight(self, tmp_path):
        (tmp_path / NOISE).write_text(texts.as_json(SETTINGS.noises_in("robust")))
        for weight in (0.0, 0.5):
            settings = SETTINGS.regimes.robust.model_copy(update={"consistency": weight})
            loss = REGIMES["robust"].recipe(settings, tmp_path).loss
            assert (loss is None) == (weight == 0)
            assert loss is None or loss.weight == weight
