"""Predict the clean test set and all nine noisy ones with one student: evaluate_student.py STUDENT."""

import sys
from pathlib import Path

import stage
import test_sets
from misread import params
from misread.data import store
from misread.networks import determinism, saving


def main() -> None:
    [student] = sys.argv[1:]
    settings = params.load()
    determinism.make_deterministic(settings.seed, settings.threads)
    model = saving.load(Path(f"models/students/{student}/model.keras"))
    predictions = test_sets.predictions(model, settings.gan.image_size, student)
    with store.complete_or_absent(Path(f"reports/gans/predictions/{student}.parquet")) as path:
        predictions.to_parquet(path, index=False)


if __name__ == "__main__":
    stage.run(main)
