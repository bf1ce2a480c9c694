"""Train a downstream classifier on real signs, generated signs, or both: train_downstream CLASSIFIER.

A downstream classifier is named after its training images:

* ``real``: the clean training images, without augmentation;
* ``label_preserving``: the clean training images, with augmentation;
* ``noise``: the clean training images or their copies in the noisy regime's training set, at random;
* ``generated-REGIME``: only images of the conditional GAN that was trained in this regime;
* ``augmented-REGIME``: the clean training images and as many generated images.
"""

import sys

import numpy as np
import pandas as pd

from misread import params, paths, stage
from misread.data import sets, store, texts
from misread.errors import MisreadError
from misread.inference import keras_models, predictions
from misread.training import downstream, saving

TrainedOn = tuple[list[np.ndarray], np.ndarray, str]


def trained_on(name: str, training: np.ndarray) -> TrainedOn:
    """Image sets, labels and augmentation policy of a downstream classifier.

    Args:
        name: name of the classifier.
        training: bool, ``(N,)``: rows of the training set that are not held out.

    Raises:
        MisreadError: there is no such classifier.

    """
    source, _, regime = name.partition("-")
    if source == "generated":
        images, labels = generated(regime)
        return [images], np.asarray(labels), "none"
    images, labels = real("clean", training)
    match source:
        case "real":
            return [images], labels, "none"
        case "label_preserving":
            return [images], labels, "label_preserving"
        case "noise":
            return [images, real("noisy", training).images], labels, "none"
        case "augmented":
            more = generated(regime)
            return [np.concatenate([images, more.images])], np.concatenate([labels, more.labels]), "none"
    raise MisreadError(
        f"downstream classifier {name!r}: must be real, label_preserving, noise, generated-REGIME or "
        "augmented-REGIME, as in dvc.yaml"
    )


def generated(regime: str) -> store.ImageSet:
    """Images that the conditional GAN of a regime generated."""
    return store.open_set(paths.generated(f"cgan-{regime}"))


def real(regime: str, rows: np.ndarray) -> store.ImageSet:
    """Training images of a regime."""
    [(images, labels)] = sets.opened(paths.training_sets(paths.GAN, regime)).values()
    return store.ImageSet(images[rows], labels[rows])


def main() -> None:
    [name] = sys.argv[1:]
    settings = params.load()
    network = settings.downstream_network
    training = ~pd.read_csv(paths.index("train")).validation.to_numpy()
    image_sets, labels, policy = trained_on(name, training)
    steps = network.epochs * max(1, int(training.sum()) // network.batch_size)
    with store.complete_or_absent(paths.downstream(name)) as folder:
        for number in settings.trainings:
            model = downstream.train(
                settings.downstream.network, network, image_sets, labels, steps, policy, settings.seed_of(number),
                settings.threads,
            )  # fmt: skip
            held_out = predictions.table(keras_models.predictor(model), *real("clean", ~training))
            summary = {
                "classifier": name,
                "images": sum(map(len, image_sets)),
                "steps": steps,
                "validation_images": len(held_out),
                "validation_accuracy": float((held_out.label == held_out.prediction).mean()),
            }
            target = folder / paths.downstream(name, number).relative_to(paths.downstream(name))
            target.mkdir(parents=True)
            saving.save(model, target / "model.keras")
            (target / "training.json").write_text(texts.as_json(summary), encoding="utf-8")


if __name__ == "__main__":
    stage.run(main)
