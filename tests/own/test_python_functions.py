"""Functions of the user's as classifiers."""

import sys

import numpy as np
import pytest

from misread.errors import MisreadError
from misread.own.models.opened import open_model
from misread.own.models.python_functions import as_model

CODE = """
import numpy as np
from beside import CLASSES

class Tensor:  # as PyTorch's
    def __init__(self, values): self.values = values
    def detach(self): return self
    def cpu(self): return self
    def numpy(self): return self.values

class Net:
    def __call__(self, images): return predict(images)

net = Net()
number = 3
def predict(images):
    assert images.dtype == np.uint8
    return images.mean(axis=(1, 2))[:, :CLASSES]
def torch(images): return Tensor(predict(images))
def listed(images): return predict(images).tolist()
def labels(images): return predict(images).argmax(axis=1)
def nothing(images): pass
def ragged(images): return [[1, 2], [3]]
def nan(images): return predict(images) * np.nan
def two(images, size): return predict(images)
def failing(images):
    return images.no_such
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with `net.py` and a module that it imports; nothing of it stays imported."""
    (tmp_path / "net.py").write_text(CODE)
    (tmp_path / "beside.py").write_text("CLASSES = 2\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package/inner.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", None) or tmp_path):
            del sys.modules[name]


@pytest.mark.parametrize("place", ["net.py", "net", "package.inner", "./net.py", "package/../net.py"])
@pytest.mark.parametrize("name", ["predict", "torch", "listed", "net"])
def test_a_function_predicts_images_as_they_are(folder, place, name):
    model = open_model(f"{place}:{name}")
    assert (model.name, model.kind, model.takes_images) == (f"{place}:{name}", "Python function", True)
    assert (model.height, model.width, model.channels, model.batch, model.classes) == (None,) * 5
    assert [file.suffix for file in model.files] == [".py"]
    images = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)
    scores = model.predict(images)
    assert scores.dtype == np.float32
    assert scores.tolist() == images.mean(axis=(1, 2))[:, :2].tolist()


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("other.py:predict", "other.py: no such file; expected a Python file"),
        ("net.py:other", "net.py:other: net.py has no other; expected a function that takes a batch of images"),
        ("net.py:number", "net.py:number: of type int; expected a function"),
        ("net.py:Net", "net.py:Net: a class; expected a function that takes a batch of images, or an object"),
        (
            "net.py:two",
            "net.py:two: takes (images, size); expected a function that takes a batch of images as its only",
        ),
        ("no_such.module:predict", "no_such.module: no such module, neither in "),
        ("package.other:predict", "package.other: no such module, neither in "),
        (
            "broken.py:predict",
            "broken.py: importing it fails, ZeroDivisionError: division by zero (line 2 of broken.py)",
        ),
        ("needy:predict", "needy: importing it fails, ModuleNotFoundError: No module named 'no_such_package'"),
        ("script.py:predict", "script.py: importing it fails, SystemExit: 2 (line 2 of script.py)"),
        ("syntax.py:predict", "syntax.py: importing it fails, SyntaxError: "),
    ],
)
def test_what_is_no_such_function_is_told_in_one_line(folder, spec, told):
    (folder / "broken.py").write_text("\n1 / 0\n")
    (folder / "needy.py").write_text("import no_such_package\n")
    (folder / "script.py").write_text("import sys\nsys.exit(2)\n")
    (folder / "syntax.py").write_text("def predict(:\n")
    with pytest.raises(MisreadError) as error:
        open_model(spec)
    assert str(error.value).startswith(told)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("labels", "gives an array of shape (2,) for 2 images, expected (2, CLASSES): a score for each class"),
        ("nothing", "gives values of dtype object, expected numbers"),
        ("ragged", "gives a list, expected an array of scores (ValueError: "),
        ("nan", "gives NaN for some images, 2 of 2, expected finite scores"),
        (
            "failing",
            "fails on images (2, 4, 4, 3), AttributeError: 'numpy.ndarray' object has no attribute 'no_such' "
            f"(line {CODE.count(chr(10))} of net.py)",
        ),
    ],
)
def test_what_a_function_does_wrong_is_told_in_one_line(folder, name, told):
    model = open_model(f"net.py:{name}")
    with pytest.raises(MisreadError) as error:
        model.predict(np.zeros((2, 4, 4, 3), np.uint8))
    assert str(error.value).startswith(f"net.py:{name}: {told}")
    assert "\n" not in str(error.value)


def test_a_function_at_hand_is_taken_too():
    model = as_model(lambda images: images.mean(axis=(1, 2)), "mine")
    assert (model.name, model.takes_images, model.files) == ("mine", True, ())
    assert model.predict(np.ones((2, 4, 4, 3), np.uint8)).tolist() == [[1, 1, 1]] * 2
    with pytest.raises(MisreadError, match=r"^mine: of type list; expected a function that takes a batch of images$"):
        as_model([], "mine")
