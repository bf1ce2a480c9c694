"""Measuring predictions that were made elsewhere, for the files of `misread noise`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from PIL import Image
from scipy.special import softmax

from misread.data import texts
from misread.errors import MisreadError
from misread.inference.predictions import are_probabilities
from misread.metrics.accuracy import CLEAN
from misread.noise import quality
from misread.own import broken_images, class_files, measured_tables, result
from misread.own.images.class_names import in_order, listed
from misread.own.noisy_files import COLUMNS, MANIFEST, SETTINGS
from misread.own.result import Result
from misread.own.settings import Settings

if TYPE_CHECKING:
    from misread.own.files import Request

SUFFIXES = (".csv", ".parquet")
KEYS = ["image", "noise_type", "strength"]
OF_FILES = [name for name in COLUMNS if name not in KEYS]  # the manifest's own columns
PREDICTED = ("prediction", "confidence")
INDEX = re.compile(r"Unnamed: \d+|__index_level_\d+__")  # pandas's names for columns with the numbers of rows
ROUNDED = 1e-5  # largest share by which a strength may differ from that of the manifest, as a float32 does
OPTIONS = (
    "size", "images", "split", "path_column", "label_column", "group_column", "skip_unreadable", "order", "values",
    "classes", "skip_unknown", "noise", "strengths", "seed",
)  # of a request that have no meaning for predictions  # fmt: skip


def is_table(model: str) -> bool:
    """Whether predictions are given in place of a model."""
    return Path(model).suffix.lower() in SUFFIXES


def measure(request: Request, chosen: Settings) -> Result:
    """Compute the result of predictions in a table.

    Args:
        request: its ``model`` is the table, its ``data`` the folder that `misread noise` wrote.
        chosen: the settings; the strengths are those of the folder.

    Raises:
        MisreadError: the table or the folder is not such, or a file has no prediction, or several.

    """
    _refuse_options(request)
    path, folder = Path(request.model), Path(request.data)
    found = _joined(path, folder)
    classes, prediction, confidence = _predictions(path, found, [*found.label.unique()], request.scores)
    place = {name: number for number, name in enumerate(classes)}
    images = {name: row for row, name in enumerate(dict.fromkeys(found.image))}
    sweep = found[["noise_type", "strength"]].assign(
        row=found.image.map(images), label=found.label.map(place), prediction=prediction, confidence=confidence
    )
    clean = sweep[sweep.noise_type == CLEAN[0]]
    if not (clean.label == clean.prediction).any():
        raise MisreadError(f"{path}: no image is classified correctly without noise; check the names of the classes")
    chosen = _settings_of(folder, chosen)
    name = request.name or path.name
    unsafe = class_files.read_unsafe(request.unsafe, classes)
    measured = result.of_predictions(name, sweep, _energy(found), classes, list(images), chosen, unsafe)
    shown = broken_images.choose(
        sweep,
        measured_tables.minimal_noise(sweep, chosen),
        chosen.noise_types,
        _from_files(folder, found, list(images)),
    )
    measured.settings.update(model={"name": name, "kind": "predictions"}, classes=list(classes), data=str(folder))
    remarks = _without_images(classes, found.label)
    for remark in remarks:
        print(remark)
    return replace(measured, remarks=(*remarks, *measured.remarks), examples=shown)


def _refuse_options(request: Request) -> None:
    """Refuse options that choose images or noises, or say what a model expects.

    Raises:
        MisreadError: some are given.

    """
    values = {f"--{name.replace('_', '-')}": getattr(request, name) for name in OPTIONS}
    if given := [name for name, value in values.items() if value not in (None, False, [])]:
        raise MisreadError(
            f"{', '.join(given)}: cannot be given with predictions: the images and the noises are those of the files"
        )


def _joined(path: Path, folder: Path) -> pd.DataFrame:
    """The manifest with the predictions of each file, whatever their order."""
    manifest = _manifest(folder)
    found = manifest.merge(_table(path, manifest), "left", on=KEYS, validate="one_to_one", indicator=True)
    missing = found[found._merge == "left_only"]
    if len(missing):
        raise MisreadError(
            f"{path}: {len(missing):,} of {len(found):,} files of {folder} have no prediction; the first is "
            f"{missing.file.iloc[0]}"
        )
    return found.drop(columns="_merge")


def _energy(found: pd.DataFrame) -> pd.DataFrame:
    """RMSE and PSNR of every noise, over the pixels of all files."""
    noisy = found[found.noise_type != CLEAN[0]]
    sums = noisy.assign(squares=noisy.mse * noisy.pixels).groupby(["noise_type", "strength"], sort=False)
    sums = sums[["squares", "pixels"]].sum()
    energy = (sums.squares / sums.pixels).pow(0.5).rename("rmse").reset_index()
    return energy.assign(psnr=energy.rmse.map(quality.psnr_of))


def _without_images(classes: list[str], labels: pd.Series) -> list[str]:
    """A sentence on classes of the predictions that no image has: other columns may have been taken for scores."""
    shown = set(labels.unique())
    lost = [name for name in classes if name not in shown]
    return [f"Classes of the predictions that no image has: {listed(lost)}."] if lost else []


def _manifest(folder: Path) -> pd.DataFrame:
    path = folder / MANIFEST
    if not path.is_file():
        raise MisreadError(f"{path}: no such file; with predictions, DATA is the folder that `misread noise` wrote")
    text = {"image": str, "label": str}
    try:
        table = pd.read_csv(path, dtype=text, keep_default_na=False, float_precision="round_trip")
    except ValueError:
        table = pd.DataFrame()
    if not {*COLUMNS} <= {*table} or table.empty:
        raise MisreadError(f"{path}: expected the table that `misread noise` wrote, found another one")
    return table


def _table(path: Path, manifest: pd.DataFrame) -> pd.DataFrame:
    try:
        if path.suffix.lower() == ".parquet":
            table = pd.read_parquet(path)
        else:
            table = pd.read_csv(path, dtype={"image": str, "prediction": str}, keep_default_na=False)
    except FileNotFoundError:
        raise MisreadError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise MisreadError(f"{path}: not a readable table ({' '.join(str(error).split())[:200]})") from None
    if missing := [name for name in KEYS if name not in table]:
        raise MisreadError(f"{path}: column {missing[0]!r} is missing; expected {', '.join(KEYS)} and scores")
    if not pd.api.types.is_numeric_dtype(table.strength):
        raise MisreadError(f"{path}: column 'strength': must hold numbers")
    strength = _known(table.strength.to_numpy(float), manifest.strength.to_numpy(float))
    table = table.assign(image=table.image.astype(str), noise_type=table.noise_type.astype(str), strength=strength)
    if table.duplicated(KEYS).any():
        row = table[table.duplicated(KEYS)].iloc[0]
        raise MisreadError(f"{path}: {row.image}, {row.noise_type} {row.strength}: has more than one prediction")
    return table.drop(columns=[name for name in table if name in OF_FILES or INDEX.match(name)])


def _known(strengths: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The strength of a manifest that each strength is: it may have been written with fewer digits."""
    values, places = np.unique(strengths, return_inverse=True)
    known = np.unique(known)
    nearest = known[abs(values[:, None] - known).argmin(axis=1)]
    return np.where(np.isclose(values, nearest, rtol=ROUNDED, atol=0), nearest, values)[places]


def _predictions(
    path: Path, found: pd.DataFrame, labels: list[str], kind: str | None
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names of the classes, and the predicted class and its confidence for each row."""
    columns = [name for name in found.columns if name not in (*COLUMNS, *PREDICTED)]
    unknown = [name for name in labels if name not in columns]
    if "prediction" in found and unknown:
        return _predicted(path, found, labels)
    if unknown:
        raise MisreadError(f"{path}: no column of scores for class {unknown[0]!r}, and no column prediction")
    try:
        scores = found[columns].to_numpy(np.float32)
    except (TypeError, ValueError):
        raise MisreadError(f"{path}: the columns of scores must hold numbers") from None
    if (np.isnan(scores) | np.isposinf(scores)).any() or np.isneginf(scores).all(axis=1).any():
        raise MisreadError(f"{path}: some scores are missing or infinite")
    shares = _shares(path, scores, kind or ("probabilities" if are_probabilities(scores) else "logits"))
    best = shares.argmax(axis=1)
    return columns, best, shares[np.arange(len(best)), best]


def _shares(path: Path, scores: np.ndarray, kind: str) -> np.ndarray:
    """Probability of each class from scores, ``logits`` or ``probabilities``, which may have been rounded."""
    if kind == "logits":
        return softmax(scores, axis=1)
    if (scores < 0).any() or not scores.any(axis=1).all():
        raise MisreadError(f"{path}: some scores are negative, or all of an image are 0, so they are no probabilities")
    return scores / scores.sum(axis=1, keepdims=True)


def _predicted(path: Path, found: pd.DataFrame, labels: list[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """As `_predictions`, from the columns prediction and confidence."""
    if (found.prediction.isna() | (found.prediction.astype(str) == "")).any():
        raise MisreadError(f"{path}: some predictions are missing")
    predicted = found.prediction.astype(str)
    if not set(predicted) & set(labels):
        raise MisreadError(
            f"{path}: column 'prediction': {predicted.iloc[0]!r}: must be a class, as the labels of {MANIFEST}: "
            f"{listed(labels)}"
        )
    confidence = np.full(len(found), np.nan)
    if "confidence" in found:
        confidence = pd.to_numeric(found.confidence, errors="coerce").to_numpy(float)
        if not ((confidence >= 0) & (confidence <= 1)).all():
            raise MisreadError(f"{path}: column 'confidence': must hold numbers from 0 to 1")
    classes = list(in_order({*labels, *predicted}))
    place = {name: number for number, name in enumerate(classes)}
    return classes, predicted.map(place).to_numpy(), confidence


def _settings_of(folder: Path, given: Settings) -> Settings:
    """The settings with which the files were written, and those of the bootstrap that are given now."""
    try:
        found = texts.read_json(folder / SETTINGS)
        strengths = {kind: tuple(values) for kind, values in found.pop("strengths").items()}
        return Settings(**found | {"strengths": strengths, "refine": 0, "resamples": given.resamples})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise MisreadError(f"{folder / SETTINGS}: missing or broken; `misread noise` wrote it") from None


def _from_files(folder: Path, found: pd.DataFrame, names: list[str]) -> broken_images.Images:
    files = found.set_index(KEYS).file

    def pair(row: int, noise_type: str, strength: float) -> tuple[np.ndarray, np.ndarray]:
        places = (names[row], *(CLEAN[0], 0.0)), (names[row], noise_type, strength)
        clean, noisy = (np.asarray(Image.open(folder / files[place]).convert("RGB")) for place in places)
        return clean, noisy

    return pair
