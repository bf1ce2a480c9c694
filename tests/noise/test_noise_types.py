"""Noise has the statistics that its parameters say, and depends on nothing else."""

import json

import numpy as np
import pytest
from scipy.stats import chi2, norm
from skimage.metrics import peak_signal_noise_ratio

from misread import params
from misread.data import store
from misread.experiments.project_copy import ROOT
from misread.noise import apply, quality
from misread.noise.apply import add_noise
from misread.noise.draws import words_of_rows
from misread.noise.noisy_sets import write_noisy_set
from misread.noise.random_options import add_with_random_options
from misread.noise.types.gaussian import gaussian
from misread.noise.types.periodic import periodic
from misread.noise.types.salt_pepper import salt_pepper

PERIOD, ANGLE = 8.0, 45.0
TYPES = params.load(ROOT / "params.yaml").noise
SETTINGS = {
    name: {"strength": TYPES.strength_of(name, "avg"), "options": TYPES.options_of(name)} for name in TYPES.types.names
} | {
    "salt_pepper": {"strength": 0.1, "options": {"per_channel": False}},
    "periodic": {"strength": 30.0, "options": {"period": PERIOD, "angle": ANGLE}},
    "gaussian": {"strength": 25.0, "options": {}},
}


def draws(count, seed=1):
    return words_of_rows(seed, "any", 40, "test", np.arange(count))


def grey(count=64, level=128, size=40):
    return np.full((count, size, size, 3), level, np.uint8)


def add(images, noise_type, rows=None, **changes):
    settings = {"noise_type": noise_type, "seed": 3, "split": "test"} | SETTINGS[noise_type] | changes
    return add_noise(images, np.arange(len(images)) if rows is None else rows, **settings)


def test_salt_pepper_share_halves_and_channels():
    noisy = salt_pepper(grey(), 0.1, draws(64), per_channel=False)
    assert (noisy == noisy[..., :1]).all(), "all channels together"
    black, white = (noisy[..., 0] == 0).mean(), (noisy[..., 0] == 255).mean()
    # 102,400 pixels: five standard errors of a share of 0.05 are 0.0034.
    assert black == pytest.approx(0.05, abs=0.0034)
    assert white == pytest.approx(0.05, abs=0.0034)
    assert black + white + (noisy[..., 0] == 128).mean() == 1


def test_salt_pepper_per_channel_replaces_the_values_of_each_channel_on_their_own():
    noisy = salt_pepper(grey(), 0.1, draws(64), per_channel=True)
    replaced = noisy != 128
    assert replaced.mean(axis=(0, 1, 2)) == pytest.approx([0.1] * 3, abs=0.005)
    red, green = replaced[..., 0].ravel(), replaced[..., 1].ravel()
    assert abs(np.corrcoef(red, green)[0, 1]) < 0.02
    assert set(np.unique(noisy)) == {0, 128, 255}


def test_gaussian_moments_and_independence():
    noise = gaussian(grey(), 20.0, draws(64)).astype(float) - 128
    assert noise.mean() == pytest.approx(0, abs=0.2)
    assert noise.std() == pytest.approx(20, rel=0.01)
    red, green = noise[..., 0].ravel(), noise[..., 1].ravel()
    assert abs(np.corrcoef(red, green)[0, 1]) < 0.02
    assert abs(np.corrcoef(noise[:, :-1].ravel(), noise[:, 1:].ravel())[0, 1]) < 0.02


@pytest.mark.parametrize("strength", [0.3, 4.0, 25.0, 60.0])
def test_gaussian_noise_is_the_rounded_normal_distribution_tails_included(strength):
    """Every grey level as often as the normal distribution has it between its borders: a chi-squared test."""
    noise = gaussian(grey(6000), strength, draws(6000)).astype(int) - 128
    values, counts = np.unique(noise, return_counts=True)
    expected = np.diff(norm.cdf((np.r_[values, values[-1] + 1] - 0.5) / strength))
    expected[0], expected[-1] = norm.cdf((values[0] + 0.5) / strength), norm.sf((values[-1] - 0.5) / strength)
    often = expected * noise.size > 10
    chi_squared = ((counts - expected * noise.size) ** 2 / (expected * noise.size))[often].sum()
    assert 0.001 < chi2.sf(chi_squared, often.sum()) < 0.999
    if strength < 30:  # 29 million numbers: about 60 lie beyond five standard deviations on either side of the two
        beyond = norm.sf(np.ceil(5 * strength) - 0.5, scale=strength) * noise.size
        for tail in ((noise >= np.ceil(5 * strength)).sum(), (noise <= -np.ceil(5 * strength)).sum()):
            assert tail == pytest.approx(beyond, abs=5 * np.sqrt(beyond) + 1)


@pytest.mark.parametrize("share", [0.00001, 0.004, 0.1, 1.0])
def test_salt_pepper_hits_the_share_that_it_is_told_to_the_last_bit(share):
    noisy = salt_pepper(grey(5000), share, draws(5000), per_channel=False)[..., 0]
    for level in (0, 255):
        expected = share / 2 * noisy.size
        assert (noisy == level).sum() == pytest.approx(expected, abs=5 * np.sqrt(expected))


def test_words_are_uniform_and_independent():
    words = draws(2000)(1600)
    counts = np.bincount(words.ravel() >> 6, minlength=1024)
    assert 0.001 < chi2.sf(((counts - counts.mean()) ** 2 / counts.mean()).sum(), 1023) < 0.999
    for one, other in ((words[:, :-1], words[:, 1:]), (words[:-1], words[1:])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.003


def test_words_of_a_row_are_the_same_in_any_company():
    whole, some = words_of_rows(1, "any", 40, "test", np.arange(50)), np.array([3, 7, 8, 9, 40, 2])
    part = words_of_rows(1, "any", 40, "test", some)
    for count in (17, 1600):
        together = whole(count)
        assert (part(count) == together[some]).all()
    assert (whole(17) != whole(17)).any(), "new ones at each call"


def test_periodic_amplitude_frequency_and_random_phase():
    noise = periodic(grey(), 30.0, draws(64), PERIOD, ANGLE).astype(float) - 128
    assert np.sqrt((noise**2).mean()) == pytest.approx(30 / np.sqrt(2), rel=0.02)
    assert np.abs(noise).max() == 30
    assert (noise == noise[..., :1]).all()
    assert len(np.unique(noise[:, 0, 0, 0])) > 20, "the phase differs between images"
    spectrum = np.abs(np.fft.fft2(noise[0, ..., 0], (320, 320)))
    peak = np.unravel_index(spectrum[:160, :160].argmax(), (160, 160))
    expected = 320 / PERIOD * np.sin(np.deg2rad(ANGLE))
    assert peak[0] == pytest.approx(expected, abs=1.5)
    assert peak[1] == pytest.approx(expected, abs=1.5)


def test_periodic_angle_zero_runs_along_x():
    noise = periodic(grey(1), 30.0, draws(1), PERIOD, 0.0)[0, ..., 0]
    assert (noise == noise[0]).all(), "every row is the same"
    assert np.ptp(noise[0].astype(int)) > 50


@pytest.mark.parametrize("noise_type", SETTINGS)
@pytest.mark.parametrize("level", [0, 255])
def test_result_is_clipped_not_wrapped(noise_type, level):
    noisy = add(grey(8, level), noise_type).astype(int)
    if noise_type != "salt_pepper":
        assert np.abs(noisy - level).max() < 200


@pytest.mark.parametrize("noise_type", SETTINGS)
def test_strength_zero_changes_nothing_and_the_input_is_never_changed(noise_type):
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 3), dtype=np.uint8)
    before = images.copy()
    assert (add(images, noise_type, strength=0.0) == images).all()
    assert (add(images, noise_type) != images).any()
    assert (images == before).all()


@pytest.mark.parametrize("noise_type", SETTINGS)
def test_noise_depends_on_seed_split_row_and_nothing_else(noise_type):
    images = grey(6)
    whole = add(images, noise_type)
    assert (add(images, noise_type) == whole).all()
    assert (add(images[4:5], noise_type, rows=np.array([4])) == whole[4:5]).all(), "a row alone is as in its set"
    assert (add(images, noise_type, seed=4) != whole).any()
    assert (add(images, noise_type, split="train") != whole).any()
    assert (whole[0] != whole[1]).any()


@pytest.mark.parametrize("noise_type", SETTINGS)
def test_stronger_noise_is_the_same_noise_stronger(noise_type):
    images = grey(4)
    strength = SETTINGS[noise_type]["strength"]
    weak, strong = (add(images, noise_type, strength=s).astype(int) - 128 for s in (strength / 2, strength))
    assert (np.abs(strong) >= np.abs(weak)).all()
    assert (np.sign(weak) * np.sign(strong) >= 0).all()


@pytest.mark.parametrize("noise_type", SETTINGS)
@pytest.mark.parametrize("workers", ["1", "3"])
def test_on_disk_and_in_memory_are_the_same_bytes_whatever_the_workers(tmp_path, monkeypatch, noise_type, workers):
    monkeypatch.setenv("MISREAD_WORKERS", workers)
    monkeypatch.setattr(store, "BLOCK", 7)
    images = np.random.default_rng(0).integers(0, 256, (30, 28, 28, 3), dtype=np.uint8)
    store.create_set(tmp_path / "clean", np.arange(30) % 43, 28)
    store.write_rows(tmp_path / "clean", 0, images)
    settings = {"noise_type": noise_type, "seed": 3, "split": "test"} | SETTINGS[noise_type]
    write_noisy_set(tmp_path / "clean", tmp_path / "noisy", "test", **settings)
    noisy = store.open_set(tmp_path / "noisy")
    assert (noisy.images == add(images, noise_type)).all()
    assert (noisy.labels == np.arange(30) % 43).all()


def test_quality_of_known_differences():
    clean = grey(3, 100)
    same = quality.measure(clean, clean)
    assert same["rmse"] == 0
    assert same["psnr"] is None
    assert same["ssim"] == pytest.approx(1)
    json.dumps(same, allow_nan=False)
    shifted = quality.measure(clean, clean + 10)
    assert shifted["rmse"] == pytest.approx(10)
    assert shifted["psnr"] == pytest.approx(peak_signal_noise_ratio(clean, clean + 10))
    assert quality.measure(clean, add(clean, "gaussian"))["ssim"] < 0.7


def test_padding_is_no_image():
    clean = np.zeros((2, 20, 20, 3), np.uint8)
    boxes = np.array([[0, 0, 20, 20], [5, 2, 17, 12]])
    noisy = clean.copy()
    noisy[0] = 10
    noisy[1, 5:17, 2:12] = 20
    noisy[1, :5] = 255
    found = quality.errors(clean, noisy, boxes)
    assert found.pixels == 400 + 120
    assert found.rmse == pytest.approx(((400 * 10**2 + 120 * 20**2) / 520) ** 0.5)
    assert found.luma_rmse == pytest.approx(found.rmse), "the same noise in all channels"
    one = quality.measure(clean[1:], noisy[1:], boxes[1:])
    assert one["rmse"] == pytest.approx(20)
    assert one["ssim"] is None, "the image's own pixels are fewer than the window"


def test_luma_of_known_noise():
    clean = np.full((3, 8, 8, 3), 100, np.uint8)
    for channel, weight in enumerate((0.299, 0.587, 0.114)):
        noisy = clean.copy()
        noisy[..., channel] += 10
        found = quality.errors(clean, noisy)
        assert found.luma_rmse == pytest.approx(10 * weight)
        assert found.rmse == pytest.approx(10 / np.sqrt(3))
    noisy = add(grey(), "gaussian")
    found = quality.errors(grey(), noisy)
    assert found.luma_rmse / found.rmse == pytest.approx(np.linalg.norm([0.299, 0.587, 0.114]), rel=0.01)
    alone = quality.errors(grey()[..., :1], noisy[..., :1])
    assert alone.luma_rmse == pytest.approx(alone.rmse)


def test_errors_of_parts_add_up_exactly():
    clean, noisy = grey(300), add(grey(300), "gaussian")
    boxes = np.random.default_rng(0).integers(0, 40, (300, 4))
    parts = [
        quality.errors(clean[part], noisy[part], boxes[part]) for part in (slice(0, 7), slice(7, 190), slice(190, 300))
    ]
    assert quality.added(parts) == quality.errors(clean, noisy, boxes)


def test_options_are_drawn_for_each_image_and_stay_at_other_strengths():
    shared = {"noise_type": "periodic", "options": {"period": 8.0, "angle": 0.0}, "seed": 3, "split": "test"}
    ranges = {"period": (3.0, 20.0), "angle": (0.0, 180.0)}
    rows = np.arange(64)
    noise = add_with_random_options(grey(), rows, strength=30.0, ranges=ranges, **shared).astype(int) - 128
    assert np.sqrt((noise**2).mean()) == pytest.approx(30 / np.sqrt(2), rel=0.1)
    peaks = {np.abs(np.fft.rfft2(one[..., 0])).argmax() for one in noise}
    assert len(peaks) > 20, "other waves in other images"
    weaker = add_with_random_options(grey(), rows, strength=15.0, ranges=ranges, **shared).astype(int) - 128
    assert np.abs(noise - 2 * weaker).max() <= 2, "the same waves"
    alone = add_with_random_options(grey(1), rows[5:6], strength=30.0, ranges=ranges, **shared).astype(int) - 128
    assert (alone[0] == noise[5]).all()
    fixed = add_with_random_options(grey(), rows, strength=30.0, ranges={}, **shared)
    assert (fixed == add(grey(), "periodic", options=shared["options"], strength=30.0)).all()


@pytest.mark.parametrize("noise_type", SETTINGS)
@pytest.mark.parametrize("images_at_once", [1, 7, 64])
def test_noise_does_not_depend_on_how_many_images_are_made_at_once(monkeypatch, noise_type, images_at_once):
    images = grey(50)
    whole = add(images, noise_type)
    monkeypatch.setattr(apply, "AT_ONCE", images_at_once * images[0].size)
    assert (add(images, noise_type) == whole).all()


def test_sample_rows_are_spread_over_the_set():
    assert quality.evenly_spaced_rows(100, 3).tolist() == [0, 50, 99]
    assert quality.evenly_spaced_rows(2, 500).tolist() == [0, 1]
