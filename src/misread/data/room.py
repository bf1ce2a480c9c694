"""Disk space for the data sets. Each stage that writes data sets checks it, as a disk may fill up at any time."""

import os
import shutil
from pathlib import Path

from dvc.config import Config

from misread import paths
from misread.errors import MisreadError
from misread.gtsrb import content
from misread.params import Params, yaml12

ARCHIVE_IMAGE = 10_000  # approximate size of an image in the archives, bytes


def require(settings: Params, stage: str) -> None:
    """Check that the disk has room for the data sets that this stage and the later stages write.

    Args:
        settings: the parameters.
        stage: name of the stage in ``dvc.yaml``.

    Raises:
        MisreadError: there is not enough room; the message names the disk and a remedy.

    """
    cache = _existing(Path(Config(".dvc")["cache"].get("dir") or ".dvc/cache").absolute())
    data = _existing(paths.CLEAN.parent.absolute())
    sets = bytes_of_sets(settings)
    own = sets.pop(stage)
    if stage != "download":
        del sets["download"]
        sets.pop("prepare", None)
    if cache.stat().st_dev != data.stat().st_dev:
        _compare(own, data)
    if own + sum(sets.values()) > shutil.disk_usage(cache).free:
        _compare(own + sum(size for name, size in sets.items() if not is_held(name, cache)), cache)


def bytes_of_sets(settings: Params) -> dict[str, int]:
    """Approximate size of the outputs of each data stage, in bytes."""
    cap = settings.data.images_per_class or float("inf")
    images = sum(min(one["images"], cap) for one in content.pinned()["train"])
    images += sum(min(one["images"], cap // 3) for one in content.pinned()["test"])
    one_copy = int(images) * sum(3 * size**2 + 8 for size in set(settings.image_sizes.values()))
    noises = [f"noise@{paths.noisy_set(*one)}" for one in settings.noise.sets]
    return {"download": int(images) * ARCHIVE_IMAGE} | dict.fromkeys(["prepare", *noises], one_copy)


def is_held(stage: str, cache: Path) -> bool:
    """Whether the cache holds the outputs of a stage for the current parameters, according to ``dvc.lock``."""
    if not Path("dvc.lock").exists():
        return False
    locked = yaml12.load(Path("dvc.lock").read_text(encoding="utf-8"))["stages"]
    parameters = yaml12.load(Path("params.yaml").read_text(encoding="utf-8"))
    makers = {output["path"]: name for name, entry in locked.items() for output in entry.get("outs", [])}

    def holds(name: str) -> bool:
        if name not in locked:
            return False
        entry = locked[name]
        recorded = entry.get("params", {}).get("params.yaml", {})
        if any(_value(parameters, key) != value for key, value in recorded.items()):
            return False
        for dependency in entry["deps"]:
            maker = makers.get(dependency["path"])
            if maker and (dependency not in locked[maker]["outs"] or not holds(maker)):
                return False
        return all(_object(cache, output["md5"]).exists() for output in entry["outs"])

    return holds(stage)


def _value(parameters: dict, key: str) -> object:
    for part in key.split("."):
        parameters = parameters.get(part) if isinstance(parameters, dict) else None
    return parameters


def _object(cache: Path, md5: str) -> Path:
    return cache / "files/md5" / md5[:2] / md5[2:]


def _compare(needed: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise MisreadError(
            f"{os.path.relpath(folder)}: its disk has {free / 1e9:.1f} GB free, but the data sets of these parameters "
            f"need {needed / 1e9:.1f} GB more; `dvc cache dir --local FOLDER` moves them to another disk, "
            "`dvc gc --workspace` removes those of other parameters"
        )


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())
