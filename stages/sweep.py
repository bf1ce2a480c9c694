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

KEPT = ["row", "label", "prediction", "confidence"]


def noises(settings: params.Params) -> list[dict]:
    """Every noise of the sweep: its grid (``strengths`` or ``waves``), type, strength and options."""
    sweep, options = settings.sweep, settings.noise.options
    fine = [
        {"grid": "strengths", "noise_type": kind, "strength": strength, "options": getattr(options, kind).model_dump()}
        for kind in params.NOISE_TYPES
        for strength in getattr(sweep.strengths, kind)
    ]
    waves = [
        {
            "grid": "waves",
            "noise_type": "periodic",
            "strength": sweep.waves.amplitude,
            "options": {"period": period, "angle": angle},
        }
        for period in sweep.waves.periods
        for angle in sweep.waves.angles
    ]
    return fine + waves


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
    clean = {grid: np.asarray(images[chosen]) for grid, chosen in rows.items()}

    def predict(shown: np.ndarray, grid: str) -> pd.DataFrame:
        table = prediction.table(model, shown, labels[rows[grid]])
        return table.assign(row=rows[grid].astype(np.int32))[KEPT]

    tables: dict[str, list] = {"strengths": [predict(clean["strengths"], "strengths").assign(noise_type="none")]}
    tables["strengths"][0]["strength"] = 0.0
    tables["waves"], energies = [], []
    for noise in tqdm(noises(settings), desc=key, unit="noise"):
        grid, kind, strength = noise["grid"], noise["noise_type"], noise["strength"]
        noisy = add_noise(
            clean[grid], rows[grid], noise_type=kind, strength=strength, options=noise["options"], seed=settings.seed,
            split="test",
        )  # fmt: skip
        table = predict(noisy, grid)
        if grid == "strengths":
            rmse, psnr = quality.error(clean[grid], noisy)
            energies.append({"noise_type": kind, "strength": strength, "rmse": rmse, "psnr": psnr})
            tables[grid].append(table.assign(noise_type=kind, strength=strength))
        else:
            tables[grid].append(table.assign(**noise["options"]))

    with store.complete_or_absent(Path(f"reports/sweep/{key}")) as folder:
        folder.mkdir()
        for grid, parts in tables.items():
            pd.concat(parts, ignore_index=True).to_parquet(folder / f"{grid}.parquet", index=False)
        pd.DataFrame(energies).to_csv(folder / "energy.csv", index=False)


if __name__ == "__main__":
    stage.run(main)
