"""Write the study's results table: every classifier and conditional GAN on every test set.

tabulate_results.py NETWORK-REGIME ...
"""

import sys
from pathlib import Path

import pandas as pd

import stage
import texts
from misread import params
from misread.analysis import tables

REPORTS = Path("reports")


def read(path: Path) -> pd.DataFrame:
    """A scored table; the clean set's noise is called ``none``, which is no missing value."""
    return pd.read_csv(path, keep_default_na=False)


def main() -> None:
    settings = params.load()
    scored = [read(REPORTS / f"by_noise/{key}.csv") for key in sys.argv[1:]]
    students = tables.gan_rows(read(REPORTS / "gans/students.csv"), settings.gan.image_size)
    texts.write({REPORTS / "results.csv": tables.results([*scored, students]).to_csv(index=False)})


if __name__ == "__main__":
    stage.run(main)
