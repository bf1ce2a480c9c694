"""Turn the students' predictions into numbers: their accuracies, and what generated signs add to real ones.

score_gans.py STUDENT ...
"""

import sys
from pathlib import Path

import stage
import texts
from misread import params
from misread.analysis import gan_scores
from misread.data import store

CONTROLS = ("real", "label_safe", "noise")  # students of real signs alone
GANS = Path("reports/gans")


def main() -> None:
    noise = params.load().noise
    predictions = {student: store.read_table(GANS / f"predictions/{student}.parquet") for student in sys.argv[1:]}
    gains = gan_scores.gains(predictions, CONTROLS)
    texts.write(
        {
            GANS / "students.csv": gan_scores.students(predictions).to_csv(index=False),
            GANS / "gains.csv": gains.to_csv(index=False),
            GANS / "augmentation.json": texts.as_json(gan_scores.headline(gains, (noise.type, noise.level))),
        }
    )


if __name__ == "__main__":
    stage.run(main)
