"""Noise that is made while a network is trained."""

import json

import numpy as np
import pytest

from misread.data import texts
from misread.noise import at_random
from misread.noise.at_random import RandomNoise, corrupt

GAUSSIAN = RandomNoise("gaussian", (5.0, 50.0), {})
PERIODIC = RandomNoise("periodic", (70.0, 70.0), {"period": (2.5, 20.0), "angle": (0.0, 180.0)})
SALT_PEPPER = RandomNoise("salt_pepper", (0.1, 0.1), {"per_channel": (False, False)})


def grey(count=300, size=32):
    return np.full((count, size, size, 3), 128, np.uint8)


def noise(noises, seed=1, count=300):
    return corrupt(grey(count), np.random.default_rng(seed), noises).astype(float) - 128


def test_images_are_left_as_they_are_and_the_seed_decides():
    images = grey(20)
    found = [corrupt(images, np.random.default_rng(seed), [GAUSSIAN, PERIODIC]) for seed in (1, 1, 2)]
    assert (images == 128).all()
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).any()
    assert found[0].dtype == np.uint8


def test_strengths_are_log_uniform_between_their_ends():
    # The noise of an image of 3,072 values has its standard deviation within 1.3% (one standard error).
    strengths = noise([GAUSSIAN], count=1000).std(axis=(1, 2, 3))
    assert 4.5 < strengths.min() < 5.6
    assert 44 < strengths.max() < 55
    quarters = np.quantile(strengths, [0.25, 0.5, 0.75])
    assert quarters == pytest.approx(5 * 10 ** np.array([0.25, 0.5, 0.75]), rel=0.12)


def test_equal_ends_fix_the_strength():
    share = (noise([SALT_PEPPER]) != 0).any(axis=-1).mean()
    assert share == pytest.approx(0.1, abs=0.003)  # five standard errors: 0.0027


def test_options_keep_their_type():
    noise = RandomNoise("any", (1.0, 1.0), {"fixed": ("soft", "soft"), "count": (2, 4), "width": (2.0, 4.0)})
    drawn = [noise.draw(np.random.default_rng(seed))[1] for seed in range(50)]
    assert {one["fixed"] for one in drawn} == {"soft"}
    assert {one["count"] for one in drawn} == {2, 3, 4}
    assert len({one["width"] for one in drawn}) == 50


def test_types_are_equally_likely():
    found = noise([GAUSSIAN, SALT_PEPPER, PERIODIC], count=900)
    salted = [np.isin(one, (-128, 0, 127)).all() for one in found]
    waved = [(one == one[..., :1]).all() and not salt for one, salt in zip(found, salted, strict=True)]
    # A share of a third of 900 has a standard error of 0.016.
    assert np.mean(salted) == pytest.approx(1 / 3, abs=0.06)
    assert np.mean(waved) == pytest.approx(1 / 3, abs=0.06)


def test_waves_have_every_period_and_angle_of_their_ranges():
    spectra = np.abs(np.fft.fft2(noise([PERIODIC])[..., 0]))
    spectra[:, 0, 0] = 0
    frequencies = np.fft.fftfreq(32)
    peaks = [np.unravel_index(one.argmax(), one.shape) for one in spectra]
    radius = np.array([np.hypot(frequencies[y], frequencies[x]) for y, x in peaks])
    angle = np.array([np.degrees(np.arctan2(frequencies[y], frequencies[x])) % 180 for y, x in peaks])
    assert 0.03 < radius.min() < 0.08
    assert 0.3 < radius.max() <= 0.43
    assert (np.histogram(angle, bins=4, range=(0, 180))[0] > 40).all()


def test_every_image_has_its_own_noise():
    found = noise([GAUSSIAN], count=50)
    assert len({one.tobytes() for one in found}) == 50


def test_a_description_is_read_back_and_tells_when_the_code_changes(tmp_path, monkeypatch):
    path = tmp_path / "noise.json"
    described = {one.noise_type: one.description() for one in (GAUSSIAN, PERIODIC)}
    path.write_text(texts.as_json(described))
    assert at_random.load(path) == [GAUSSIAN, PERIODIC]
    assert described["gaussian"]["code"] != described["periodic"]["code"]
    assert json.loads(path.read_text())["gaussian"]["code"] == described["gaussian"]["code"]
    monkeypatch.setattr(at_random, "CODE", ("at_random.py",))
    assert GAUSSIAN.description()["code"] != described["gaussian"]["code"]
