"""The tables of a result's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from misread.metrics import sweeps
from misread.noise.types import NOISE_TYPES
from misread.own import words
from misread.report import onset, page, style, wording

if TYPE_CHECKING:
    from misread.own.result import Result


def build(result: Result) -> dict[str, page.Table | None]:
    """Name -> table; None if there is nothing to show."""
    images = f"n = {len(result.images):,}"
    return {
        "thresholds": _thresholds(result),
        "accuracy": _accuracies(
            result.accuracy[result.accuracy.noise_level != ""],
            "Accuracy without noise and at the levels of the study",
            f"{_intervals(result)}; {images}. Failing: of the images that are classified correctly without noise, the "
            "share that is misclassified with it. ECE: expected calibration error, the mean distance between accuracy "
            "and confidence.",
        ),
        "grid": _accuracies(
            result.accuracy[result.accuracy.noise_level == ""],
            "Accuracy at all other strengths",
            f"As above; {images}.",
        ),
        "ranking": _ranking(result),
        "pairs": _pairs(result),
        "classes": _classes(result),
        "confusions": _confusions(result),
        "assumptions": _assumptions(result),
    }


def _intervals(result: Result) -> str:
    """What the intervals take into account."""
    if groups := result.settings.get("groups"):
        return f"95% intervals over {groups:,} groups of images"
    return "95% Wilson intervals, which treat images as independent"


def _thresholds(result: Result) -> page.Table:
    found = result.thresholds
    frame = pd.DataFrame(
        {
            "noise": found.noise_type.map(style.noise_title),
            "failing": [page.Shown(f"{share:.0%}", share) for share in found.level.map(sweeps.LEVELS)],
            "strength (95% interval)": [
                page.Shown(wording.threshold(row), onset.sort_key(row)) for row in found.itertuples()
            ],
            "unit": [NOISE_TYPES[kind].unit for kind in found.noise_type],
            "RMSE": found.rmse,
            "PSNR, dB": found.psnr,
        }
    )
    return page.table(
        frame,
        "Strengths at which 5%, 10% and 50% of the images fail",
        f"n = {int(result.accuracy.clean_correct.max()):,} images that are classified correctly without noise. RMSE, "
        "in grey levels, and PSNR are those of the noise at this strength after clipping.",
        {"RMSE": "{:.1f}".format, "PSNR, dB": "{:.1f}".format},
    )


def _accuracies(rows: pd.DataFrame, title: str, caption: str) -> page.Table:
    frame = pd.DataFrame(
        {
            "noise": rows.noise_type.map(style.noise_title),
            "level": rows.noise_level.replace({"none": "", "": "between"}),
            "strength": [
                page.Shown("" if kind == "none" else NOISE_TYPES[kind].number(value), value)
                for kind, value in zip(rows.noise_type, rows.strength, strict=True)
            ],
            "PSNR, dB": [page.Shown("" if pd.isna(value) else f"{value:.1f}", value) for value in rows.psnr],
            "accuracy": [
                page.Shown(f"{row.accuracy:.3f}", row.accuracy, f"{row.low:.3f} to {row.high:.3f}")
                for row in rows.itertuples()
            ],
            "failing": rows.induced,
            "confidence": rows.confidence,
            "confidence when wrong": rows.confidence_when_wrong,
            "ECE": rows.ece,
        }
    )
    return page.table(frame, title, caption)


def _ranking(result: Result) -> page.Table | None:
    rows = result.ranking.sort_values("area")
    if rows.empty:
        return None
    frame = pd.DataFrame(
        {
            "noise": rows.noise_type.map(style.noise_title),
            "mean accuracy (95% interval)": [
                page.Shown(f"{row.area:.3f} ({row.low:.3f} to {row.high:.3f})", row.area) for row in rows.itertuples()
            ],
        }
    )
    return page.table(
        frame,
        "Mean accuracy at equal energy",
        f"Mean over the range of PSNR that all types cover, {rows.psnr_low.max():.0f} to {rows.psnr_high.min():.0f} "
        f"dB; n = {int(rows.n.max()):,}. The lower the mean, the more the noise disrupts.",
    )


def _pairs(result: Result) -> page.Table | None:
    rows = result.ranking_pairs
    if rows.empty:
        return None
    frame = pd.DataFrame(
        {
            "noise": rows["first"].map(style.noise_title),
            "less": rows["second"].map(style.noise_title),
            "measure": rows.measure.map(wording.MEASURES),
            "difference (95% interval)": [
                page.Shown(wording.signed(*value), value[0])
                for value in rows[["difference", "low", "high"]].itertuples(index=False)
            ],
        }
    )
    return page.table(
        frame,
        "Differences between noise types",
        "Below 0 the first noise is worse. Two types are ranked if all measures agree, and no interval contains 0.",
    )


def _classes(result: Result) -> page.Table:
    types = list(result.settings["noise"]["levels"])
    frame = result.classes.assign(
        **{kind: [page.Shown(words.smallest(value, kind), value) for value in result.classes[kind]] for kind in types}
    ).rename(columns={kind: f"median, {style.noise_title(kind)}" for kind in types})
    return page.table(
        frame.sort_values("loss", ascending=False),
        "Recall of each class",
        "Recall without noise and on average over the levels of all noise types, their difference, and the median over "
        "the class of the smallest measured strength that breaks an image, which is 0 for an image that is "
        "misclassified without noise.",
    )


def _confusions(result: Result) -> page.Table:
    rows = result.confusions
    frame = pd.DataFrame(
        {
            "noise": [
                style.set_title(kind, level) for kind, level in zip(rows.noise_type, rows.noise_level, strict=True)
            ],
            "true class": rows.label,
            "predicted class": rows.prediction,
            "images": rows.images,
            "share of the class": rows.share,
        }
    )
    if "unsafe" in rows:
        frame["unsafe"] = rows.unsafe.map({True: "yes", False: ""})
    return page.table(frame, "The most frequent confusions", "Up to ten for each noise.")


def _assumptions(result: Result) -> page.Table | None:
    rows = result.assumptions
    if rows is None or len(rows) < 2:
        return None
    frame = rows.drop(columns=["accuracy", "low", "high", "n"]).assign(
        accuracy=[
            page.Shown(f"{row.accuracy:.3f}", row.accuracy, f"{row.low:.3f} to {row.high:.3f}")
            for row in rows.itertuples()
        ]
    )
    return page.table(
        frame, "What the model may expect", f"Accuracy on {int(rows.n.max()):,} clean images under each assumption."
    )
