"""The clean and the noisy sets against `np.save` of the same bytes, and against one PNG for each image.

On rendered signs. `np.save` only writes: what is over a ratio of 1 is the work of making the images.
"""

import multiprocessing
import resource
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import skimage
from contest import Result, contest

from misread import params
from misread.data import clean_sets, store
from misread.gtsrb import dataset, rendered
from misread.noise import noisy_sets

IMAGES_PER_CLASS, ROUNDS = 120, 3
PNG_IMAGES = 500  # as many as one round of PNG files takes
LEVELS = params.load().noise.sets


def sizes(settings: params.Params) -> list[int]:
    """Sides of the images of all networks, ascending, pixels."""
    return sorted(set(settings.image_sizes.values()))


def fresh(folder: Path) -> Path:
    """A folder with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write_clean(archives: Path, folder: Path, settings: params.Params, repeats: int = 1) -> None:
    """The clean training set at every size, as the stage `prepare` writes it."""
    index = dataset.read_train_index(archives)
    index = index.loc[np.tile(index.index, repeats)].reset_index(drop=True)
    targets = {size: fresh(folder) / str(size) for size in sizes(settings)}
    archive = archives / dataset.TRAIN.name
    clean_sets.write_split(index, archive, dataset.TRAIN_ROOT, settings.resize, targets, "clean")


def write_noisy(clean: Path, folder: Path, settings: params.Params, levels=LEVELS) -> None:
    """Noisy copies of the clean sets, as the noise stages write them."""
    fresh(folder)
    for noise_type, level in levels:
        for size in sizes(settings):
            noisy_sets.write_noisy_set(
                clean / str(size), folder / f"{noise_type}-{level}/{size}", "noisy", noise_type=noise_type,
                strength=settings.noise.strength_of(noise_type, level),
                options=settings.noise.options_of(noise_type), seed=0, split="train",
            )  # fmt: skip


def save(arrays: list[np.ndarray], folder: Path) -> None:
    """Write arrays with `np.save`, each in a file of its own."""
    fresh(folder)
    for number, array in enumerate(arrays):
        np.save(folder / f"{number}.npy", array)


def write_png(clean: Path, folder: Path, settings: params.Params) -> None:
    """Read a PNG, add salt & pepper noise with scikit-image, write a PNG: image by image."""
    fresh(folder)
    for source in sorted(clean.iterdir()):
        image = skimage.io.imread(source)
        noisy = skimage.util.random_noise(image, mode="s&p", amount=settings.noise.strength_of("salt_pepper", "max"))
        skimage.io.imsave(folder / source.name, skimage.img_as_ubyte(noisy), check_contrast=False)


def peak_of(function) -> float:
    """Peak memory of a function in a process of its own and of its workers, in MB."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measured, function).result()


def measured(function) -> float:
    function()
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def memory() -> list[str]:
    """Peak memory of `prepare` and of a noise stage, on few images and on ten times as many."""
    settings = params.load()
    lines = []
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        rendered.write_archives(fresh(work / "archives"), 60, 0)
        peaks = [peak_of(partial(write_clean, work / "archives", work / f"c{n}", settings, n)) for n in (1, 10)]
        lines.append("prepare: {:.0f} MB at 2,580 images, {:.0f} MB at 25,800".format(*peaks))
        level = [("gaussian", "max")]
        peaks = [peak_of(partial(write_noisy, work / f"c{n}", work / "n", settings, level)) for n in (1, 10)]
        lines.append("noise@gaussian-max: {:.0f} MB at 2,580 images, {:.0f} MB at 25,800".format(*peaks))
    return lines


def results() -> list[Result]:
    """`prepare` and the nine noisy sets, on all cores, as in the study."""
    settings = params.load()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        clean = work / "clean"
        rendered.write_archives(fresh(work / "archives"), IMAGES_PER_CLASS, 0)
        write_clean(work / "archives", clean, settings)
        arrays = [np.asarray(store.open_set(clean / str(size)).images) for size in sizes(settings)]
        count = len(arrays[0])
        found = contest(
            f"prepare, {count:,} images at {len(arrays)} sizes",
            lambda: write_clean(work / "archives", work / "made", settings),
            {"np.save of the same bytes": lambda: save(arrays, work / "saved")}, ROUNDS,
        )  # fmt: skip
        found += contest(
            f"nine noisy sets of {count:,} images at {len(arrays)} sizes",
            lambda: write_noisy(clean, work / "noisy", settings),
            {"np.save of the same bytes": lambda: save(arrays * len(LEVELS), work / "saved")}, ROUNDS,
        )  # fmt: skip
        few, folder = arrays[sizes(settings).index(40)][:PNG_IMAGES], fresh(work / "png")
        store.create_set(work / "few/40", np.zeros(len(few)), 40)
        store.write_rows(work / "few/40", 0, few)
        for number, image in enumerate(few):
            cv2.imwrite(str(folder / f"{number:05}.png"), image)
        one = partial(
            noisy_sets.write_noisy_set, work / "few/40", noise_type="salt_pepper", options={}, seed=0, split="train",
            strength=settings.noise.strength_of("salt_pepper", "max"), title="noisy",
        )  # fmt: skip
        found += contest(
            f"salt & pepper noise on {len(few)} images of 40 px, from disk to disk",
            lambda: one(fresh(work / "one") / "40"),
            {"one PNG for each image, scikit-image": lambda: write_png(folder, work / "png-noisy", settings)}, ROUNDS,
        )  # fmt: skip
    return found
