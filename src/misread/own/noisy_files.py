"""Noisy copies of images as files, for models that run elsewhere."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from PIL import Image

from misread.data import store, texts
from misread.data.resize import RESIZE_POLICIES, own_box
from misread.errors import MisreadError
from misread.metrics.accuracy import CLEAN
from misread.noise import quality
from misread.noise.apply import add_noise
from misread.own.images.collection import Collection
from misread.own.images.resized import left_out
from misread.own.result import refuse_existing
from misread.own.settings import Settings
from misread.parallel import workers

if TYPE_CHECKING:
    from misread.own.files import Request

MANIFEST, SETTINGS = "manifest.csv", "settings.json"
BLOCK = 64  # images that a process writes at a time
COLUMNS = ["image", "noise_type", "strength", "file", "label", "mse", "pixels"]


def write(request: Request) -> int:
    """Write the noisy copies, and a manifest with a row for each file.

    Args:
        request: its ``data``, ``out``, and the options of `misread noise`.

    Returns:
        Number of files.

    Raises:
        MisreadError: an option or an image is wrong, or the folder exists; nothing was written.

    """
    chosen = request.settings()
    if request.out.exists():
        raise MisreadError(f"{request.out}: exists; name a folder that does not exist yet")
    refuse_existing(request.out, overwrite=False)
    collection = request.collection()
    rows = request.rows(np.asarray(collection.labels), chosen.seed)
    with store.complete_or_absent(request.out) as folder:
        folder.mkdir()
        block = partial(_write_block, request, collection, rows, chosen, folder)
        parts = [part for _, part in workers.map_blocks(block, len(rows), "images", BLOCK, fresh=True, folder=folder)]
        table = pd.concat(parts, ignore_index=True)
        if table.empty:
            raise MisreadError(f"{collection.title}: none of the images can be read")
        table.to_csv(folder / MANIFEST, index=False)
        (folder / SETTINGS).write_text(texts.as_json(chosen.as_dict()), encoding="utf-8")
    written = set(table.image)
    lost = [collection.names[row] for row in rows if collection.names[row] not in written]
    for note in (*collection.notes, *([left_out(lost)] if lost else [])):
        print(note)
    return len(table)


def _write_block(
    request: Request, collection: Collection, rows: np.ndarray, chosen: Settings, folder: Path, start: int, stop: int
) -> pd.DataFrame:
    """Write the copies of some images, and return their rows of the manifest."""
    written = []
    for row in rows[start:stop]:
        try:
            image = collection.read(row).image
        except MisreadError:
            if not request.skip_unreadable:
                raise
            continue
        square, box = _resized(collection, row, image, request)
        clean = square[None]
        label = collection.classes[collection.labels[row]]
        for kind, strength, noisy in _copies(clean, row, chosen):
            name = "clean" if kind == CLEAN[0] else f"{kind}-{strength!r}".removesuffix(".0")
            path = folder / name / f"{collection.names[row]}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(noisy[0]).save(path)
            errors = quality.errors(clean, noisy, np.array([box]))
            file = path.relative_to(folder).as_posix()
            written.append((collection.names[row], kind, strength, file, label, errors.mean_square, errors.pixels))
    return pd.DataFrame(written, columns=COLUMNS)


def _copies(clean: np.ndarray, row: int, chosen: Settings):
    """An image without noise and with every noise: noise type, strength, image."""
    yield CLEAN[0], 0.0, clean
    for kind in chosen.noise_types:
        for strength in chosen.measured(kind):
            yield (
                kind,
                strength,
                add_noise(
                    clean, np.array([row]), noise_type=kind, strength=strength, options=chosen.options[kind],
                    seed=chosen.seed, split="test",
                ),
            )  # fmt: skip


def _resized(
    collection: Collection, row: int, image: np.ndarray, request: Request
) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """An image at the size that is asked for, or at its own, and which of its pixels are not padding."""
    height, width = image.shape[:2]
    if request.size is None:
        return image, (0, 0, height, width)
    roi = (0, 0, width, height) if collection.rois is None else tuple(collection.rois[row].tolist())
    resized = RESIZE_POLICIES[request.resize](image, roi, request.size)
    return resized, own_box(request.resize, (height, width), roi, request.size)
