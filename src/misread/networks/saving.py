"""Trained networks on disk, byte for byte the same when the network is."""

import json
import zipfile
from pathlib import Path

import keras

from misread.errors import MisreadError

LONG_AGO = (2011, 8, 1, 0, 0, 0)  # any fixed date


def save(model: keras.Model, path: Path) -> None:
    """Write a ``.keras`` file without the dates that Keras puts in."""
    dated = path.with_suffix(".dated.keras")
    model.save(dated)
    with zipfile.ZipFile(dated) as source, zipfile.ZipFile(path, "w") as target:
        for member in sorted(source.namelist()):
            content = source.read(member)
            if member == "metadata.json":
                metadata = json.loads(content)
                metadata.pop("date_saved")
                content = json.dumps(metadata).encode()
            target.writestr(zipfile.ZipInfo(member, LONG_AGO), content)
    dated.unlink()


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
