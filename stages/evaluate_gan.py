"""Evaluate a GAN: its images, their use as training data, and its discriminator: evaluate_gan KIND REGIME.

The evaluator of all GANs is the downstream classifier trained on augmented clean signs. The images of the conditional
GAN of the noisy regime are also classified by the downstream classifier trained on noisy signs.
"""

import sys

import numpy as np
import pandas as pd

from misread import params, paths, stage
from misread.data import sets, store, texts
from misread.gans import evaluation, evaluator
from misread.inference import test_sets
from misread.metrics import accuracy, gan_scores
from misread.training import determinism

EVALUATOR, NOISY_EVALUATOR = "label_preserving", "noise"


def gan_train(regime: str) -> dict:
    """GAN-train: accuracies of classifiers trained on generated images only, on held-out tracks and all test sets.

    They are means over the trainings; ``spread`` is the standard deviation over them, None for one.
    """
    name = f"generated-{regime}"
    predictions = store.read_table(paths.downstream_predictions(name))
    numbers = predictions.training.unique()
    of_trainings = [
        {
            "validation": {
                "accuracy": texts.read_json(paths.downstream(name, number) / "training.json")["validation_accuracy"]
            },
            **accuracy.accuracies(predictions[predictions.training == number]),
        }
        for number in numbers
    ]
    found = {}
    for where in of_trainings[0]:
        values = [one[where]["accuracy"] for one in of_trainings]
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
        found[where] = {"accuracy": float(np.mean(values)), "spread": spread}
    return found


def main() -> None:
    kind, regime = sys.argv[1:]
    settings = params.load()
    determinism.make_deterministic(settings.seed, settings.threads)
    key, conditional = f"{kind}-{regime}", kind == "cgan"
    [real] = sets.opened(paths.training_sets(paths.GAN, regime)).values()
    noisy = [paths.noisy_set(*one) for one in settings.noise.sets]
    tested = test_sets.folders(paths.test_sets(paths.GAN), settings.noise.sets)
    signs = evaluation.Signs(
        generated=store.open_set(paths.generated(key)),
        real=real,
        index=pd.read_csv(paths.index("train")),
        test={accuracy.set_name(*name): store.open_set(folder) for name, folder in tested.items()},
        groups=pd.read_csv(paths.TRACKS / "test.csv").group.to_numpy(),
        compared={name: store.open_set(paths.compared_sets() / name) for name in ("clean", *noisy)},
    )
    deterministic = settings.seed, settings.threads
    classifiers = [
        evaluator.loadable(evaluator.with_features, paths.downstream(name) / "model.keras", *deterministic)
        for name in (EVALUATOR, NOISY_EVALUATOR)
    ]
    discriminator = paths.model(key) / "discriminator.keras"
    networks = evaluation.Networks(
        evaluator=classifiers[0],
        noisy_evaluator=classifiers[1] if conditional and regime == "noisy" else None,
        discriminator=evaluator.loadable(evaluator.decisions, discriminator, *deterministic),
    )
    found = evaluation.evaluate(signs, networks, conditional, settings)
    scores = found.scores | ({"gan_train": gan_train(regime)} if conditional else {})
    with store.complete_or_absent(paths.REPORTS / f"gans/tables/{key}") as folder:
        folder.mkdir()
        found.proportions.to_csv(folder / "proportions.csv", index=False)
        found.per_class.to_csv(folder / "per_class.csv", index=False)
        found.noise.to_csv(folder / "noise.csv", index=False)
        (folder / "scores.json").write_text(texts.as_json(scores), encoding="utf-8")
    texts.write({paths.METRICS / f"{key}.json": texts.as_json(gan_scores.metrics(scores))})


if __name__ == "__main__":
    stage.run(main)
