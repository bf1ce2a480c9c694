"""Predict a part of the test set under fine grids of noise, made in memory: sweep.py NETWORK REGIME."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

import stage
from misread import params
from misread.data import store, subset
from misread.networks import determinism, prediction, saving
from misread.noise import quality
from misread.noise.apply import add_noise

BLOCK = 2000  # images in memory at once
KEPT = ["row", "label", "prediction", "confidence"]


def noises(settings: params.Params) -> list[tuple[str, dict]]:
    """Every noise of the sweep, with its grid (``strengths`` or ``waves``)."""
    sweep, options = settings.sweep, settings.noise.options
    fine = [
        {"noise_type": kind, "strength": strength, "options": getattr(options, kind).model_dump()}
        for kind in params.NOISE_TYPES
        for strength in getattr(sweep.strengths, kind)
    ]
    waves = [
        {
            "noise_type": "periodic",
            "strength": sweep.waves.amplitude,
            "options": {"period": period, "angle": angle},
        }
        for period in sweep.waves.periods
        for angle in sweep.waves.angles
    ]
    return [("strengths", noise) for noise in fine] + [("waves", noise) for noise in waves]


def main() -> None:
    name, regime = sys.argv[1:]
    settings = params.load()
    determinism.make_deterministic(settings.seed)
    size, key = settings.networks[name].image_size, f"{name}-{regime}"
    model = saving.load(Path(f"models/{key}/model.keras"))
    images, labels = store.open_set(Path(f"data/clean/{size}/test"))
    labels = np.asarray(labels)
    counts = {"strengths": settings.sweep.images, "waves": settings.sweep.waves.images}
    rows = {grid: subset.stratified_rows(labels, count, settings.seed) for grid, count in counts.items()}

    def predict(grid: str, noise: dict | None) -> tuple[pd.DataFrame, float]:
        """Predictions of a grid's images under a noise, and its mean squared error after clipping."""
        tables, squares = [], 0.0
        for block in np.array_split(rows[grid], -(-len(rows[grid]) // BLOCK)):
            clean = np.asarray(images[block])
            noisy = clean if noise is None else add_noise(clean, block, seed=settings.seed, split="test", **noise)
            tables.append(prediction.table(model, noisy, labels[block]).assign(row=block.astype(np.int32))[KEPT])
            squares += quality.mean_square(clean, noisy) * len(block)
        return pd.concat(tables, ignore_index=True), squares / len(rows[grid])

    tables = {"strengths": [predict("strengths", None)[0].assign(noise_type="none", strength=0.0)], "waves": []}
    energies: dict[str, list[dict]] = {"strengths": [], "waves": []}
    for grid, noise in tqdm(noises(settings), desc=key, unit="noise"):
        table, square = predict(grid, noise)
        what = {name: noise[name] for name in ("noise_type", "strength")} if grid == "strengths" else noise["options"]
        tables[grid].append(table.assign(**what))
        energies[grid].append(what | {"rmse": square**0.5, "psnr": quality.psnr_of(square**0.5)})

    with store.complete_or_absent(Path(f"reports/sweep/{key}")) as folder:
        folder.mkdir()
        for grid, parts in tables.items():
            pd.concat(parts, ignore_index=True).to_parquet(folder / f"{grid}.parquet", index=False)
        pd.DataFrame(energies["strengths"]).to_csv(folder / "energy.csv", index=False)
        pd.DataFrame(energies["waves"]).to_csv(folder / "wave_energy.csv", index=False)


if __name__ == "__main__":
    stage.run(main)
