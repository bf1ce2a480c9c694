"""Draw the figures of the GANs: samples, training, how true their images are, what these teach, the noise in them."""

from pathlib import Path

import cv2
import pandas as pd

import stage
import texts
from misread import params
from misread.report import gan_figures, style

GANS = Path("reports/gans")
ROWS = 4  # of samples


def last_grid(key: str, size: int) -> "cv2.typing.MatLike":
    """The top rows of the samples that were drawn after the last epoch."""
    path = max((GANS / "training" / key).glob("epoch-*.png"))
    return cv2.imread(str(path))[: ROWS * size, :, ::-1]


def tables(keys: list[str], name: str) -> dict[str, pd.DataFrame]:
    """A table of each GAN."""
    return {key: pd.read_csv(GANS / f"tables/{key}/{name}.csv") for key in keys}


def main() -> None:
    settings = params.load()
    source, size = settings.data.source, settings.gan.image_size
    keys = sorted((path.stem for path in (GANS / "history").glob("*.csv")), key=lambda key: (key[0] != "g", key))
    proportions = tables(keys, "proportions")
    closeness = {
        key: texts.read_json(GANS / f"tables/{key}/scores.json")
        | dict(zip(proportions[key].measure, proportions[key].value, strict=True))
        for key in keys
    }
    students, gains = (pd.read_csv(GANS / f"{name}.csv", keep_default_na=False) for name in ("students", "gains"))
    figures = {
        "samples": gan_figures.samples({key: last_grid(key, size) for key in keys}, ROWS, source),
        "training": gan_figures.training({key: pd.read_csv(GANS / f"history/{key}.csv") for key in keys}, source),
        "by_class": gan_figures.by_class(tables(keys, "per_class"), source),
        "closeness": gan_figures.closeness(closeness, source),
        "taken_for_real": gan_figures.taken_for_real(proportions, source),
        "lessons": gan_figures.lessons(students, source),
        "gains": gan_figures.gains(gains, source),
        "noise": gan_figures.noise(tables(keys, "noise"), source),
    }
    style.save(figures, Path("reports/figures/gans"))


if __name__ == "__main__":
    stage.run(main)
