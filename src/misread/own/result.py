"""The result of a measurement: its tables, and the folder to which they are saved."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from misread import __version__
from misread.data import store, texts
from misread.errors import MisreadError
from misread.metrics import sweeps, thresholds
from misread.metrics.accuracy import CLEAN
from misread.own import measured_tables
from misread.own.broken_images import Example
from misread.own.settings import Settings

FILES = (
    "index.html", "results.csv", "thresholds.json", "ranking.csv", "confusions.csv", "classes.csv", "images.parquet",
    "settings.json",
)  # of a result, beside the folder of its figures  # fmt: skip
TOO_FEW = "too few images are classified correctly without noise"


@dataclass(frozen=True)
class Result:
    """What a measurement found.

    Attributes:
        name: name of the model.
        accuracy: table of `misread.own.measured_tables.accuracy_table`.
        thresholds: a row for each noise type and share of failures: noise_type, level (``p05``, ``p10``, ``p50``),
            strength, low, high (95% interval), rmse, psnr (of the noise at that strength), status.
        ranking: a row for each noise type: noise_type, area (mean accuracy at equal energy), low, high, n, psnr_low,
            psnr_high; the lower the area, the more the noise disrupts. Empty if the types have no common range of PSNR.
        ranking_pairs: a row for each pair of types and measure: `misread.metrics.ranking.Ranks`.
        confusions: table of `misread.own.measured_tables.confusion_table`.
        classes: table of `misread.own.measured_tables.class_table`.
        images: a row for each image: image (its name), label, prediction, confidence (without noise), and for each
            noise type the smallest measured strength at which the image is misclassified: 0 if it is without noise,
            infinite if it is at none.
        settings: everything that determined the result, as it is saved in ``settings.json``.
        remarks: sentences on what was assumed, converted or left out.
        assumptions: table of `misread.own.assumptions.find`; None: nothing was compared.
        examples: images that little noise breaks, for the page.

    """

    name: str
    accuracy: pd.DataFrame
    thresholds: pd.DataFrame
    ranking: pd.DataFrame
    ranking_pairs: pd.DataFrame
    confusions: pd.DataFrame
    classes: pd.DataFrame
    images: pd.DataFrame
    settings: dict[str, Any]
    remarks: tuple[str, ...] = ()
    assumptions: pd.DataFrame | None = None
    examples: Sequence[Example] = field(default=(), repr=False)

    def __repr__(self) -> str:
        return f"<misread result: {self.name}, {len(self.images):,} images>\n{self.summary()}"

    @property
    def clean(self) -> float:
        """Accuracy without noise."""
        return float(self.accuracy.accuracy[self.accuracy.noise_type == CLEAN[0]].iloc[0])

    def summary(self) -> str:
        """The result in a few lines, for a terminal."""
        from misread.own.words import summary

        return summary(self)

    def save(self, folder: str | Path, overwrite: bool = False) -> Path:
        """Write the page, the figures and the tables: completely, or not at all.

        The folder gets ``index.html``, ``results.csv``, ``thresholds.json``, ``ranking.csv``, ``confusions.csv``,
        ``classes.csv``, ``images.parquet``, ``settings.json`` and ``figures/``.

        Args:
            folder: folder to create.
            overwrite: whether an earlier result in the folder is replaced.

        Raises:
            MisreadError: the folder exists and is not to be replaced, or it is not an earlier result.

        """
        from misread.own import result_page

        target = Path(folder)
        refuse_existing(target, overwrite)
        with store.complete_or_absent(target.resolve()) as path:
            path.mkdir()
            self.accuracy.to_csv(path / "results.csv", index=False)
            self.ranking.to_csv(path / "ranking.csv", index=False)
            self.confusions.to_csv(path / "confusions.csv", index=False)
            self.classes.to_csv(path / "classes.csv", index=False)
            self.images.to_parquet(path / "images.parquet", index=False)
            (path / "thresholds.json").write_text(texts.as_json(self._nested_thresholds()), encoding="utf-8")
            (path / "settings.json").write_text(texts.as_json(self.settings), encoding="utf-8")
            (path / "index.html").write_text(result_page.build(self, path / "figures"), encoding="utf-8")
        return target

    def _nested_thresholds(self) -> dict[str, dict[str, dict]]:
        """Noise type -> level -> threshold, as in the study's ``thresholds.json``."""
        nested: dict[str, dict[str, dict]] = {}
        for row in self.thresholds.to_dict("records"):
            nested.setdefault(row.pop("noise_type"), {})[row.pop("level")] = row
        return nested


def refuse_existing(folder: Path, overwrite: bool) -> None:
    """Refuse a folder that would lose something.

    Raises:
        MisreadError: as for `Result.save`.

    """
    parent = next(one for one in folder.absolute().parents if one.exists())
    if not (parent.is_dir() and os.access(parent, os.W_OK)):
        raise MisreadError(f"{folder}: cannot be created in {parent}")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise MisreadError(f"{folder}: is a file; name a folder that does not exist yet")
    if any(folder.iterdir()) and not _is_result(folder):
        raise MisreadError(f"{folder}: is not empty, and no earlier result; name a folder that does not exist yet")
    if any(folder.iterdir()) and not overwrite:
        raise MisreadError(f"{folder}: has an earlier result; --overwrite replaces it")


def _is_result(folder: Path) -> bool:
    """Whether a folder holds a result, and nothing that is not of it."""
    names = {path.name for path in folder.iterdir()}
    return "results.csv" in names and names <= {*FILES, "figures"}


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """A table of thresholds that speaks of images, and not of signs."""
    return table.assign(status=table.status.replace(thresholds.TOO_FEW, TOO_FEW))


def of_predictions(
    name: str,
    sweep: pd.DataFrame,
    energy: pd.DataFrame,
    classes: Sequence[str],
    names: Sequence[str] | None,
    settings: Settings,
    unsafe: np.ndarray | None = None,
    groups: Sequence | np.ndarray | None = None,
) -> Result:
    """Compute the tables of a result.

    Args:
        name: name of the model.
        sweep: first result of `misread.own.measurement.measure_grids`.
        energy: second result of it.
        classes: name of each class, in the order of the scores.
        names: name of each image; None: its row.
        settings: the settings.
        unsafe: as for `misread.own.measured_tables.confusion_table`.
        groups: group of each image, in the order of the rows; None: all images are independent.

    """
    how = measured_tables.resampling(sweep, settings, groups)
    # Of independent images, Wilson's intervals of accuracies are as good, and take no resampling under every noise.
    of_accuracies = None if groups is None else how
    found = measured_tables.all_thresholds(sweep, energy, settings, how)
    ranked = measured_tables.rank(sweep, energy, settings, how)
    minimal = measured_tables.minimal_noise(sweep, settings)
    of_images = minimal.drop(columns="row")
    of_images.insert(0, "image", minimal.row if names is None else list(names))
    labels = np.asarray(classes, object)
    grouped = {} if groups is None else {"groups": int(how.groups.max()) + 1}
    return Result(
        name=name,
        accuracy=measured_tables.accuracy_table(sweep, energy, settings, of_accuracies),
        thresholds=_named(
            sweeps.threshold_table({name: found}).drop(columns=["network", "luma_psnr", "least", "most"])
        ),
        ranking=ranked.areas,
        ranking_pairs=ranked.pairs,
        confusions=measured_tables.confusion_table(sweep, settings, classes, unsafe),
        classes=measured_tables.class_table(sweep, minimal, settings, classes),
        images=of_images.assign(label=labels[minimal.label], prediction=labels[minimal.prediction]),
        settings={"misread": __version__, "noise": settings.as_dict()} | grouped,
        remarks=() if ranked.obstacle is None else (f"{ranked.obstacle[0].upper()}{ranked.obstacle[1:]}.",),
    )
