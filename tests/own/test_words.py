"""The sentences on a result."""

import numpy as np
import pandas as pd
import pytest

import misread
from misread.own import words
from misread.own.result import TOO_FEW


def row(noise_type="gaussian", strength=30.0, low=25.0, high=40.0, status="reached"):
    return pd.Series(
        {"noise_type": noise_type, "strength": strength, "low": low, "high": high, "rmse": 29.53, "psnr": 18.72}
        | {"status": status}
    )


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            row(),
            "Gaussian noise: 10% of the images fail at a standard deviation of 30 grey levels (95% interval 25 to 40; "
            "RMSE 29.5, PSNR 18.7 dB).",
        ),
        (
            row("salt_pepper", 0.0123, 0.008, 0.02),
            "Salt & pepper noise: 10% of the images fail at 1.23% of the pixels (95% interval 0.8% to 2%; RMSE 29.5, "
            "PSNR 18.7 dB).",
        ),
        (
            row("periodic", low=None),
            "Periodic noise: 10% of the images fail at an amplitude of 30 grey levels (95% interval below the grid to "
            "40; RMSE 29.5, PSNR 18.7 dB).",
        ),
        (
            row(low=None, high=None),
            "Gaussian noise: 10% of the images fail at a standard deviation of 30 grey levels (95% interval below the "
            "grid to beyond the grid; RMSE 29.5, PSNR 18.7 dB).",
        ),
        (
            row(strength=None, status="already below the smallest strength"),
            "Gaussian noise: 10% of the images fail already at the smallest strength of the grid.",
        ),
        (
            row(strength=None, status="not reached"),
            "Gaussian noise: fewer than 10% of the images fail at the largest strength of the grid.",
        ),
        (row(strength=None, status=TOO_FEW), f"Gaussian noise: {TOO_FEW}."),
    ],
)
def test_where_a_classifier_starts_to_fail(found, sentence):
    assert words.onset_sentence(found) == sentence


class Shown:
    """The tables of a result that a sentence is about."""

    def __init__(self, **tables):
        self.__dict__.update(tables)


def ranked(*ties):
    """A ranking of three types, of which some pairs are level."""
    areas = pd.DataFrame({"noise_type": ["gaussian", "periodic", "salt_pepper"], "area": [0.9, 0.5, 0.7]})
    pairs = [("gaussian", "periodic"), ("gaussian", "salt_pepper"), ("periodic", "salt_pepper")]
    low = [-0.1 if set(pair) in ties else 0.1 for pair in pairs]
    pairs = pd.DataFrame(pairs, columns=["first", "second"]).assign(low=low, high=0.3)
    return Shown(ranking=areas, ranking_pairs=pairs)


def test_noise_types_that_are_level_are_told():
    start = "At equal energy, from the most to the least disruptive: "
    assert words.ranking_sentence(ranked()) == f"{start}periodic > salt & pepper > Gaussian."
    level = ranked({"periodic", "salt_pepper"})
    assert words.ranking_sentence(level) == f"{start}periodic ≈ salt & pepper > Gaussian."


def test_a_single_type_has_no_rank():
    one = ranked()
    one.ranking = one.ranking[:1]
    assert words.ranking_sentence(one) is None


def test_the_classes_that_lose_most_and_least():
    classes = pd.DataFrame(
        {"class": ["cat", "dog", "fox"], "clean": [1, 0.9, 0.8], "noisy": [0.5, 0.8, 0.8], "loss": [0.5, 0.1, 0.0]}
    )
    assert words.class_sentence(Shown(classes=classes)) == (
        "Noise costs class cat the most recall (1.00 to 0.50), and class fox the least (0.80 to 0.80)."
    )
    assert words.class_sentence(Shown(classes=classes.assign(loss=0.1))) is None
    assert words.class_sentence(Shown(classes=classes[:1])) is None


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "without noise"), (np.inf, "at none"), (0.025, "2.5%"), (np.float64(0.4), "40%")]
)
def test_the_smallest_noise_that_breaks_an_image(value, text):
    assert words.smallest(value, "salt_pepper") == text


def test_the_summary_has_a_line_for_each_sentence(few_bands):
    found = misread.measure(
        few_bands.predict, few_bands.images, few_bands.labels, resamples=100, refine=0, progress=False
    )
    lines = found.summary().splitlines()
    assert lines == words.sentences(found)
    assert lines[0].startswith("The network classifies 100.0% of 30 images correctly without noise, and ")
    assert lines[0].endswith("% on average under 9 noises.")
    assert [line.partition(":")[0] for line in lines[1:4]] == [
        "Salt & pepper noise",
        "Periodic noise",
        "Gaussian noise",
    ]
    assert lines[4].startswith("At equal energy, from the most to the least disruptive: ")


def test_noise_types_that_never_have_the_same_energy_are_not_ranked(few_bands):
    """The levels are measured too, but the grids alone are compared."""
    found = misread.measure(
        few_bands.predict, few_bands.images, few_bands.labels, resamples=100, refine=0, progress=False,
        strengths={"gaussian": [1, 2], "periodic": [200, 300]},
    )  # fmt: skip
    assert found.ranking.empty
    assert found.ranking_pairs.empty
    assert "At equal energy" not in found.summary()
    (remark,) = found.remarks
    assert remark.startswith("Grids of strengths: no PSNR is within all of them")
    assert remark.endswith("widen them.")
