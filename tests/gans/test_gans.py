"""The GANs: parameter counts, losses, training steps, and what ends a training."""

import cv2
import keras
import numpy as np
import pandas as pd
import pytest

from misread import params
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.gans import adversarial, cgan, evaluator, fitting, gan, losses, sampling
from misread.gtsrb import classes
from misread.networks import NETWORKS
from misread.params import gan_sections
from misread.training import saving

SETTINGS = params.load(ROOT / "params.yaml")
GAN = SETTINGS.gan
SMALL = GAN.model_copy(update={"image_size": 16})


def trainable(model):
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)


def test_plain_networks_have_the_sizes_of_the_study():
    assert trainable(gan.generator(GAN)) == 3_117_232
    assert gan.discriminator(GAN).count_params() == 1_336_321


def test_conditional_networks_add_an_embedding_and_no_more():
    size = GAN.kinds.cgan.embedding_size
    assert trainable(cgan.generator(GAN)) == 3_117_232 + size * classes.COUNT + size * 128
    assert cgan.discriminator(GAN).count_params() == 1_336_321 + 256 * classes.COUNT
    kind = GAN.kinds.cgan.model_copy(update={"condition": "concat"})
    concat = GAN.model_copy(update={"kinds": GAN.kinds.model_copy(update={"cgan": kind})})
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


THREADS = SETTINGS.threads


def short(kind, signs, folder, **changes):
    settings = SMALL.training.model_copy(update={"batch_size": 32, "samples_every": 2, **changes})
    images, labels = signs
    return fitting.train(
        kind, SMALL.model_copy(update={"training": settings}), 3, images, labels, np.arange(512), 1, THREADS, folder
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", fitting.KINDS)
def test_training_is_deterministic_and_draws_samples(kind, signs, tmp_path):
    results, weights = [], []
    for run in ("a", "b"):
        (tmp_path / run).mkdir()
        model, history = short(kind, signs, tmp_path / run)
        results.append(history)
        weights.append(model.ema_generator.get_weights())
    saving.save(model.ema_generator, tmp_path / "b.keras")
    assert list(results[0]) == ["epoch", "discriminator_loss", "generator_loss", "real_accuracy", "fake_accuracy"]
    pd.testing.assert_frame_equal(*results)
    assert all((one == other).all() for one, other in zip(*weights, strict=True))
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["epoch-002.png", "epoch-003.png"]
    again = saving.load(tmp_path / "b.keras")
    latent, labels = sampling.latent_vectors(4, 100, 0), np.array([0, 1, 0, 1]) if kind == "cgan" else None
    images = sampling.generate(again, latent, labels)
    assert images.dtype == np.uint8
    assert images.shape == (4, 16, 16, 3)


def test_the_ema_follows_the_generator_faster_at_first():
    def moved(momentum, step):
        model = fitting.KINDS["cgan"](
            SMALL.model_copy(update={"training": SMALL.training.model_copy(update={"ema": momentum})}), 1
        )
        model.compile()
        for network, value in ((model.generator, 1.0), (model.ema_generator, 0.0)):
            for variable in network.weights:
                variable.assign(np.full(variable.shape, value))
        model.generator_optimizer.iterations.assign(step)
        model.update_ema()
        [share] = {float(value) for weights in model.ema_generator.get_weights() for value in np.unique(weights)}
        return share

    assert moved(momentum=0.0, step=1000) == 1
    assert moved(momentum=0.9, step=1000) == pytest.approx(0.1)
    assert moved(momentum=0.9, step=8) == pytest.approx(0.5)


def test_a_diverging_training_ends_with_a_clear_message():
    stop = fitting.StopOnCollapse(GAN.training.collapse)
    stop.set_model(fitting.KINDS["gan"](SMALL, 1))
    logs = dict.fromkeys(adversarial.RECORDED, 0.5)
    stop.on_epoch_end(0, logs)
    rate = SMALL.training.learning_rate
    with pytest.raises(MisreadError, match=rf"gan.training.learning_rate: {rate}: training diverged in epoch 2; try"):
        stop.on_epoch_end(1, logs | {"generator_loss": float("nan")})


@pytest.mark.slow
def test_a_discriminator_that_wins_outright_ends_the_training(signs, tmp_path):
    with pytest.raises(MisreadError, match=r"gan.training.collapse: the discriminator .* 50.1% .* 1 epochs"):
        short("gan", signs, tmp_path, collapse=gan_sections.Collapse(accuracy=0.501, epochs=1), learning_rate=0.001)


def test_samples_lie_row_by_row():
    images = np.arange(6, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    grid = sampling.grid(images, columns=3)
    assert grid.shape == (4, 6, 3)
    assert grid[::2, ::2, 0].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_samples_that_cannot_be_written_are_an_error(tmp_path):
    image = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    sampling.save_png(image, tmp_path / "image.png")
    assert (cv2.imread(str(tmp_path / "image.png"))[:, :, ::-1] == image).all()
    with pytest.raises(FileNotFoundError):
        sampling.save_png(image, tmp_path / "missing/image.png")


def test_grey_levels_survive_the_way_into_the_network_and_back():
    levels = np.arange(256, dtype=np.float32)
    assert (sampling.to_uint8(levels / 127.5 - 1) == levels).all()


def test_discriminators_decide_at_the_loss_s_threshold():
    image = keras.Input((2, 2, 3))
    brightness = keras.layers.Reshape((1,))(keras.layers.GlobalAveragePooling2D()(image)[:, :1])
    model = keras.Model(image, brightness)
    images = np.full((2, 2, 2, 3), [[[[100]]], [[[160]]]], np.uint8)  # logits about -0.2 and 0.25
    assert evaluator.taken_for_real(evaluator.decisions(model), "hinge", images).tolist() == [False, True]
    assert evaluator.taken_for_real(evaluator.decisions(model), "lsgan", images).tolist() == [False, False]


def test_an_evaluator_predicts_the_same_after_it_was_saved(tmp_path, monkeypatch):
    """A network that Keras has loaded gives its single output as a list, and batches are put together."""
    built = NETWORKS["cnn"].build(SETTINGS.downstream_network)
    saving.save(built, tmp_path / "evaluator.keras")
    images = np.random.default_rng(0).integers(0, 256, (10, 28, 28, 3), np.uint8)
    wanted = built.predict_on_batch(images).argmax(axis=1)
    monkeypatch.setattr(evaluator, "BATCH", 4)
    for network in (built, saving.load(tmp_path / "evaluator.keras")):
        seen, features = evaluator.classes_and_features(evaluator.with_features(network), images)
        assert (seen == wanted).all()
        assert features.shape == (10, 128)
