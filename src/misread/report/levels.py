"""The noisy sets: examples, strengths, and the accuracy of each classifier on them."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread import paths
from misread.noise.apply import add_noise
from misread.noise.types import NOISE_TYPES
from misread.params import LEVELS
from misread.params.schema import Noise
from misread.report import page, signs, style
from misread.report.results import Results
from misread.report.topic import Drawn, Topic

CLASS_SHOWN = 14  # stop


def noise_grid(image: np.ndarray, row: int, noise: Noise, seed: int, source: str) -> Figure:
    """A test image with each noise type at each level, the same noise as in the noisy sets.

    Args:
        image: uint8, ``(SIZE, SIZE, 3)``.
        row: row of the image in the test set.
        noise: strengths and options.
        seed: the study's seed.
        source: ``gtsrb`` or ``synthetic``.

    """
    types = noise.types.names
    figure, grid = plt.subplots(len(types), 1 + len(LEVELS), figsize=(7.2, 1.95 * len(types)), squeeze=False)
    for line, noise_type in zip(grid, types, strict=True):
        style.show(line[0], image, style.noise_title(noise_type) + ": none")
        for axes, level in zip(line[1:], LEVELS, strict=True):
            strength = noise.strength_of(noise_type, level)
            noisy = add_noise(
                image[None], np.array([row]), noise_type=noise_type, strength=strength,
                options=noise.options_of(noise_type), seed=seed, split="test",
            )[0]  # fmt: skip
            style.show(axes, noisy, f"{level} ({strength:g})")
    style.source_note(figure, source)
    return figure


def accuracy_by_level(tables: dict[str, pd.DataFrame], titles: dict[str, str], source: str) -> Figure:
    """Accuracy against the level of each noise type, with 95% intervals, a panel for each type.

    Args:
        tables: key -> table of `misread.metrics.accuracy.by_noise`.
        titles: key -> name of the classifier in texts.
        source: ``gtsrb`` or ``synthetic``.

    """
    types = style.noise_types(next(iter(tables.values())))
    figure, panels = plt.subplots(1, len(types), figsize=(3.5 * len(types), 3.9), sharey=True, squeeze=False)
    steps = ["clean", *LEVELS]
    for axes, noise_type in zip(panels[0], types, strict=True):
        for key, table in tables.items():
            values = table[table.noise_type.isin(["none", noise_type])]
            errors = np.abs(values[["low", "high"]].to_numpy().T - values.accuracy.to_numpy())
            color, line = style.of_classifier(key)
            axes.errorbar(
                range(len(steps)), values.accuracy, errors, color=color, ls=line, marker="o", ms=3, capsize=2, lw=1.4,
                label=titles[key],
            )  # fmt: skip
        axes.set(title=style.noise_title(noise_type), xlabel="noise level", ylim=(0, 1.02))
        axes.set_xticks(range(len(steps)), steps)
    panels[0, 0].set_ylabel("accuracy")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    style.source_note(figure, source)
    return figure


def figures(results: Results) -> dict[str, Drawn]:
    """The noise grid, and accuracy by level."""
    settings = results.settings
    row = signs.rows_by_class(pd.read_csv(paths.index("test")))[CLASS_SHOWN]
    image = signs.largest_test_images(settings)[row]
    return {
        "noise_grid": Drawn(
            noise_grid(image, row, settings.noise, settings.seed, results.source),
            "A test image under each noise type and level.",
            "One sign under each type of noise, at three levels",
            photographs=True,
        ),
        "accuracy_by_level": Drawn(
            accuracy_by_level(results.scored, results.titles, results.source),
            f"Accuracy by noise level, with 95% intervals; n = {results.counts.test:,}.",
            "Lines of accuracy over the level of noise, for each network and regime, a panel for each type of noise",
            classifiers=True,
        ),
    }


def noise_strengths(results: Results) -> page.Table:
    """Strength, RMSE, PSNR and SSIM of each noisy set."""
    rows = [
        {"noisy set": name, "strength": values["strength"]}
        | {
            f"{measure.upper()} at {size}": found[measure]
            for size, found in values.items()
            if size != "strength"
            for measure in ("rmse", "psnr", "ssim")
            if measure != "ssim" or size == max(values.keys() - {"strength"})
        }
        for name, values in results.noise.items()
    ]
    return page.table(
        pd.DataFrame(rows),
        "Strength and error of each noisy set",
        "Strengths are in the unit of the noise type. RMSE, in grey levels, and PSNR, in dB, are those after clipping, "
        f"over the images without their padding; n = {_images(results):,} test images.",
        {"strength": "{:g}".format, **dict.fromkeys(_columns(rows, "RMSE", "PSNR"), "{:.1f}".format)},
    )


def _images(results: Results) -> int:
    """Number of test images on which the error of the noise was measured."""
    return next(size["n"] for values in results.noise.values() for name, size in values.items() if name != "strength")


def _columns(rows: list[dict], *beginnings: str) -> list[str]:
    return [name for name in rows[0] if name.startswith(beginnings)]


def accuracy(results: Results) -> page.Table:
    """Accuracy of every classifier on every test set."""
    rows = []
    for key, table in results.scored.items():
        row: dict[str, object] = {"network": results.titles[key]}
        for one in table.itertuples():
            interval = f"{one.low:.3f} to {one.high:.3f}"
            row[style.set_title(one.noise_type, one.noise_level)] = page.Shown(
                f"{one.accuracy:.3f}", one.accuracy, interval
            )
        rows.append(row)
    tables = pd.concat(results.scored.values())
    return page.table(
        pd.DataFrame(rows),
        "Accuracy on the clean test set and on every noisy one",
        f"n = {tables.n.max():,} images in each set{averaged(results)}; {widest(tables)}.",
    )


def averaged(results: Results) -> str:
    """Part of a sentence: accuracies are means over the trainings, if a network has several."""
    return ", mean over the trainings" if results.several else ""


def widest(table: pd.DataFrame) -> str:
    """The largest width of the 95% intervals in a table."""
    half = np.maximum(table.high - table.accuracy, table.accuracy - table.low).max()
    return f"95% intervals extend at most {half:.3f} to either side"


def all_results(results: Results) -> page.Table:
    """Accuracy of every network, regime and conditional GAN on every test set, with intervals."""
    named = results.study.rename(columns=lambda name: name.lower().replace(" ", "_"))
    lines: dict[tuple, dict] = {}
    for row in named.itertuples():
        line = lines.setdefault((row.network, row.image_size, row.regime), {})
        name = style.set_title(row.noise_type, row.noise_level)
        line[name] = page.Shown(f"{row.accuracy:.3f}<br><sub>{row.low:.3f}-{row.high:.3f}</sub>", row.accuracy)
    heads = ("network", "image size", "regime")
    regimes = " ".join(
        f"Networks of the regime `{name}` are trained on {text}." for name, text in results.trained_on.items()
    )
    return page.table(
        pd.DataFrame([dict(zip(heads, key, strict=True)) | line for key, line in lines.items()]),
        "Accuracy of every classifier on every test set",
        f"Share of the {named.n.max():,} test images that are classified correctly{averaged(results)}, with the 95% "
        f"interval below it. {regimes} {results.seen_in_training} GAN-train: small CNNs trained only on generated "
        "signs. Full precision: `results.csv`.",
    )


def tables(results: Results) -> dict[str, page.Table]:
    """Tables of the noisy sets and of the accuracy on them; ``all_results`` is for GitHub."""
    return {
        "noise_strengths": noise_strengths(results),
        "accuracy": accuracy(results),
        "all_results": all_results(results),
    }


def text(results: Results) -> dict[str, object]:
    """Names and descriptions of the noise types."""
    types = [NOISE_TYPES[name] for name in results.settings.noise.types.names]
    return {"titles": [one.title for one in types], "descriptions": [one.description for one in types]}


TOPIC = Topic("Accuracy under noise", figures=figures, tables=tables, text=text)
