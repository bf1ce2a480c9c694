"""Draw how networks fail: thresholds, noise types at equal energy, waves, transfer, misreadings, fragile signs.

draw_failures.py NETWORK-REGIME ...
"""

import sys
from pathlib import Path

import pandas as pd

import stage
import texts
from misread import params
from misread.analysis import sweeps
from misread.report import failure_figures, style

SHOWN = "cnn-clean"  # whose fragile signs are drawn


def main() -> None:
    settings = params.load()
    source, noise = settings.data.source, settings.noise
    scored = {key: pd.read_csv(f"reports/by_noise/{key}.csv", keep_default_na=False) for key in sys.argv[1:]}
    titles = style.titles(scored)
    failure = {
        name: pd.concat([pd.read_csv(f"reports/failure/{key}/{name}.csv") for key in scored], ignore_index=True)
        for name in ("curves", "waves", "fragility")
    }
    found = sweeps.threshold_table({key: texts.read_json(Path(f"reports/thresholds/{key}.json")) for key in scored})
    misread = pd.read_csv("reports/misreadings/permits_more.csv")
    selected = f"{style.NOISE_NAMES[noise.type]} ({noise.level})"
    figures = {
        "curves": failure_figures.failure_curves(failure["curves"], titles, sweeps.LEVELS, source),
        "thresholds": failure_figures.thresholds(found, titles, source),
        "equal_energy": failure_figures.accuracy_by_psnr(failure["curves"], titles, source),
        "waves": failure_figures.waves(failure["waves"], titles, settings.sweep.waves.amplitude, source),
        "transfer": failure_figures.transfer(scored, titles, source),
        "permits_more": failure_figures.permits_more(misread, titles, selected, source),
        "fragility": failure_figures.fragility(failure["fragility"], failure["curves"], SHOWN, titles[SHOWN], source),
    }
    style.save(figures, Path("reports/figures/failure"))


if __name__ == "__main__":
    stage.run(main)
