"""The study's results table, as CSV and as Markdown."""

import pandas as pd

# Columns of the scored tables -> columns of the study's table, its own first.
COLUMNS = {
    "label": "Network",
    "image_size": "Image size",
    "noise_type": "Noise type",
    "noise_level": "Noise level",
    "accuracy": "Accuracy",
    "regime": "regime",
    "n": "n",
    "low": "low",
    "high": "high",
}


def results(scored: list[pd.DataFrame]) -> pd.DataFrame:
    """One row for each network, regime and test set.

    Args:
        scored: tables of `scores.by_noise` with the columns label, image_size and regime; and those of `gan_rows`.

    """
    return pd.concat(scored, ignore_index=True)[list(COLUMNS)].rename(columns=COLUMNS)


def gan_rows(students: pd.DataFrame, image_size: int) -> pd.DataFrame:
    """The rows of the conditional GANs: what a student of generated images alone gets right (GAN-train).

    Args:
        students: table of `gan_scores.students`.
        image_size: pixels.

    """
    rows = students[students.student.str.startswith("generated-")]
    regime = rows.student.str.removeprefix("generated-")
    return rows.assign(label="cgan (GAN-train)", image_size=image_size, regime=regime)


def results_markdown(table: pd.DataFrame, source: str, selected: str) -> str:
    """The results table for GitHub: a row for each network and regime, a column for each test set.

    Args:
        table: from `results`.
        source: ``gtsrb`` or ``synthetic``; the latter is said above the table.
        selected: the noisy set that the regime ``noisy`` learns from, ``TYPE-LEVEL``.

    """
    lines = ["# Accuracy on the clean and the nine noisy test sets", ""]
    if source == "synthetic":
        lines += ["**Rendered signs, not GTSRB: these numbers say nothing about the real benchmark.**", ""]
    lines += [
        f"Share of the {table.n.max():,} test images classified correctly, with the 95% Wilson interval below it. "
        f"The regime `noisy` learns from `{selected}`. GAN-train: a small CNN that learnt from generated signs alone. "
        "Many images show the same sign, so the intervals are narrower than they should be. Full precision: "
        "`results.csv`.",
        "",
        "",
    ]
    cells = table.assign(
        noise=(table["Noise type"] + " " + table["Noise level"]).replace("none none", "clean"),
        cell=[f"{row.Accuracy:.3f}<br><sub>{row.low:.3f}-{row.high:.3f}</sub>" for row in table.itertuples()],
    )
    wide = cells.pivot_table(
        index=["Network", "Image size", "regime"], columns="noise", values="cell", aggfunc="first", sort=False
    )
    return "\n".join(lines) + wide.reset_index().to_markdown(index=False) + "\n"
