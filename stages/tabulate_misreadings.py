"""Count what is misread as what, without noise and under the selected one.

tabulate_misreadings.py NETWORK-REGIME ...
"""

import sys
from pathlib import Path

import pandas as pd

import stage
import texts
from misread import params
from misread.analysis import safety, scores
from misread.data import store

FOLDER = Path("reports/misreadings")
CONFUSIONS = 15  # pairs of classes listed for each network and set


def main() -> None:
    noise = params.load().noise
    tables = {"confusions": [], "permits_more": []}
    for key in sys.argv[1:]:
        predictions = store.read_table(Path(f"reports/predictions/{key}.parquet"))
        for of_set in (scores.CLEAN, (noise.type, noise.level)):
            part = predictions[(predictions.noise_type == of_set[0]) & (predictions.noise_level == of_set[1])]
            for name, table in (
                ("confusions", safety.frequent_confusions(part, CONFUSIONS)),
                ("permits_more", safety.misreadings(part)),
            ):
                table.insert(0, "network", key)
                table.insert(1, "noise", scores.set_name(*of_set))
                tables[name].append(table)
    texts.write({FOLDER / f"{name}.csv": pd.concat(parts).to_csv(index=False) for name, parts in tables.items()})


if __name__ == "__main__":
    stage.run(main)
