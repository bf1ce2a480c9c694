"""Training steps and predictions of each network, and training steps of the GANs, against PyTorch.

The batch lies in memory, so that the input pipelines are out of it; see `input_cost`. The peer has the same layers,
weights and optimizer; that it computes the same is checked first.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
import torch
from contest import THREADS, Result, contest
from torch_peer import TorchPeer

from misread import params
from misread.gans.adversarial import Adversarial
from misread.gans.fitting import KINDS
from misread.gtsrb import classes
from misread.inference import predictions
from misread.network import Settings
from misread.params.schema import Gan, GanTraining
from misread.training import backbones
from misread.training import classifier as training
from misread.training.determinism import make_deterministic

ROUNDS = 20
TOLERANCE = 1e-3  # of logits, between the two libraries


def built(name: str, settings: Settings) -> keras.Model:
    """A compiled network as it is trained: a backbone with its batch normalisation folded in, from random weights."""
    if not hasattr(settings, "cut"):
        return training.build(name, settings, None, total_steps=1000)
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "backbone.weights.h5"
        backbones.save_weights(backbones.cut_backbone(name, settings.image_size, settings.cut), weights)
        return training.build(name, settings, weights, total_steps=1000)


def classifier(name: str, settings: Settings) -> list[Result]:
    """A training step of one network, and its prediction of a batch."""
    model, rng = built(name, settings), np.random.default_rng(0)
    size = settings.image_size
    images = rng.integers(0, 256, (predictions.BATCH, size, size, 3), np.uint8)
    labels = rng.integers(0, classes.COUNT, settings.batch_size)
    batch = images[: settings.batch_size]
    peer = TorchPeer(model).to(memory_format=torch.channels_last)
    peer.eval()
    difference = abs(peer_scores(peer, batch) - model.predict_on_batch(batch)).max()
    if difference > TOLERANCE:
        raise AssertionError(f"{name}: PyTorch's logits are {difference} away from Keras's")
    shape = f"{len(batch)} images of {size} px"
    return [
        *contest(
            f"{name}, prediction, {len(images)} images of {size} px",
            lambda: model.predict_on_batch(images), {"PyTorch": lambda: peer_scores(peer, images)}, ROUNDS,
        ),
        *contest(
            f"{name}, training step, {shape}", keras_step(model, batch, labels),
            {"PyTorch": torch_step(peer, settings, batch, labels)}, ROUNDS,
        ),
    ]  # fmt: skip


def in_torch(images: np.ndarray) -> torch.Tensor:
    """A batch with channels before rows, in the order of memory that it has."""
    return torch.from_numpy(images).permute(0, 3, 1, 2)


def peer_scores(peer: TorchPeer, images: np.ndarray) -> np.ndarray:
    """Logits of a batch."""
    with torch.inference_mode():
        return peer(in_torch(images)).numpy()


def keras_step(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> Callable[[], object]:
    """A step as `fit` takes it, on one batch again and again."""
    model.make_train_function()
    batches = iter(tf.data.Dataset.from_tensors((images, labels)).repeat())
    return lambda: keras.ops.convert_to_numpy(model.train_function(batches)["loss"])


def torch_step(peer: TorchPeer, settings: Settings, images: np.ndarray, labels: np.ndarray) -> Callable[[], object]:
    """The same step by PyTorch."""
    optimizer = torch.optim.AdamW(
        peer.parameters(), settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    batch, target = in_torch(images), torch.from_numpy(labels)
    loss_of = torch.nn.CrossEntropyLoss()

    def step() -> float:
        peer.train()
        optimizer.zero_grad()
        loss = loss_of(peer(batch), target)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def gan(kind: str, settings: Gan) -> list[Result]:
    """A training step of one kind of GAN."""
    rng, count = np.random.default_rng(0), settings.training.batch_size
    images = rng.integers(0, 256, (count, settings.image_size, settings.image_size, 3), np.uint8)
    labels = rng.integers(0, classes.COUNT, count)
    model = KINDS[kind](settings, 0)
    model.compile()
    step = torch_gan_step(model, settings.training, images, labels if kind == "cgan" else None)
    return contest(
        f"{kind}, training step, {count} real images of {settings.image_size} px",
        lambda: float(model.train_step((tf.constant(images), tf.constant(labels)))["generator_loss"]),
        {"PyTorch": step}, ROUNDS,
    )  # fmt: skip


def torch_gan_step(
    model: Adversarial, settings: GanTraining, images: np.ndarray, labels: np.ndarray | None
) -> Callable[[], object]:
    """The same updates by PyTorch, the moving average of the generator's weights included."""
    generator, ema_generator, discriminator = (
        TorchPeer(one) for one in (model.generator, model.ema_generator, model.discriminator)
    )
    optimizers = {
        one: torch.optim.Adam(one.parameters(), settings.learning_rate, (settings.beta_1, 0.999), fused=True)
        for one in (generator, discriminator)
    }
    known = [] if labels is None else [torch.from_numpy(labels)]
    entropy = torch.nn.functional.softplus  # of binary cross-entropy on logits
    pairs = list(zip(ema_generator.state_dict().values(), generator.state_dict().values(), strict=True))
    pairs = [pair for pair in pairs if pair[0].is_floating_point()]

    def step() -> float:
        real = in_torch(images).float() / 127.5 - 1
        fake = generator(torch.randn(len(images), settings.latent_size), *known)
        optimizers[discriminator].zero_grad()
        on_real, on_fake = discriminator(real, *known), discriminator(fake.detach(), *known)
        (entropy(-on_real).mean() + entropy(on_fake).mean()).backward()
        optimizers[discriminator].step()
        optimizers[generator].zero_grad()
        loss = entropy(-discriminator(fake, *known)).mean()
        loss.backward()
        optimizers[generator].step()
        with torch.no_grad():
            torch._foreach_lerp_([mean for mean, _ in pairs], [value for _, value in pairs], 1 - settings.ema)
        return loss.item()

    return step


def results() -> list[Result]:
    """All of them, with the study's settings."""
    settings = params.load()
    make_deterministic(0, THREADS)
    torch.set_num_threads(THREADS)
    found = [one for name in settings.networks.names for one in classifier(name, settings.networks[name])]
    return found + [one for kind in KINDS for one in gan(kind, settings.gan)]
