"""The study's results table."""

import pandas as pd

# Columns of the scored tables -> columns of the results table, beginning with those of the original study.
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
    "trainings": "trainings",
    "spread": "spread",
}


def results(scored: list[pd.DataFrame]) -> pd.DataFrame:
    """One row for each network, regime and test set.

    Args:
        scored: tables of `accuracy.by_noise` with the columns label, image_size and regime; and tables of `gan_rows`.

    """
    return pd.concat(scored, ignore_index=True)[list(COLUMNS)].rename(columns=COLUMNS)


def gan_rows(downstream: pd.DataFrame, image_size: int) -> pd.DataFrame:
    """Rows of the conditional GANs: accuracy of a classifier trained on generated signs alone (GAN-train).

    Args:
        downstream: table of `gan_scores.downstream`.
        image_size: side of the GANs' images in pixels.

    """
    rows = downstream[downstream.classifier.str.startswith("generated-")]
    regime = rows.classifier.str.removeprefix("generated-")
    return rows.assign(label="cgan (GAN-train)", image_size=image_size, regime=regime)
