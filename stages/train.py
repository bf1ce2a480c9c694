"""Train one classifier in one regime: train.py NETWORK REGIME."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import stage
import training_sets
from misread import params
from misread.data import store
from misread.networks import architectures, saving, training


def main() -> None:
    name, regime = sys.argv[1:]
    settings = params.load()
    network = settings.networks[name]
    sets = [store.open_set(folder) for folder in training_sets.folders(regime, settings.noise, network.image_size)]
    labels = np.asarray(sets[0].labels)
    validation = pd.read_csv("data/clean/train.csv").validation.to_numpy()
    weights = stage.backbone_weights(name) if getattr(network, "weights", None) else None
    model, history = training.train(
        name, network, settings.train, [one.images for one in sets], labels, validation, weights, settings.seed,
        settings.threads,
    )  # fmt: skip
    best = history.loc[history.val_accuracy.idxmax()]
    summary = {
        "network": name,
        "regime": regime,
        "label": architectures.label(name, network),
        "image_size": network.image_size,
        "parameters": model.count_params(),
        "training_images": int((~validation).sum()),
        "validation_images": int(validation.sum()),
        "best_epoch": int(best.epoch),
        "validation_accuracy": float(best.val_accuracy),
    }
    with store.complete_or_absent(Path(f"models/{name}-{regime}")) as folder:
        folder.mkdir()
        saving.save(model, folder / "model.keras")
        (folder / "training.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    with store.complete_or_absent(Path(f"reports/history/{name}-{regime}.csv")) as path:
        history.to_csv(path, index=False)


if __name__ == "__main__":
    stage.run(main)
