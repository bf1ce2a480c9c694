"""Trained networks on disk, byte for byte the same when the network is."""

import json
import re
import zipfile
from pathlib import Path

import keras

from misread.errors import MisreadError

LONG_AGO = (2011, 8, 1, 0, 0, 0)  # any fixed date
OBJECT_ID = re.compile(r'(?<="shared_object_id": )\d+')


def save(model: keras.Model, path: Path) -> None:
    """Write a ``.keras`` file for prediction: no optimizer state, none of the dates and addresses of Keras."""
    raw = path.with_suffix(".raw.keras")
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
    raw.unlink()


def _number_objects(config: str) -> str:
    """Replace the memory addresses by which Keras tells shared objects apart by 0, 1, 2, ... in order of appearance."""
    numbers: dict[str, int] = {}
    return OBJECT_ID.sub(lambda match: str(numbers.setdefault(match[0], len(numbers))), config)


def load(path: Path) -> keras.Model:
    """Read a network for prediction.

    Raises:
        MisreadError: there is no such file, or it is no Keras network.
    """
    if not path.is_file():
        raise MisreadError(f"{path}: no such file; `dvc repro` or `dvc pull` brings it")
    try:
        return keras.models.load_model(path, compile=False)
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise MisreadError(f"{path}: not a Keras network ({' '.join(str(error).split())[:200]})") from None
