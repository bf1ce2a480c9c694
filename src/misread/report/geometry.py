"""Accuracy on clean signs beside published results, and what the way to resize the signs changes; of GTSRB only."""

from pathlib import Path

import pandas as pd

from misread.metrics import accuracy
from misread.noise.types import NOISE_TYPES
from misread.report import page, style, wording
from misread.report.results import Results
from misread.report.topic import Topic

COMPARISONS = Path("docs/comparisons")


def published(results: Results) -> page.Table:
    """Accuracy of the networks trained on clean signs beside published results."""
    rows = []
    for key, table in results.scored.items():
        if not key.endswith("-clean"):
            continue
        clean = accuracy.on_clean(table)
        rows.append(
            {
                "classifier": f"{table.label.iloc[0]}, {results.settings.resize}",
                "accuracy": page.Shown(f"{clean.accuracy:.4f}", clean.accuracy, f"{clean.low:.4f} to {clean.high:.4f}"),
                "images": f"{clean.image_size} x {clean.image_size}",
                "parameters": f"{clean.parameters:,.0f}",
                "source": "this study",
            }
        )
    found = pd.read_csv(COMPARISONS / "published.csv", dtype=str).fillna("")
    for row in found.to_dict("records"):
        rows.append(row | {"accuracy": page.Shown(f"{float(row['accuracy']):.4f}", float(row["accuracy"]))})
    return page.table(
        pd.DataFrame(rows).sort_values("accuracy", key=lambda column: [-one.value for one in column]),
        "Accuracy on clean signs, beside published results",
        f"On the {results.counts.test:,} test images of GTSRB; some published results, as their authors report them. "
        "The others resize the signs in other ways, and most train longer and with other augmentation.",
    )


def policies(table: pd.DataFrame) -> page.Table:
    """Accuracy on clean signs by resize policy."""
    frame = pd.DataFrame(
        {
            "network": table.network,
            "policy": table.policy,
            "image size, pixels": table["image size"],
            "parameters": table.parameters,
            "accuracy (95% interval)": [
                page.Shown(f"{row.accuracy:.3f} ({row.low:.3f} to {row.high:.3f})", row.accuracy)
                for row in table.itertuples()
            ],
            "trainings": table.trainings,
            "standard deviation over them": table.spread,
        }
    )
    return page.table(
        frame,
        "Ways to resize the signs",
        "Accuracy on clean signs of networks that were trained and tested on signs resized in this way; only the "
        "policies that were run are shown.",
        {"standard deviation over them": "{:.4f}".format},
    )


def without_padding(table: pd.DataFrame) -> page.Table:
    """The small CNN in every regime, with the resize policy of the study and with one that pads nothing."""
    frame = table[["regime", "policy", "trainings", "clean", "mean of the noisy sets"]].copy()
    for name in table:
        kind, _, value = name.partition(": ")
        if value == "strength":
            frame[f"10% fail: {style.noise_title(kind)}"] = [
                "-"
                if pd.isna(row[name])
                else f"{wording.number(row[name], kind)} ({_end(row, kind, 'low')} to {_end(row, kind, 'high')})"
                for _, row in table.iterrows()
            ]
    frame["most to least disruptive"] = table["most to least disruptive"]
    return page.table(
        frame,
        "The small CNN without padding",
        "The small CNN by regime and resize policy. With roi, images have no padding, and all signs have the same "
        "size. Accuracies, the strengths at which 10% of the signs fail with 95% intervals, and the order of the "
        "noise types.",
    )


def augmentations(table: pd.DataFrame) -> page.Table:
    """The small CNN trained on clean signs with each augmentation policy."""
    frame = table[["augmentation", "trainings"]].copy()
    for name in table.columns.drop(["augmentation", "trainings"]):
        if not name.startswith("spread"):
            spreads = table.get("spread" if name == "clean" else f"spread of {name}", [None] * len(table))
            frame[_in_words(name)] = [
                page.Shown(f"{value:.3f}" + ("" if pd.isna(spread) else f" ± {spread:.3f}"), value)
                for value, spread in zip(table[name], spreads, strict=True)
            ]
    return page.table(
        frame,
        "Augmentation of the training signs",
        "The small CNN trained on clean signs: accuracy on clean signs, on average over the levels of each noise, and "
        "at its highest level; ±: standard deviation over the trainings, if there are several.",
    )


def _in_words(column: str) -> str:
    """Name of a column with the title of its noise type in place of the key."""
    return " ".join(style.noise_title(word) if word in NOISE_TYPES else word for word in column.split())


def _end(row: pd.Series, kind: str, name: str) -> str:
    value = row[f"{kind}: {name}"]
    return "outside the grid" if pd.isna(value) else wording.number(value, kind)


def tables(results: Results) -> dict[str, page.Table]:
    """Published results, and the comparisons that were run."""
    found = {"published": published(results)}
    for name, build in {
        "resize_policies": policies,
        "without_padding": without_padding,
        "augmentation": augmentations,
    }.items():
        path = COMPARISONS / f"{name}.csv"
        if path.exists():
            found[name] = build(pd.read_csv(path, keep_default_na=False, na_values=[""]))  # an augmentation is "none"
    return found


TOPIC = Topic("Accuracy on clean signs", tables=tables, shown=lambda results: results.source == "gtsrb")
