"""Saving and loading trained networks; the same network gives the same bytes."""

import json
import re
import zipfile
from pathlib import Path

import h5py
import keras

from misread.errors import MisreadError

LONG_AGO = (2011, 8, 1, 0, 0, 0)  # any fixed date
LFS = b"version https://git-lfs"
UNKNOWN = re.compile(r"Could not locate class '(\w+)'|Unknown layer: '?(\w+)'?")
OBJECT_ID = re.compile(r'(?<="shared_object_id": )\d+')


def save(model: keras.Model, path: Path) -> None:
    """Write a ``.keras`` file for prediction, without optimizer state, dates and memory addresses."""
    raw = path.with_suffix(".raw.keras")
    try:
        keras.Model(model.inputs, model.outputs, name=model.name).save(raw)
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w") as target:
            for member in sorted(source.namelist()):
                content = source.read(member)
                if member == "metadata.json":
                    metadata = json.loads(content)
                    metadata.pop("date_saved")
                    content = json.dumps(metadata).encode()
                elif member == "config.json":
                    content = _number_objects(content.decode()).encode()
                target.writestr(zipfile.ZipInfo(member, LONG_AGO), content)
    finally:
        raw.unlink(missing_ok=True)


def _number_objects(config: str) -> str:
    """Replace the memory addresses that Keras uses as ids of shared objects by 0, 1, 2, ... in order of appearance."""
    numbers: dict[str, int] = {}
    return OBJECT_ID.sub(lambda match: str(numbers.setdefault(match[0], len(numbers))), config)


def load(path: Path) -> keras.Model:
    """Read a network for prediction.

    Raises:
        MisreadError: the file is missing, or Keras 3 cannot read it; the message says what is wrong and what to do.
    """
    if not path.exists():
        raise MisreadError(f"{path}: no such file; `dvc repro` or `dvc pull` brings it")
    if path.is_dir():
        what = "a SavedModel folder, which Keras 3 does not load" if (path / "saved_model.pb").exists() else "a folder"
        raise MisreadError(f"{path}: {what}; save the network as one file, with `model.save('model.keras')`")
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # Keras raises many types of exceptions
        raise MisreadError(f"{path}: {_obstacle(path, ' '.join(str(error).split()))}") from None


def version(path: Path) -> str | None:
    """Read which version of Keras wrote a file, as ``2.13.1``; None: the file is broken or does not say."""
    try:
        if h5py.is_hdf5(path):
            with h5py.File(path) as file:
                if "model_config" not in file.attrs:
                    return None
                found = file.attrs.get("keras_version", "2")
                return found.decode() if isinstance(found, bytes) else found  # bytes: as the first Keras 2 wrote it
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("metadata.json"))["keras_version"]
    except (OSError, zipfile.BadZipFile, KeyError, RuntimeError, ValueError):
        return None


def _obstacle(path: Path, reason: str) -> str:
    """Say why Keras could not load a file, and what to do about it."""
    if h5py.is_hdf5(path):
        kind, suffixes = "an HDF5 file", (".h5", ".hdf5")
        try:
            with h5py.File(path) as file:
                if "model_config" not in file.attrs:
                    return (
                        "an HDF5 file of weights alone, without the network; save both, with "
                        "`model.save('model.keras')`"
                    )
        except (OSError, RuntimeError):
            return "a broken HDF5 file, or only a part of one"
    elif zipfile.is_zipfile(path):
        kind, suffixes = "a .keras file", (".keras",)
    else:
        with open(path, "rb") as file:
            if file.read(len(LFS)) == LFS:
                return "a pointer of Git LFS, not the file itself; `git lfs pull` brings it"
        return "neither a .keras file nor an HDF5 file of Keras, or only a part of one"
    if path.suffix not in suffixes:
        return f"{kind} under another name; let it end in {suffixes[0]}"
    if unknown := UNKNOWN.search(reason):
        return f"{kind} with {unknown[1] or unknown[2]}, which Keras does not know; only its own layers can be read"
    if "Lambda" in reason:
        return f"{kind} with a Lambda layer, Python code that is not run; use Keras's own layers instead"
    cause = reason.rpartition("Exception encountered: ")[2][:200]
    found = version(path)
    if found in (None, keras.__version__):
        return f"{kind} that is damaged, or with parts that Keras does not load ({cause})"
    return (
        f"{kind} of Keras {found} that Keras {keras.__version__} does not read ({cause}); "
        "build the network with Keras 3, take the weights over with `model.load_weights`, and save it with "
        "`model.save('model.keras')`"
    )
