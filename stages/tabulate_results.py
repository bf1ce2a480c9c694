"""Write the study's results table, every classifier and conditional GAN on every test set, and its headline.

tabulate_results.py NETWORK-REGIME ...
"""

import sys
from pathlib import Path

import pandas as pd

import stage
import texts
from misread import params
from misread.analysis import summary, tables
from misread.data import store

REPORTS = Path("reports")


def read(path: Path) -> pd.DataFrame:
    """A scored table; the clean set's noise is called ``none``, which is no missing value."""
    return pd.read_csv(path, keep_default_na=False)


def main() -> None:
    settings = params.load()
    scored = {key: read(REPORTS / f"by_noise/{key}.csv") for key in sys.argv[1:]}
    predictions = {key: store.read_table(REPORTS / f"predictions/{key}.parquet") for key in scored}
    students = tables.gan_rows(read(REPORTS / "gans/students.csv"), settings.gan.image_size)
    headline = summary.headline(scored, predictions, settings.data.source, (settings.noise.type, settings.noise.level))
    texts.write(
        {
            REPORTS / "results.csv": tables.results([*scored.values(), students]).to_csv(index=False),
            REPORTS / "summary.json": texts.as_json(headline),
        }
    )


if __name__ == "__main__":
    stage.run(main)
