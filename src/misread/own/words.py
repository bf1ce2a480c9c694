"""The result of a measurement in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from misread.metrics import sweeps
from misread.metrics.thresholds import BELOW_GRID, NOT_REACHED
from misread.noise.types import NOISE_TYPES
from misread.params import LEVELS
from misread.report import wording

if TYPE_CHECKING:
    from misread.own.result import Result

FAILING = sweeps.LEVELS["p10"]  # share of failures from which a model fails regularly


def accuracy_sentence(result: Result) -> str:
    """Accuracy without noise and on average over the levels of all noise types."""
    levels = result.accuracy[result.accuracy.noise_level.isin(LEVELS)]
    name = f"The {result.name[4:]}" if result.name.startswith("the ") else result.name
    return (
        f"{name} classifies {result.clean:.1%} of {len(result.images):,} images correctly without noise, and "
        f"{levels.accuracy.mean():.1%} on average under {len(levels)} noises."
    )


def onset_sentence(row: pd.Series) -> str:
    """At which strength a model fails regularly under a noise type; ``row``: of `Result.thresholds`, at 10%."""
    noise = NOISE_TYPES[row.noise_type]
    title = f"{noise.title[0].upper()}{noise.title[1:]} noise"
    if pd.notna(row.strength):
        return (
            f"{title}: {FAILING:.0%} of the images fail at {noise.words(row.strength)} (95% interval "
            f"{wording.threshold_interval(row)}; RMSE {row.rmse:.1f}, PSNR {row.psnr:.1f} dB)."
        )
    reasons = {
        BELOW_GRID: f"{FAILING:.0%} of the images fail already at the smallest strength of the grid",
        NOT_REACHED: f"fewer than {FAILING:.0%} of the images fail at the largest strength of the grid",
    }
    return f"{title}: {reasons.get(row.status, row.status)}."


def ranking_sentence(result: Result) -> str | None:
    """The noise types from the most to the least disruptive at equal energy; None if they cannot be compared."""
    if len(result.ranking) < 2:
        return None
    order = wording.by_disruption(result.ranking, result.ranking_pairs)
    return f"At equal energy, from the most to the least disruptive: {order}."


def class_sentence(result: Result) -> str | None:
    """The most and the least affected class; None if all lose the same."""
    table = result.classes.dropna(subset="loss")
    if len(table) < 2 or table.loss.nunique() == 1:
        return None
    most, least = table.loc[table.loss.idxmax()], table.loc[table.loss.idxmin()]
    return (
        f"Noise costs class {most['class']} the most recall ({most.clean:.2f} to {most.noisy:.2f}), and class "
        f"{least['class']} the least ({least.clean:.2f} to {least.noisy:.2f})."
    )


def sentences(result: Result) -> list[str]:
    """The result in sentences."""
    tenth = result.thresholds[result.thresholds.level == "p10"]
    found = [accuracy_sentence(result), *(onset_sentence(row) for _, row in tenth.iterrows())]
    return [one for one in [*found, ranking_sentence(result), class_sentence(result)] if one]


def summary(result: Result) -> str:
    """The result for a terminal."""
    return "\n".join(sentences(result))


def smallest(value: float, noise_type: str) -> str:
    """The smallest noise that breaks an image, for a table."""
    if value == 0:
        return "without noise"
    return NOISE_TYPES[noise_type].number(value) if np.isfinite(value) else "at none"
