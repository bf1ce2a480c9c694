"""Judge a GAN by its images, its discriminator and what it teaches: evaluate_gan.py KIND REGIME.

The judge of all GANs, whose features measure distances as well, is the student that learnt from augmented clean signs.
GANs of the noisy regime are also shown to the student of noisy signs.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import stage
import test_sets
import texts
import training_sets
from misread import params
from misread.analysis import gan_scores, generation, scores
from misread.analysis.intervals import Estimate, proportion
from misread.data import classes, store
from misread.gans import judging
from misread.networks import determinism, saving

JUDGE, NOISY_JUDGE = "label_safe", "noise"


def student(name: str):
    """A student's network."""
    return saving.load(Path(f"models/students/{name}/model.keras"))


def test_images(size: int) -> dict[str, store.ImageSet]:
    """The clean and the nine noisy test sets by name."""
    return {scores.set_name(*name): store.open_set(folder) for name, folder in test_sets.folders(size).items()}


def taken_for_real(key: str, loss: str, sets: dict[str, store.ImageSet], conditional: bool) -> dict[str, Estimate]:
    """Share of the images of each set that the discriminator takes for real."""
    discriminator = saving.load(Path(f"models/{key}/discriminator.keras"))
    return {
        name: proportion(judging.taken_for_real(discriminator, loss, one.images, one.labels if conditional else None))
        for name, one in sets.items()
    }


def noise_sets(
    generated: store.ImageSet, learns: np.ndarray, count: int, settings: params.Params
) -> dict[str, np.ndarray]:
    """The generated images, and the same training signs clean and in each noisy set: ``count`` of each."""
    rows = np.linspace(0, len(generated.images) - 1, count).round().astype(int)
    signs = np.flatnonzero(learns)[rows]
    sets = {"generated": generated.images[rows]}
    for name, folder in test_sets.folders(settings.gan.image_size).items():
        sets[scores.set_name(*name)] = store.open_set(folder.with_name("train")).images[signs]
    return sets


def taught(regime: str) -> dict:
    """GAN-train: accuracies of the student of generated images alone, on the held-out tracks and on all test sets."""
    trained = json.loads(Path(f"models/students/generated-{regime}/training.json").read_text(encoding="utf-8"))
    predictions = store.read_table(Path(f"reports/gans/predictions/generated-{regime}.parquet"))
    return {"validation": {"accuracy": trained["validation_accuracy"]}, **scores.accuracies(predictions)}


def main() -> None:
    kind, regime = sys.argv[1:]
    settings = params.load()
    determinism.make_deterministic(settings.seed, settings.threads)
    gan, key, conditional = settings.gan, f"{kind}-{regime}", kind == "cgan"
    rng = np.random.default_rng(settings.seed)
    index = pd.read_csv("data/clean/train.csv")
    learns = ~index.validation.to_numpy()
    generated = store.open_set(Path(f"data/generated/{key}"))
    real = store.open_set(*training_sets.folders(regime, settings.noise, gan.image_size))
    labels = np.asarray(real.labels)

    seen, features = judging.classes_and_features(student(JUDGE), generated.images)
    seen_real, real_features = judging.classes_and_features(student(JUDGE), real.images)
    trained = real_features[learns]
    tracks = index[learns].groupby(["class_id", "track"]).ngroup().to_numpy()
    *halves, frames = generation.halves_by_track(tracks, gan.evaluation.images, rng)
    count = min(len(features), *map(len, halves))
    drawn = [features[rng.choice(len(features), count, replace=False)], *(trained[half[:count]] for half in halves)]
    distances, shares = gan_scores.closeness(*drawn, neighbors=max(3, frames), seed=settings.seed)

    by_class = gan_scores.per_class(seen, features, generated.labels if conditional else None, labels[learns], trained)
    sets = {
        "generated": generated,
        "learnt_from": store.ImageSet(real.images[learns], labels[learns]),
        "held_out": store.ImageSet(real.images[~learns], labels[~learns]),
        **test_images(gan.image_size),
    }
    taken = taken_for_real(key, gan.training.loss, sets, conditional)
    noise = gan_scores.noise_content(noise_sets(generated, learns, count, settings), settings.noise.options.periodic)

    found = {
        **distances,
        "precision": shares["precision"].value,
        "recall": shares["recall"].value,
        "residual_rms": float(noise.residual_rms[0]),
        "wave_power": float(noise.wave_power[0]),
        "taken_for_real": {name: taken[name].value for name in ("generated", "held_out", "clean")},
    }
    if conditional:
        shares["gan_test"] = proportion(seen == generated.labels)
        found = {"gan_test": {"accuracy": shares["gan_test"].value}, "gan_train": taught(regime), **found}
        found["diversity"] = float((by_class.diversity / by_class.real_diversity).mean())
        if regime == "noisy":
            seen_noisy, _ = judging.classes_and_features(student(NOISY_JUDGE), generated.images)
            shares["gan_test_of_noisy_judge"] = proportion(seen_noisy == generated.labels)
            found["gan_test"]["accuracy_of_noisy_judge"] = shares["gan_test_of_noisy_judge"].value
    else:
        for ending, what in (("", seen), ("_floor", seen_real[~learns])):
            covered, distance = generation.coverage(what, labels[learns], classes.COUNT)
            found[f"coverage{ending}"] = {"classes": covered, "distance": distance}
    shares |= {f"taken_for_real.{name}": share for name, share in taken.items()}

    with store.complete_or_absent(Path(f"reports/gans/tables/{key}")) as folder:
        folder.mkdir()
        gan_scores.proportions(shares).to_csv(folder / "proportions.csv", index=False)
        by_class.to_csv(folder / "per_class.csv", index=False)
        noise.to_csv(folder / "noise.csv", index=False)
        (folder / "scores.json").write_text(texts.as_json(found), encoding="utf-8")
    texts.write({Path(f"metrics/{key}.json"): texts.as_json(gan_scores.metrics(found))})


if __name__ == "__main__":
    stage.run(main)
