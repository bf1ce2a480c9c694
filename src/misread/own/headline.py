"""The metrics of a result that `dvc metrics` compares."""

import pandas as pd

from misread.noise.types import NOISE_TYPES
from misread.own.result import Result
from misread.params import LEVELS


def metrics(result: Result) -> dict[str, float | None]:
    """Few values under the names that the study's networks have, so that one table shows both.

    Returns:
        ``clean`` and ``noisy`` (mean over the levels of all noise types): accuracies with 4 decimals; for each noise
        type, under its ``metric``, the strength at which a tenth of the images fails, with three significant digits,
        None if it is outside the grid; and ``params``, the number of weights, None if the model does not tell it.

    """
    levels = result.accuracy[result.accuracy.noise_level.isin(LEVELS)]
    tenth = result.thresholds[result.thresholds.level == "p10"]
    strengths = zip(tenth.noise_type, tenth.strength, strict=True)
    return {
        "clean": round(result.clean, 4),
        "noisy": round(float(levels.accuracy.mean()), 4),
        **{NOISE_TYPES[kind].metric: None if pd.isna(value) else float(f"{value:.3g}") for kind, value in strengths},
        "params": result.settings["model"].get("parameters"),
    }
