"""A few signs with every strength of each noise, and the predictions of each classifier, computed in advance."""

import numpy as np
import pandas as pd
from PIL import Image

from misread import paths
from misread.data import store
from misread.gtsrb import classes
from misread.noise.apply import add_noise
from misread.noise.types import NOISE_TYPES
from misread.params import Params
from misread.report import style
from misread.report.pictures import webp
from misread.report.results import Results
from misread.report.topic import Topic

SIGNS = 6


def rows_shown(sweeps: dict[str, pd.DataFrame], area: np.ndarray, seed: int) -> np.ndarray:
    """Random large signs of different classes that as many classifiers as possible classify correctly without noise.

    Args:
        sweeps: key -> predictions over the grid of strengths, of the same images for all.
        area: area of each test image in pixels, ``(N,)``.
        seed: seed of the random choice.

    Returns:
        int, at most `SIGNS` rows of the test set, ascending.

    """
    clean = pd.concat(table[table.noise_type == "none"] for table in sweeps.values())
    correct = (clean.label == clean.prediction).groupby(clean.row).sum()
    found = pd.DataFrame({"correct": correct, "label": clean.groupby("row").label.first()})
    found["large"] = area[found.index] > np.median(area[found.index])
    found = found.sample(frac=1, random_state=np.random.default_rng(seed))
    found = found.sort_values(["correct", "large"], ascending=False, kind="stable").drop_duplicates("label")
    return np.sort(found.index[:SIGNS].to_numpy())


def sprite(images: np.ndarray, rows: np.ndarray, noise_type: str, strengths: list[float], settings: Params) -> Image:
    """Signs with a noise in one picture: a row for each sign, a column for each strength, the first without noise.

    Args:
        images: the clean test set, uint8 ``(N, SIZE, SIZE, 3)``.
        rows: rows of the signs in the test set.
        noise_type: module of `misread.noise.types`.
        strengths: ascending.
        settings: the parameters.

    """
    clean = np.asarray(images[rows])
    columns = [clean] + [
        add_noise(
            clean, rows, noise_type=noise_type, strength=strength, options=settings.noise.options_of(noise_type),
            seed=settings.seed, split="test",
        )
        for strength in strengths
    ]  # fmt: skip
    return Image.fromarray(np.concatenate([np.concatenate(column) for column in columns], axis=1))


def text(results: Results) -> dict[str, object]:
    """Pictures and predicted classes by classifier, strength (the first is no noise) and sign."""
    settings = results.settings
    images = store.open_set(paths.test_sets(settings.baseline) / "clean").images
    index = pd.read_csv(paths.index("test"))
    rows = rows_shown(results.sweeps, (index.width * index.height).to_numpy(), settings.seed)
    tables = {
        key: table.set_index(["noise_type", "strength", "row"]).prediction for key, table in results.sweeps.items()
    }
    noises = []
    for noise_type in settings.noise.types.names:
        strengths = settings.noise.types[noise_type].sweep
        places = [("none", 0.0), *((noise_type, strength) for strength in strengths)]
        noises.append(
            {
                "title": style.noise_title(noise_type),
                "strengths": ["no noise", *(NOISE_TYPES[noise_type].words(strength) for strength in strengths)],
                "picture": webp(sprite(images, rows, noise_type, strengths, settings)),
                "predictions": {
                    key: [[int(table[(*place, row)]) for row in rows] for place in places]
                    for key, table in tables.items()
                },
            }
        )
    return {
        "baseline": settings.baseline,
        "image_size": images.shape[1],
        "data": {
            "noises": noises,
            "labels": index.class_id[rows].tolist(),
            "classifiers": results.titles,
            "classes": classes.NAMES,
        },
    }


TOPIC = Topic("Signs under noise", text=text)
