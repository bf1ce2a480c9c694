"""What can be opened as a classifier, and what is told of anything else."""

import pickle
import sys
import zipfile

import numpy as np
import pytest

from misread.errors import MisreadError
from misread.own.models import opened
from misread.own.models.opened import open_model

FUNCTION = "def predict(images):\n    return [[0, 1, 2]] * len(images)\n"


def pytorch(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", b"\x80\x02.")


def lfs_pointer(path):
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n")


def saved_model(path):
    (path / "export").mkdir(parents=True)
    (path / "export/saved_model.pb").touch()


@pytest.mark.parametrize(
    ("name", "write", "told"),
    [
        ("x.keras", lambda path: None, "no such file or folder; expected a .keras or .h5 file"),
        ("x.onnx", lambda path: path.touch(), "an empty file"),
        ("x.onnx", lfs_pointer, "`git lfs pull` brings it"),
        ("x.keras", lfs_pointer, "`git lfs pull` brings it"),
        ("x.pkl", lambda path: path.write_bytes(b"anything"), "a pickle, which is not opened, as that would run code"),
        ("x.joblib", lambda path: path.write_bytes(b"anything"), "a pickle, which is not opened"),
        ("x.model", lambda path: path.write_bytes(pickle.dumps({})), "a pickle, which is not opened"),
        ("x.h5", lambda path: path.write_bytes(pickle.dumps({}, protocol=2)), "a pickle, which is not opened"),
        ("x.ckpt", pytorch, "export the network to ONNX, or give a function that predicts with it"),
        ("x.tflite", lambda path: path.write_bytes(b"\0\0\0\0TFL3"), "a TensorFlow Lite file, which is not run"),
        ("x.safetensors", lambda path: path.write_bytes(b"\0"), "weights alone; export the network"),
        ("x.py", lambda path: path.write_text(FUNCTION), "name the function in it that predicts"),
        ("saved_model.pb", lambda path: path.write_bytes(b"\n"), "a part of a SavedModel folder; give the folder"),
        ("x.pb", lambda path: path.write_bytes(b"\n"), "a graph of TensorFlow 1, which is not opened"),
        ("x.txt", lambda path: path.write_text("net"), "of no known kind; expected a .keras or .h5 file of Keras"),
        ("x", lambda path: path.mkdir(), "a folder without saved_model.pb, expected a SavedModel folder"),
        ("x", saved_model, "x/export is"),
        ("x.bin", lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n"), "HDF5"),
        ("x.h5", lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n"), "a broken HDF5 file, or only a part of one"),
        ("x.keras", lambda path: path.write_bytes(b"PK\x03\x04"), "or only a part of one"),
        ("x.onnx", lambda path: path.write_bytes(b"\x08\x07"), "cannot run it, expected a whole ONNX file"),
    ],
)
def test_what_is_no_model_is_told_in_one_line(tmp_path, name, write, told):
    write(tmp_path / name)
    with pytest.raises(MisreadError) as error:
        open_model(str(tmp_path / name))
    assert str(error.value).startswith(f"{tmp_path / name}: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("x.onnx", "onnxruntime", "onnx"),
        ("x.keras", "keras", "tensorflow"),
        ("x.h5", "h5py", "tensorflow"),
        ("x/saved_model.pb", "tensorflow", "tensorflow"),
    ],
)
def test_a_missing_package_is_named_with_the_extra_that_adds_it(tmp_path, monkeypatch, name, package, extra):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"anything")
    monkeypatch.setitem(sys.modules, package, None)
    path = file.parent if file.suffix == ".pb" else file
    with pytest.raises(MisreadError) as error:
        open_model(str(path))
    assert str(error.value) == f"{path}: needs {package}; `pip install 'misread[{extra}]'` adds it"


def test_a_package_that_cannot_be_imported_is_told_in_one_line(tmp_path, monkeypatch):
    def broken(path, threads):
        raise ImportError("no such library")

    (tmp_path / "x.onnx").write_bytes(b"anything")
    monkeypatch.setattr(opened, "_open_onnx", broken)
    with pytest.raises(MisreadError, match=r"x.onnx: .* cannot be imported \(ImportError: no such library\)"):
        open_model(str(tmp_path / "x.onnx"))


def test_a_size_is_set_where_the_model_takes_any(tmp_path):
    (tmp_path / "net.py").write_text(FUNCTION)
    spec = f"{tmp_path}/net.py:predict"
    model = open_model(spec)
    assert (model.height, model.width) == (None, None)
    model = open_model(spec, size=(20, 30))
    assert (model.height, model.width) == (20, 30)
    assert model.predict(np.zeros((2, 20, 30, 3), np.uint8)).tolist() == [[0, 1, 2], [0, 1, 2]]
