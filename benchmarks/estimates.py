"""What the study would cost for other numbers of images and variants, from the costs in docs/scaling.md: estimates.py.

Prints the tables under "Estimates" there. Nothing is measured: it multiplies the costs that `scaling.py` measured.
"""

import re
from pathlib import Path
from typing import NamedTuple

from tabulate import tabulate

from misread import params
from misread.experiments.project_copy import ROOT

CORE_HOUR, GIGABYTE_MONTH = 0.05, 0.023  # US dollars: assumed prices of a core and of object storage
IMAGES = 10_000_000
GTSRB = 51_839
TEST_SHARE = 0.25  # of the images, in the table of costs and in GTSRB
SIZES = (28, 40, 50)  # pixels, of the images of the table of costs
ROW = re.compile(r"^\| `([\w@-]+)`[^|]*\| ([\d.]+) \| ([\d.]+) \|", re.MULTILINE)


class Cost(NamedTuple):
    """Processor time of a stage in s: what does not grow, and for each image."""

    fixed: float
    image: float

    def hours(self, images: float, times: int = 1) -> float:
        """Processor time in hours; ``times`` epochs or similar stages."""
        return (self.fixed + self.image * images * times) / 3600


def costs(document: Path) -> dict[str, Cost]:
    """Stage -> its cost in the table of a document."""
    table = document.read_text(encoding="utf-8").partition("| fixed processor time, s |")[2].partition("\n\n")[0]
    return {stage: Cost(float(fixed), float(image) / 1000) for stage, fixed, image in ROW.findall(table)}


def many_images(found: dict[str, Cost], settings: params.Params) -> list[list[str]]:
    """Rows: stage, processor time and its price, for `IMAGES`."""
    epochs = {name: settings.networks[name].epochs for name in ("cnn", "resnet50")}
    tested = settings.sweep.images / TEST_SHARE  # the images of which so many are tested
    noises = [found[f"noise@{kind}-max"] for kind in settings.noise.types.names]
    hours = {
        "`prepare`": found["prepare"].hours(IMAGES),
        "`noise`, nine sets": sum(cost.hours(IMAGES, len(params.LEVELS)) for cost in noises),
        f"`train@cnn-clean`, {epochs['cnn']} epochs": found["train@cnn-clean"].hours(IMAGES, epochs["cnn"]),
        "`evaluate@cnn-clean`, ten sets": found["evaluate@cnn-clean"].hours(IMAGES),
        f"`sweep@cnn-clean`, {settings.sweep.images:,} test images": found["sweep@cnn-clean"].hours(tested),
        "`score@cnn-clean`": found["score@cnn-clean"].hours(IMAGES),
        f"`train@resnet50-clean`, {epochs['resnet50']} epochs": found["train@resnet50-clean"].hours(
            IMAGES, epochs["resnet50"]
        ),
        "`evaluate@resnet50-clean`, ten sets": found["evaluate@resnet50-clean"].hours(IMAGES),
        f"`train_gan@cgan-clean`, {settings.gan.kinds.cgan.epochs} epochs": found["train_gan@cgan-clean"].hours(
            IMAGES, settings.gan.kinds.cgan.epochs
        ),
    }
    return [[stage, f"{value:.2g}", f"{value * CORE_HOUR:.2f}"] for stage, value in hours.items()]


def storage() -> list[list[str]]:
    """Rows: what, gigabytes and the price of a month, for `IMAGES`."""
    image = sum(3 * size**2 for size in SIZES)
    sizes = {"one set": IMAGES * image / 1e9, "the clean and nine noisy sets": 10 * IMAGES * image / 1e9}
    return [[name, f"{value:,.0f}", f"{value * GIGABYTE_MONTH:,.0f}"] for name, value in sizes.items()]


def variants(found: dict[str, Cost], settings: params.Params) -> list[list[str]]:
    """Rows: kind of variant, processor time of one and of 1,000 on GTSRB, and their price."""
    tested = settings.sweep.images / TEST_SHARE
    training = (
        found["train@cnn-clean"].hours(GTSRB, settings.networks["cnn"].epochs)
        + found["evaluate@cnn-clean"].hours(GTSRB)
        + found["sweep@cnn-clean"].hours(tested)
        + found["score@cnn-clean"].hours(GTSRB)
    )
    noises = sum(found[f"noise@{kind}-max"].hours(GTSRB) for kind in settings.noise.types.names)
    images = found["prepare"].hours(GTSRB) + len(params.LEVELS) * noises
    kinds = {
        "the small CNN, trained and tested on the same image sets": training,
        "the same with image sets of its own (another `seed` or `resize`)": training + images,
    }
    return [
        [kind, f"{60 * value:.1f}", f"{1000 * value:.0f}", f"{1000 * value * CORE_HOUR:.1f}"]
        for kind, value in kinds.items()
    ]


def main() -> None:
    found, settings = costs(ROOT / "docs/scaling.md"), params.load(ROOT / "params.yaml")
    for headers, rows in (
        (["stage", "core-hours", "US$"], many_images(found, settings)),
        (["image sets", "GB", "US$ a month"], storage()),
        (["variant", "core-minutes", "core-hours of 1,000", "US$ of 1,000"], variants(found, settings)),
    ):
        print(tabulate(rows, headers, "pipe", disable_numparse=True), "\n")


if __name__ == "__main__":
    main()
