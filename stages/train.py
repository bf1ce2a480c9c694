"""Train one network in one regime, for the first time or again: train NETWORK REGIME [NUMBER]."""

import sys

import numpy as np
import pandas as pd

from misread import params, paths, stage
from misread.data import sets, store, texts
from misread.networks import NETWORKS
from misread.regimes import REGIMES
from misread.training import classifier, saving, strategies


def main() -> None:
    name, regime, *further = sys.argv[1:]
    training = int(further[0]) if further else 1
    settings, key = params.load(), paths.classifier(name, regime)
    network, folder = settings.network_in(regime, name), paths.training_sets(name, regime)
    training_sets = list(sets.opened(folder).values())
    labels = np.asarray(training_sets[0].labels)
    validation = pd.read_csv(paths.index("train")).validation.to_numpy()
    weights = paths.backbone_weights(name) if getattr(network, "weights", None) else None
    model, history, temperature = classifier.train(
        name, network, settings.train, [one.images for one in training_sets], labels, validation, weights,
        REGIMES[regime].recipe(settings.regimes[regime], folder), settings.seed_of(training), settings.threads,
    )  # fmt: skip
    if not strategies.is_chief():
        print("the first process in TF_CONFIG writes the network; this one writes nothing")
        return
    best = history.loc[history.val_accuracy.idxmax()]
    summary = {
        "network": name,
        "regime": regime,
        "label": NETWORKS[name].label(network),
        "image_size": network.image_size,
        "parameters": model.count_params(),
        "training_images": int((~validation).sum()),
        "validation_images": int(validation.sum()),
        "best_epoch": int(best.epoch),
        "validation_accuracy": float(best.val_accuracy),
        "temperature": temperature,
    }
    if settings.train.replicas > 1:
        summary |= {"strategy": strategies.chosen(), "replicas": settings.train.replicas}
    target = paths.model(key, training)
    with store.complete_or_absent(target / "model.keras") as unfinished:
        saving.save(model, unfinished)
    texts.write(
        {
            target / "training.json": texts.as_json(summary),
            paths.history(key, training): history.to_csv(index=False),
        }
    )


if __name__ == "__main__":
    stage.run(main)
