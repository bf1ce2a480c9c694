"""Draw the figures of the results: training curves, accuracy by level, signs before and after noise, confusion.

draw_results.py NETWORK-REGIME ...
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import stage
from misread import params
from misread.data import store
from misread.report import result_figures, style

SHOWN = "cnn"  # whose clean network reads the signs before and after noise


def signs(predictions: pd.DataFrame, settings: params.Params) -> list[dict]:
    """Signs that are read right before noise, of different classes, at random; half of them wrong after it."""
    noise, size = settings.noise, settings.networks[SHOWN].image_size
    tables = {kind: part.set_index("row") for kind, part in predictions.groupby(["noise_type", "noise_level"])}
    before, after = tables["none", "none"], tables[noise.type, noise.level]
    readable = before[before.label == before.prediction].sample(
        frac=1, random_state=np.random.default_rng(settings.seed)
    )
    wrong = after.prediction[readable.index] != readable.label
    failed = readable[wrong].drop_duplicates("label").index[: (settings.figures.signs + 1) // 2]
    kept = readable[~wrong & ~readable.label.isin(readable.label[failed])].drop_duplicates("label")
    rows = [*failed, *kept.index[: settings.figures.signs - len(failed)]]
    clean = store.open_set(Path(f"data/clean/{size}/test")).images
    noisy = store.open_set(Path(f"data/noisy/{noise.type}-{noise.level}/{size}/test")).images
    return [
        {
            "clean": clean[row],
            "noisy": noisy[row],
            "label": before.label[row],
            "before": before.prediction[row],
            "after": after.prediction[row],
        }
        for row in rows
    ]


def main() -> None:
    settings = params.load()
    noise, source = settings.noise, settings.data.source
    keys = sys.argv[1:]
    predictions = {key: store.read_table(Path(f"reports/predictions/{key}.parquet")) for key in keys}
    at_selected = {
        key: table[(table.noise_type == noise.type) & (table.noise_level == noise.level)]
        for key, table in predictions.items()
    }
    selected = f"{style.NOISE_NAMES[noise.type]} ({noise.level})"
    histories = {key: pd.read_csv(f"reports/history/{key}.csv") for key in keys}
    tables = {key: pd.read_csv(f"reports/by_noise/{key}.csv", keep_default_na=False) for key in keys}
    titles = style.titles(tables)
    shown = f"{SHOWN}-clean"
    figures = {
        "training_curves": result_figures.training_curves(histories, titles, source),
        "accuracy_by_level": result_figures.accuracy_by_level(tables, titles, source),
        "before_and_after": result_figures.before_and_after(
            signs(predictions[shown], settings), titles[shown], selected, source
        ),
        "confusion": result_figures.confusion(at_selected, titles, selected, source),
    }
    style.save(figures, Path("reports/figures/results"))


if __name__ == "__main__":
    stage.run(main)
