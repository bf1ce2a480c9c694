"""The GANs: parameter counts, losses, training steps, what ends a training; and the measures of generated images."""

import keras
import numpy as np
import pandas as pd
import pytest
from project_copy import ROOT

from misread import params
from misread.analysis import gan_scores, generation, residuals
from misread.data import classes
from misread.errors import MisreadError
from misread.gans import adversarial, cgan, gan, judging, losses, sampling, training
from misread.networks import saving
from misread.networks.architectures import ARCHITECTURES
from misread.noise.corruptions import CORRUPTIONS
from misread.noise.draws import words_of_rows

GAN = params.load(ROOT / "params.yaml").gan
SMALL = GAN.model_copy(update={"image_size": 16})


def trainable(model):
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)


def test_plain_networks_have_the_sizes_of_the_study():
    assert trainable(gan.generator(GAN)) == 3_117_232
    assert gan.discriminator(GAN).count_params() == 1_336_321


def test_conditional_networks_add_an_embedding_and_no_more():
    size = GAN.conditional.embedding_size
    assert trainable(cgan.generator(GAN)) == 3_117_232 + size * classes.COUNT + size * 128
    assert cgan.discriminator(GAN).count_params() == 1_336_321 + 256 * classes.COUNT
    concat = GAN.model_copy(update={"conditional": GAN.conditional.model_copy(update={"condition": "concat"})})
    assert cgan.discriminator(concat).count_params() == 1_336_321 + size * classes.COUNT + size * 512


@pytest.mark.parametrize("network", [gan.generator(GAN), cgan.generator(GAN)])
def test_generators_have_the_layers_of_the_study(network):
    normalised = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert [layer.epsilon for layer in normalised] == [0.8] * 3
    assert [layer.gamma.shape[0] for layer in normalised] == [256, 512, 1024]
    slopes = [layer.negative_slope for layer in network.layers if isinstance(layer, keras.layers.LeakyReLU)]
    assert slopes == pytest.approx([0.2] * 4)
    inputs = [np.zeros((2, 100), np.float32), np.array([0, 42])][: len(network.inputs)]
    images = network(inputs if len(inputs) > 1 else inputs[0]).numpy()
    assert images.shape == (2, 28, 28, 3)
    assert np.abs(images).max() <= 1


def test_losses_of_an_undecided_discriminator():
    zeros = np.zeros((4, 1), np.float32)
    bce, hinge, lsgan = (losses.LOSSES[name] for name in ("bce", "hinge", "lsgan"))
    assert float(bce.discriminator(zeros, zeros, 0.0)) == pytest.approx(2 * np.log(2))
    assert float(bce.discriminator(zeros, zeros, 0.1)) == pytest.approx(2 * np.log(2))
    assert float(bce.generator(zeros)) == pytest.approx(np.log(2))
    assert float(hinge.discriminator(zeros, zeros, 0.0)) == pytest.approx(2)
    assert float(hinge.generator(zeros)) == 0
    assert float(lsgan.discriminator(zeros, zeros, 0.0)) == pytest.approx(0.5)
    assert float(lsgan.generator(zeros)) == pytest.approx(0.5)


@pytest.mark.parametrize("loss", losses.LOSSES.values(), ids=losses.LOSSES)
def test_losses_reward_the_right_side(loss):
    high, low = np.full((4, 1), 3, np.float32), np.full((4, 1), -3, np.float32)
    assert float(loss.discriminator(high, low, 0.0)) < float(loss.discriminator(low, high, 0.0))
    assert float(loss.generator(high)) < float(loss.generator(low))


def test_smoothing_puts_the_best_logit_at_the_smoothed_probability():
    """With real images counted as 0.9 real, a certain discriminator does worse than one that says 0.9."""
    bce, low = losses.LOSSES["bce"], np.full((1, 1), -50, np.float32)
    at = {
        p: float(bce.discriminator(np.full((1, 1), np.log(p / (1 - p)), np.float32), low, 0.1))
        for p in (0.8, 0.9, 0.99)
    }
    assert at[0.9] < min(at[0.8], at[0.99])


@pytest.fixture
def signs():
    """Bright and dark squares: two classes that a GAN learns at once."""
    labels = np.tile([0, 1], 256)
    images = np.where(labels[:, None, None, None] == 0, 40, 210) + np.random.default_rng(1).integers(
        -10, 10, (512, 16, 16, 3)
    )
    return images.astype(np.uint8), labels


THREADS = params.load().threads


def short(kind, signs, folder, **changes):
    settings = SMALL.training.model_copy(update={"batch_size": 32, "samples_every": 2, **changes})
    images, labels = signs
    return training.train(
        kind, SMALL.model_copy(update={"training": settings}), 3, images, labels, np.arange(512), 1, THREADS, folder
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", training.KINDS)
def test_training_is_deterministic_and_draws_samples(kind, signs, tmp_path):
    results, weights = [], []
    for run in ("a", "b"):
        (tmp_path / run).mkdir()
        model, history = short(kind, signs, tmp_path / run)
        results.append(history)
        weights.append(model.averaged.get_weights())
    saving.save(model.averaged, tmp_path / "b.keras")
    assert list(results[0]) == ["epoch", "discriminator_loss", "generator_loss", "real_accuracy", "fake_accuracy"]
    pd.testing.assert_frame_equal(*results)
    assert all((one == other).all() for one, other in zip(*weights, strict=True))
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["epoch-002.png", "epoch-003.png"]
    again = saving.load(tmp_path / "b.keras")
    latent, labels = sampling.latent_vectors(4, 100, 0), np.array([0, 1, 0, 1]) if kind == "cgan" else None
    images = sampling.generate(again, latent, labels)
    assert images.dtype == np.uint8
    assert images.shape == (4, 16, 16, 3)


def test_the_average_follows_the_generator_faster_at_first():
    def moved(average, step):
        model = training.KINDS["cgan"](
            SMALL.model_copy(update={"training": SMALL.training.model_copy(update={"average": average})}), 1
        )
        model.compile()
        for network, value in ((model.generator, 1.0), (model.averaged, 0.0)):
            for variable in network.weights:
                variable.assign(np.full(variable.shape, value))
        model.generator_optimizer.iterations.assign(step)
        model.update_average()
        [share] = {float(value) for weights in model.averaged.get_weights() for value in np.unique(weights)}
        return share

    assert moved(average=0.0, step=1000) == 1
    assert moved(average=0.9, step=1000) == pytest.approx(0.1)
    assert moved(average=0.9, step=8) == pytest.approx(0.5)


def test_a_diverging_training_ends_with_a_clear_message():
    stop = training.StopWhenLost(GAN.training.defeat)
    stop.set_model(training.KINDS["gan"](SMALL, 1))
    logs = dict.fromkeys(adversarial.RECORDED, 0.5)
    stop.on_epoch_end(0, logs)
    rate = SMALL.training.learning_rate
    with pytest.raises(MisreadError, match=rf"gan.training.learning_rate: {rate}: training diverged in epoch 2; try"):
        stop.on_epoch_end(1, logs | {"generator_loss": float("nan")})


@pytest.mark.slow
def test_a_discriminator_that_wins_outright_ends_the_training(signs, tmp_path):
    with pytest.raises(MisreadError, match=r"gan.training.defeat: the discriminator told at least 50.1% .* 1 epochs"):
        short("gan", signs, tmp_path, defeat=params.Defeat(accuracy=0.501, epochs=1), learning_rate=0.001)


def test_samples_lie_row_by_row():
    images = np.arange(6, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    grid = sampling.grid(images, columns=3)
    assert grid.shape == (4, 6, 3)
    assert grid[::2, ::2, 0].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_grey_levels_survive_the_way_into_the_network_and_back():
    levels = np.arange(256, dtype=np.float32)
    assert (sampling.to_uint8(levels / 127.5 - 1) == levels).all()


def test_discriminators_decide_at_the_loss_s_threshold():
    image = keras.Input((2, 2, 3))
    brightness = keras.layers.Reshape((1,))(keras.layers.GlobalAveragePooling2D()(image)[:, :1])
    model = keras.Model(image, brightness)
    images = np.full((2, 2, 2, 3), [[[[100]]], [[[160]]]], np.uint8)  # logits about -0.2 and 0.25
    assert judging.taken_for_real(model, "hinge", images).tolist() == [False, True]
    assert judging.taken_for_real(model, "lsgan", images).tolist() == [False, False]


def test_a_judge_says_the_same_after_it_was_saved(tmp_path, monkeypatch):
    """A network that Keras has loaded gives its single output as a list, and batches are put together."""
    judge = ARCHITECTURES["cnn"](GAN.student)
    saving.save(judge, tmp_path / "judge.keras")
    images = np.random.default_rng(0).integers(0, 256, (10, 28, 28, 3), np.uint8)
    wanted = judge.predict_on_batch(images).argmax(axis=1)
    monkeypatch.setattr(judging, "BATCH", 4)
    for network in (judge, saving.load(tmp_path / "judge.keras")):
        seen, features = judging.classes_and_features(network, images)
        assert (seen == wanted).all()
        assert features.shape == (10, 128)


def test_frechet_distance_of_known_normal_distributions():
    rng = np.random.default_rng(0)
    first, second = rng.normal(0, 1, (200_000, 2)), rng.normal([3, 0], [2, 1], (200_000, 2))
    # |m1 - m2|^2 = 9; variances 1 and 4 in the first direction: 1 + 4 - 2 * sqrt(4) = 1; none in the second.
    assert generation.frechet_distance(first, second) == pytest.approx(10, abs=0.1)
    assert generation.frechet_distance(first, first) == pytest.approx(0, abs=1e-6)


def test_kernel_distance_is_unbiased_and_grows():
    rng = np.random.default_rng(0)
    first, same, other = (rng.normal(mean, 1, (2000, 8)) for mean in (0, 0, 1))
    near, spread = generation.kernel_distance(first, same, rng, subsets=20, size=500)
    far, _ = generation.kernel_distance(first, other, rng, subsets=20, size=500)
    assert abs(near) < 2 * spread
    assert far > 10 * spread


def test_precision_and_recall_tell_fidelity_from_coverage():
    rng = np.random.default_rng(0)
    real = np.concatenate([rng.normal(0, 1, (500, 4)), rng.normal(20, 1, (500, 4))])
    half = rng.normal(0, 1, (1000, 4))  # one mode of two
    precise, recalled = generation.precision_recall(real, half, 3)
    assert precise.mean() > 0.9
    assert 0.4 < recalled.mean() < 0.55
    precise, _ = generation.precision_recall(real, rng.normal(100, 1, (200, 4)), 3)
    assert not precise.any()


def test_halves_share_no_track_and_spread_over_each():
    tracks = np.repeat(np.arange(10), 30)
    first, second, frames = generation.halves_by_track(tracks, 25, np.random.default_rng(0))
    assert frames == 5
    assert not set(tracks[first]) & set(tracks[second])
    assert set(tracks[first]) | set(tracks[second]) == set(range(10))
    assert (np.bincount(tracks[first])[np.unique(tracks[first])] == 5).all()
    assert (np.diff(first[:5]) > 5).all(), "evenly over the track"


def test_what_fills_small_sets_is_no_subset_of_itself():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 100, 4))
    _, spread = generation.kernel_distance(first, second, rng, subsets=20, size=1000)
    assert spread > 0.01


def test_diversity_is_the_root_mean_square_distance_of_pairs():
    features = np.array([[0.0, 0], [3, 4], [1, 1], [1, 1], [9, 9]])
    assert generation.diversity(features, np.array([0, 0, 1, 1, 2])) == pytest.approx({0: 5.0, 1: 0.0})


def test_coverage_counts_classes_and_compares_distributions():
    expected = np.repeat([0, 1, 2, 3], 100)
    assert generation.coverage(expected, expected, 5) == (4, 0)
    covered, distance = generation.coverage(np.repeat([0, 1], [100, 300]), expected, 5)
    assert (covered, distance) == (2, pytest.approx(0.5))


def test_residuals_grow_with_noise_and_waves_stand_out():
    rng = np.random.default_rng(0)
    flat = np.full((50, 28, 28, 3), 128, np.uint8)
    assert residuals.residual_rms(flat).max() == 0
    noisy, stronger = (
        CORRUPTIONS["gaussian"](flat, strength, words_of_rows(0, "any", 28, "test", np.arange(50)))
        for strength in (20.0, 40.0)
    )
    assert 0 < residuals.residual_rms(noisy).mean() < residuals.residual_rms(stronger).mean()
    x = np.arange(28)
    wave = np.clip(128 + 40 * np.sin(2 * np.pi * x / 7), 0, 255).astype(np.uint8)
    waves = np.broadcast_to(wave[None, None, :, None], (5, 28, 28, 3))
    spectrum = residuals.power_spectrum(waves)
    assert residuals.wave_power(spectrum, 7, 0) > 100 * residuals.wave_power(spectrum, 7, 90)
    white = residuals.power_spectrum(rng.normal(0, 10, (400, 28, 28, 1)).repeat(3, axis=3))
    assert np.delete(white.ravel(), 14 * 28 + 14).mean() == pytest.approx(100, rel=0.05)


def test_tables_of_a_conditional_gan():
    seen, wanted = np.array([0, 0, 1, 0]), np.array([0, 0, 1, 1])
    features = np.random.default_rng(0).normal(size=(4, 3))
    table = gan_scores.per_class(seen, features, wanted, np.array([0, 1, 1, 1]), features)
    assert table.gan_test.tolist() == [1.0, 0.5]
    assert table.training_share.tolist() == [0.25, 0.75]
    assert table.seen_share.tolist() == [0.75, 0.25]
    plain = gan_scores.per_class(seen, features, None, np.array([0, 1, 1, 1]), features)
    assert "gan_test" not in plain
