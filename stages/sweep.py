"""Predict a part of the test set under fine grids of noise, made in memory: sweep.py NETWORK REGIME."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

import stage
from misread import params
from misread.data import store, subset
from misread.networks import determinism, prediction, saving
from misread.noise import quality
from misread.noise.apply import add_noise

BLOCK = 2000  # images in memory at once, and as many being made
KEPT = ["row", "label", "prediction", "confidence"]


class Noise(NamedTuple):
    """A noise of one of the grids."""

    grid: str  # strengths or waves
    place: dict  # where on the grid
    made_by: dict | None  # arguments of `add_noise`; None: no noise


def noises(settings: params.Params) -> list[Noise]:
    """Every noise of the sweep, the clean images first."""
    sweep, options = settings.sweep, settings.noise.options
    places = [
        {"noise_type": kind, "strength": strength}
        for kind in params.NOISE_TYPES
        for strength in getattr(sweep.strengths, kind)
    ]
    waves = [{"period": period, "angle": angle} for period in sweep.waves.periods for angle in sweep.waves.angles]
    return [
        Noise("strengths", {"noise_type": "none", "strength": 0.0}, None),
        *(
            Noise("strengths", place, place | {"options": getattr(options, place["noise_type"]).model_dump()})
            for place in places
        ),
        *(
            Noise("waves", wave, {"noise_type": "periodic", "strength": sweep.waves.amplitude, "options": wave})
            for wave in waves
        ),
    ]


def blocks_of(noise: Noise, images: np.ndarray, rows: np.ndarray, seed: int) -> Iterator[tuple]:
    """Images before and after a noise: the noise, rows, clean and noisy images of each block."""
    for block in np.array_split(rows, -(-len(rows) // BLOCK)):
        clean = np.asarray(images[block])
        made = noise.made_by
        yield noise, block, clean, clean if made is None else add_noise(clean, block, seed=seed, split="test", **made)


def read_ahead(items: Iterator) -> Iterator:
    """Make the next item in a thread while the present one is used."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item


def energy(squares: list[dict]) -> pd.DataFrame:
    """RMSE and PSNR of every noise after clipping, over all its blocks."""
    sums = pd.DataFrame(squares)
    sums = sums.groupby([name for name in sums if name not in ("square", "n")], sort=False).sum().reset_index()
    sums["rmse"] = (sums.pop("square") / sums.pop("n")) ** 0.5
    return sums.assign(psnr=sums.rmse.map(quality.psnr_of))


def main() -> None:
    name, regime = sys.argv[1:]
    settings = params.load()
    determinism.make_deterministic(settings.seed, settings.threads)
    size, key = settings.networks[name].image_size, f"{name}-{regime}"
    model = saving.load(Path(f"models/{key}/model.keras"))
    images, labels = store.open_set(Path(f"data/clean/{size}/test"))
    labels = np.asarray(labels)
    counts = {"strengths": settings.sweep.images, "waves": settings.sweep.waves.images}
    rows = {grid: subset.stratified_rows(labels, count, settings.seed) for grid, count in counts.items()}
    grid = noises(settings)
    blocks = (block for noise in grid for block in blocks_of(noise, images, rows[noise.grid], settings.seed))

    tables: dict[str, list[pd.DataFrame]] = {"strengths": [], "waves": []}
    squares: dict[str, list[dict]] = {"strengths": [], "waves": []}
    total = sum(len(rows[noise.grid]) for noise in grid)
    with tqdm(total=total, desc=key, unit="img", unit_scale=True) as bar:
        for noise, block, clean, noisy in read_ahead(blocks):
            table = prediction.table(model, noisy, labels[block]).assign(row=block.astype(np.int32))[KEPT]
            tables[noise.grid].append(table.assign(**noise.place))
            if noise.made_by:
                square = quality.mean_square(clean, noisy)
                squares[noise.grid].append(noise.place | {"square": square * len(block), "n": len(block)})
            bar.update(len(block))

    with store.complete_or_absent(Path(f"reports/sweep/{key}")) as folder:
        folder.mkdir()
        for grid, parts in tables.items():
            pd.concat(parts, ignore_index=True).to_parquet(folder / f"{grid}.parquet", index=False)
        energy(squares["strengths"]).to_csv(folder / "energy.csv", index=False)
        energy(squares["waves"]).to_csv(folder / "wave_energy.csv", index=False)


if __name__ == "__main__":
    stage.run(main)
