"""Predict the clean and all noisy test sets with every downstream classifier."""

import numpy as np
import pandas as pd

from misread import params, paths, stage
from misread.data import store
from misread.gtsrb import classes
from misread.inference import study_classifiers, test_sets


def main() -> None:
    settings = params.load()
    with store.complete_or_absent(paths.DOWNSTREAM_PREDICTIONS) as folder:
        folder.mkdir()
        for name in paths.DOWNSTREAM:
            tables = []
            for number in settings.trainings:
                path = paths.downstream(name, number) / "model.keras"
                predict = study_classifiers.open_classifier(
                    path, settings.gan.image_size, classes.COUNT, settings.seed, settings.threads
                )
                table = test_sets.predictions(
                    predict, paths.test_sets(paths.GAN), settings.noise.sets, f"{name}, training {number}",
                    settings.threads,
                )  # fmt: skip
                table.insert(0, "training", np.int16(number))
                tables.append(table)
            pd.concat(tables, ignore_index=True).to_parquet(folder / f"{name}.parquet", index=False)


if __name__ == "__main__":
    stage.run(main)
