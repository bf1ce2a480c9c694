"""Shared by the tests of measurements of one's own: a small data set, and a classifier of it that noise breaks."""

from typing import NamedTuple

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

BANDS = 3  # classes: which third of the rows is brighter


class Bands(NamedTuple):
    """Images with a bright band, uint8 ``(N, 9, 6, 3)``, and which band it is, int64 ``(N,)``."""

    images: np.ndarray
    labels: np.ndarray

    @staticmethod
    def predict(batch):
        """Logits: the mean grey level of each band."""
        return batch.astype(np.float32).mean(axis=(2, 3)).reshape(len(batch), BANDS, 3).mean(axis=2) / 10

    def write(self, folder, names=("first", "second", "third")):
        """Write the images as PNG files in a folder for each class."""
        for row, (image, label) in enumerate(zip(self.images, self.labels, strict=True)):
            path = folder / names[label] / f"{row:03}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(path)
        return folder

    def code(self, path):
        """Write a Python file with the classifier."""
        path.write_text(
            "import numpy as np\n\n"
            "def predict(batch):\n"
            "    rows = batch.astype(np.float32).mean(axis=(2, 3))\n"
            f"    return rows.reshape(len(batch), {BANDS}, 3).mean(axis=2) / 10\n"
        )
        return path


def draw_bands(count: int, seed: int = 0) -> Bands:
    """Images of different contrast, of which noise breaks some sooner than others."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % BANDS
    images = rng.integers(80, 100, (count, 9, 6, 3))
    contrast = rng.integers(8, 40, count)
    for row, label in enumerate(labels):
        images[row, 3 * label : 3 * label + 3] += contrast[row]
    return Bands(images.astype(np.uint8), labels.astype(np.int64))


@pytest.fixture(scope="session")
def bands() -> Bands:
    """240 images."""
    return draw_bands(240)


@pytest.fixture(scope="session")
def few_bands() -> Bands:
    """30 images, for tests of files."""
    return draw_bands(30)


@pytest.fixture
def one_process(monkeypatch):
    """Images are decoded in this process: starting others takes longer than a few small images."""
    monkeypatch.setenv("MISREAD_WORKERS", "1")


class Colours(NamedTuple):
    """Images of about one colour each, uint8 ``(N, 8, 12, CHANNELS)``, their classes and the colours of these."""

    images: np.ndarray
    labels: np.ndarray
    centres: np.ndarray  # float32, (CLASSES, CHANNELS), 0 to 1

    def write(self, folder, names):
        """Write the images as PNG files in a folder for each class."""
        for row, (image, label) in enumerate(zip(self.images, self.labels, strict=True)):
            path = folder / names[label] / f"{row:03}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[..., 0] if image.shape[2] == 1 else image).save(path)
        return folder

    def scores(self, sharp=20):
        """Scores of the model of `write_onnx`."""
        colours = self.images.astype(np.float32).mean(axis=(1, 2)) / 255
        return sharp * (2 * colours @ self.centres.T - (self.centres**2).sum(axis=1))

    def write_onnx(self, path, order="RGB", channels_first=False, softmax=False, batch="N", sharp=20):
        """Write a network that finds the class of the nearest colour; it expects values from 0 to 1."""
        centres = self.centres[:, ::-1] if order == "BGR" else self.centres
        height, width, channels = self.images.shape[1:]
        shape = (batch, channels, height, width) if channels_first else (batch, height, width, channels)
        scores = "scores" if softmax else "y"
        nodes = [
            helper.make_node("ReduceMean", ["x"], ["colour"], axes=[2, 3] if channels_first else [1, 2], keepdims=0),
            helper.make_node("MatMul", ["colour", "weights"], ["product"]),
            helper.make_node("Add", ["product", "bias"], [scores]),
            *([helper.make_node("Softmax", [scores], ["y"], axis=1)] if softmax else []),
        ]
        graph = helper.make_graph(
            nodes,
            "net",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, (batch, len(centres)))],
            [
                numpy_helper.from_array(np.ascontiguousarray(2 * sharp * centres.T), "weights"),
                numpy_helper.from_array(-sharp * (centres**2).sum(axis=1), "bias"),
            ],
        )
        opset = [helper.make_opsetid("", 13)]
        onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
        return path


def draw_colours(count: int, classes: int, channels: int = 3) -> Colours:
    """Images with a little noise around the colour of their class."""
    rng = np.random.default_rng(5)
    centres = rng.permuted(np.linspace(0.15, 0.85, classes, dtype=np.float32)[:, None].repeat(channels, 1), axis=0)
    labels = np.arange(count) % classes
    colours = 255 * centres[labels] + rng.normal(0, 6, (count, channels))
    images = colours[:, None, None] + rng.normal(0, 5, (count, 8, 12, channels))
    return Colours(images.clip(0, 255).astype(np.uint8), labels, centres)


@pytest.fixture(scope="session")
def colours() -> Colours:
    """90 images of 6 classes."""
    return draw_colours(90, 6)


@pytest.fixture(scope="session")
def greys() -> Colours:
    """60 grey images of 4 classes."""
    return draw_colours(60, 4, channels=1)


@pytest.fixture
def without_drawing(monkeypatch):
    """The page is only a word: to draw the figures takes long."""

    def build(shown, folder):
        folder.mkdir()
        return "page"

    monkeypatch.setattr("misread.own.result_page.build", build)
