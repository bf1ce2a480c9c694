"""What the report shows: its figures and tables, with captions that say what is seen and of how many images."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from misread.analysis import safety, sweeps
from misread.analysis.thresholds import BELOW_GRID, NOT_REACHED, TOO_FEW
from misread.data import classes
from misread.params import NOISE_TYPES
from misread.report import page, prose
from misread.report.style import NOISE_NAMES

# Sections of the page, templates of the same names.
CONTENTS = {
    "answers": "Questions and answers",
    "data": "Data",
    "noise": "Noise",
    "networks": "Networks",
    "accuracy": "Accuracy under noise",
    "failure": "Where networks start to fail",
    "ranking": "Which noise disrupts most",
    "waves": "Periodic noise in depth",
    "transfer": "Learning from one noise, tested on others",
    "misreadings": "What is misread as what",
    "gans": "What GANs add",
    "limits": "Limits",
    "reproduce": "How to reproduce",
}


class Results(NamedTuple):
    """The study's numbers, as the stages have written them."""

    titles: dict[str, str]  # key of a network and regime -> what a reader knows it by
    scored: dict[str, pd.DataFrame]  # key -> table of `misread.analysis.scores.by_noise`
    thresholds: pd.DataFrame  # of `misread.analysis.sweeps.threshold_table`
    ranking: pd.DataFrame  # of `misread.analysis.ranking.rank`, with a column network
    ranking_pairs: pd.DataFrame
    confusions: pd.DataFrame  # of `misread.analysis.safety.frequent_confusions`, with columns network and noise
    permits_more: pd.DataFrame  # of `misread.analysis.safety.misreadings`, with columns network and noise
    students: pd.DataFrame  # of `misread.analysis.gan_scores.students`
    gains: pd.DataFrame  # of `misread.analysis.gan_scores.gains`
    gans: dict[str, dict]  # key of a GAN and regime -> its metrics
    noise: dict[str, dict]  # ``reports/noise.json``
    curves: pd.DataFrame  # of `misread.analysis.sweeps.curves`, with a column network
    waves: pd.DataFrame  # of `misread.analysis.sweeps.over_waves`, with a column network
    study: pd.DataFrame  # ``reports/results.csv``
    gan_variants: pd.DataFrame  # of ``scripts/compare_gans.py``, always of GTSRB
    selected: str  # what the selected noisy set is called


def figures(folder: Path, texts: dict[str, tuple[str, str]]) -> dict[str, page.Picture]:
    """The figures of a folder, by name, with what `captions.captions` says of them."""
    return {name: page.picture(folder / f"{name}.png", caption, alt) for name, (caption, alt) in texts.items()}


def tables(results: Results) -> dict[str, page.Table]:
    """The tables, by name."""
    builders: tuple[Callable[[Results], page.Table], ...] = (
        accuracy, threshold_table, ranking, ranking_pairs, confusions, commanding, mapping, noise_strengths, generated,
        gan_variants, lessons,
    )  # fmt: skip
    return {builder.__name__: builder(results) for builder in builders}


def accuracy(results: Results) -> page.Table:
    """Every network and regime on every test set."""
    rows = []
    for key, table in results.scored.items():
        row = {"network": results.titles[key]}
        for one in table.itertuples():
            row[f"{NOISE_NAMES[one.noise_type]} {one.noise_level}".removesuffix(" none")] = one.accuracy
        rows.append(row)
    tables = pd.concat(results.scored.values())
    return page.table(
        pd.DataFrame(rows),
        f"Accuracy on the clean and the nine noisy test sets; n = {tables.n.max():,} each, {_widest(tables)}.",
    )


def study(results: Results) -> page.Table:
    """The study's table for GitHub: every network, regime and conditional GAN on every test set, with intervals."""
    named = results.study.rename(columns=lambda name: name.lower().replace(" ", "_"))
    lines: dict[tuple, dict] = {}
    for row in named.itertuples():
        line = lines.setdefault((row.network, row.image_size, row.regime), {})
        name = f"{NOISE_NAMES[row.noise_type]} {row.noise_level}".removesuffix(" none")
        line[name] = page.Shown(f"{row.accuracy:.3f}<br><sub>{row.low:.3f}-{row.high:.3f}</sub>", row.accuracy)
    heads = ("network", "image size", "regime")
    return page.table(
        pd.DataFrame([dict(zip(heads, key, strict=True)) | line for key, line in lines.items()]),
        f"Share of the {named.n.max():,} test images classified correctly, with the 95% Wilson interval below it. The "
        f"regime `noisy` learns from {results.selected} noise. GAN-train: a small CNN that learnt from generated signs "
        "alone. Full precision: `results.csv`.",
    )


def _widest(table: pd.DataFrame) -> str:
    """How wide 95% intervals are at most."""
    half = np.maximum(table.high - table.accuracy, table.accuracy - table.low).max()
    return f"95% intervals reach at most {half:.3f} to either side"


def threshold_table(results: Results) -> page.Table:
    """All thresholds, with the energy of the noise there."""
    found = results.thresholds
    beyond = {BELOW_GRID: -np.inf, NOT_REACHED: np.inf, TOO_FEW: np.inf}  # where those that have no strength sort
    frame = pd.DataFrame(
        {
            "network": found.network.map(results.titles),
            "noise": found.noise_type.map(NOISE_NAMES),
            "failing": [page.Shown(f"{share:.0%}", share) for share in found.level.map(sweeps.LEVELS)],
            "strength (95% interval)": [
                page.Shown(prose.threshold(row), beyond.get(row.status, row.strength)) for row in found.itertuples()
            ],
            "RMSE": found.rmse,
            "PSNR, dB": found.psnr,
        }
    )
    return page.table(
        frame,
        "The strength at which noise-induced misclassification reaches 5%, 10% and 50%, of the signs that each network "
        f"reads right without noise, {_counts(results.curves.n)}; salt & pepper in pixels, the others in grey levels "
        "(amplitude; standard deviation). RMSE in grey levels and PSNR of that strength after clipping.",
        {"RMSE": "{:.1f}".format, "PSNR, dB": "{:.1f}".format},
    )


def _counts(n: pd.Series) -> str:
    """``n = 90 to 100``."""
    return f"n = {n.min():,}" if n.nunique() == 1 else f"n = {n.min():,} to {n.max():,}"


def _interval(row) -> page.Shown:
    """A row's ``value`` with its 95% interval."""
    return page.Shown(f"{row.value:.3f} ({row.low:.3f} to {row.high:.3f})", row.value)


def ranking(results: Results) -> page.Table:
    """Mean accuracy over PSNR of each noise type."""
    areas = results.ranking.rename(columns={"area": "value"})
    cells = {(row.network, row.noise_type): _interval(row) for row in areas.itertuples()}
    frame = pd.DataFrame(
        {"network": results.titles.values()}
        | {NOISE_NAMES[kind]: [cells[key, kind] for key in results.titles] for kind in NOISE_TYPES}
    )
    low, high = areas.psnr_low.max(), areas.psnr_high.min()
    return page.table(
        frame,
        f"Mean accuracy over the range of PSNR that all types cover, about {low:.0f} to {high:.0f} dB, with 95% "
        f"intervals; {_counts(areas.n)}. The lower, the more the noise disrupts.",
    )


def ranking_pairs(results: Results) -> page.Table:
    """Noise types two by two, on the same images."""
    pairs = results.ranking_pairs.rename(columns={"difference": "value"})
    frame = pd.DataFrame(
        {
            "network": pairs.network.map(results.titles),
            "noise": pairs["first"].map(NOISE_NAMES),
            "less": pairs.second.map(NOISE_NAMES),
            "difference (95% interval)": [
                page.Shown(prose.signed(row.value, row.low, row.high), row.value) for row in pairs.itertuples()
            ],
        }
    )
    return page.table(
        frame,
        f"Differences of the mean accuracies above, paired on the same signs; {_counts(pairs.n)}. Below 0 the first "
        "noise is the worse.",
    )


def confusions(results: Results) -> page.Table:
    """The most frequent confusions under the selected noise."""
    noisy = results.confusions[results.confusions.noise != "clean"]
    n = max(table.n.max() for table in results.scored.values())
    frame = pd.DataFrame(
        {
            "network": noisy.network.map(results.titles),
            "sign": [f"{classes.NAMES[label]} ({label})" for label in noisy.label],
            "read as": [f"{classes.NAMES[label]} ({label})" for label in noisy.prediction],
            "images": noisy.images,
            "share of the class": noisy.share,
            "permits more": noisy.permits_more.map({True: "yes", False: ""}),
        }
    )
    return page.table(
        frame,
        f"The most frequent confusions under {results.selected} noise, for each network and regime; of {n:,} images.",
    )


def commanding(results: Results) -> page.Table:
    """How often commanding signs are read as something that permits more."""
    found = results.permits_more
    frame = pd.DataFrame(
        {
            "network": found.network.map(results.titles),
            "signs": found.signs,
            "noise": found.noise,
            "n": found.n,
            "misread": found.wrong,
            "permits more": found.permits_more,
            "low": found.low,
            "high": found.high,
        }
    )
    return page.table(frame, "Signs that command: share misread, and share read as something that permits more (95%).")


def mapping(_: Results) -> page.Table:
    """Which readings permit more."""
    frame = safety.mapping()
    frame.insert(0, "class", frame.pop("class_id"))
    return page.table(
        frame.rename(columns={"permits_more": "permits more if read as"}),
        "Which readings of a commanding sign let a driver do more than the sign does.",
    )


def noise_strengths(results: Results) -> page.Table:
    """What each noisy set is."""
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
        "Strength of each noisy set, and its error after clipping (RMSE in grey levels, PSNR in dB).",
    )


def generated(results: Results) -> page.Table:
    """The GANs' own figures."""
    rows = [
        {
            "GAN": key,
            "GAN-test": metrics.get("gan_test", {}).get("accuracy"),
            "GAN-train, clean": metrics.get("gan_train", {}).get("clean", {}).get("accuracy"),
            "diversity": metrics.get("diversity"),
            "FID": metrics["fid"],
            "FID of real signs": metrics["fid_floor"],
            "precision": metrics["precision"],
            "recall": metrics["recall"],
            "noise left, grey levels": metrics["residual_rms"],
        }
        for key, metrics in results.gans.items()
    ]
    return page.table(
        pd.DataFrame(rows).astype({"GAN-test": float, "GAN-train, clean": float, "diversity": float}),
        "GAN-test: share of the generated signs in which a network that learnt from real signs sees the wanted class. "
        "GAN-train: accuracy on real test signs of a network that learnt from generated ones alone. Diversity within a "
        "class, and distances: in the features of that network; diversity 1 is that of real signs.",
        dict.fromkeys(("FID", "FID of real signs", "diversity", "noise left, grey levels"), "{:.2f}".format),
    )


def gan_variants(results: Results) -> page.Table:
    """Ways to train the conditional GAN."""
    return page.table(
        results.gan_variants,
        "Ways to train the conditional GAN on clean signs, measured once, by scripts/compare_gans.py: how the "
        "discriminator is told the class, the loss, real images a step, Adam's learning rate. The study's own way is "
        "concat and bce; the first row is how the GANs above are trained.",
        {"FID": "{:.1f}".format, "learning rate": "{:g}".format},
    )


def lessons(results: Results) -> page.Table:
    """The students on every test set."""
    named = results.students.assign(
        noise=[
            f"{NOISE_NAMES[row.noise_type]} {row.noise_level}".removesuffix(" none")
            for row in results.students.itertuples()
        ]
    )
    wide = named.pivot_table(index="student", columns="noise", values="accuracy", sort=False).reset_index()
    return page.table(
        wide,
        f"Accuracy of small networks that learnt from real signs, generated ones, or both; n = {named.n.max():,} each, "
        f"{_widest(named)}.",
    )
