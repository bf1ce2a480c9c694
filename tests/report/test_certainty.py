"""What the page says of how certain its numbers are, how the signs are resized, and what it does not claim."""

import numpy as np
import pandas as pd
import pytest

from misread.experiments.project_copy import ROOT
from misread.report import certainty, geometry, page, validity


def cells(table: page.Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_networks_that_were_trained_several_times_show_their_spread(results):
    table = certainty.trainings(results)
    [row] = cells(table)
    assert row[:3] == ["cnn (clean)", "3", "0.900 ± 0.004"]
    results.scored = {key: one.assign(trainings=1) for key, one in results.scored.items()}
    assert cells(certainty.trainings(results)) == []


def test_the_range_of_the_trainings_is_that_of_their_thresholds(results):
    results.thresholds = results.thresholds.assign(least=0.02, most=0.05)
    columns = [column.name for column in certainty.trainings(results).columns]
    [row] = cells(certainty.trainings(results))
    assert row[columns.index("10% fail: salt & pepper")] == "2% to 5%"


def test_the_design_effect_says_what_the_test_images_are_worth(results):
    row = cells(certainty.tracks(results))[0]
    assert row == ["cnn (clean)", "0.50", "0.50", "15.5", "15.5", "6"]


def test_both_estimates_of_a_threshold_stand_side_by_side(results):
    results.psychometric.loc[0, ["strength", "ratio"]] = np.nan
    first, second = cells(certainty.psychometric(results))[:2]
    assert first[2:] == ["10%", "5%", "-", ""]
    assert second[2:] == ["10%", "0.05", "0.06", "1.20"]
    assert certainty.text(results)["ratios"] == "1.20"


def test_claims_and_their_limits_are_those_of_the_document(results):
    document = (ROOT / "docs/validity.md").read_text(encoding="utf-8")
    for claim, _, limit in validity.CLAIMS:
        assert claim in document
        assert limit.partition(";")[0] in document
    assert len(cells(validity.tables(results)["claims"])) == len(validity.CLAIMS)


def test_networks_stand_among_published_results_by_accuracy(results, monkeypatch):
    monkeypatch.chdir(ROOT)
    results.scored = {key: one.assign(image_size=40, parameters=234_059) for key, one in results.scored.items()}
    rows = cells(geometry.published(results))
    accuracies = [float(row[1]) for row in rows]
    assert accuracies == sorted(accuracies, reverse=True)
    assert ["cnn, crop_pad", "0.9000", "40 x 40", "234,059", "this study"] in rows
    assert not [row for row in rows if row[0].startswith("cnn") and row[1] == "0.7000"], "of clean signs only"


def test_comparisons_are_shown_once_they_were_run(results, tmp_path, monkeypatch):
    monkeypatch.setattr(geometry, "COMPARISONS", tmp_path)
    monkeypatch.setattr(geometry, "published", lambda _: None)
    assert list(geometry.tables(results)) == ["published"]
    policies = {
        "network": "cnn", "policy": "roi", "image size": 40, "parameters": 234_059, "accuracy": 0.99, "low": 0.985,
        "high": 0.994, "trainings": 3, "spread": 0.0012,
    }  # fmt: skip
    arm = {
        "regime": "clean", "policy": "roi", "trainings": 3, "clean": 0.99, "mean of the noisy sets": 0.6,
        "periodic: strength": 7.5, "periodic: low": 6.5, "periodic: high": None,
        "periodic: psnr": 30.0, "most to least disruptive": "a > b",
    }  # fmt: skip
    policy = {"augmentation": "none", "trainings": 3, "clean": 0.95, "spread": 0.003, "periodic max": 0.2}
    for name, row in {
        "resize_policies": policies,
        "without_padding": arm,
        "augmentation": policy | {"spread of periodic max": 0.02},
    }.items():
        pd.DataFrame([row]).to_csv(tmp_path / f"{name}.csv", index=False)
    found = geometry.tables(results)
    assert cells(found["resize_policies"])[0][4] == "0.990 (0.985 to 0.994)"
    assert cells(found["without_padding"])[0][5:] == ["7.5 (6.5 to outside the grid)", "a > b"]
    assert cells(found["augmentation"])[0][0] == "none"
    assert cells(found["augmentation"])[0][-1] == "0.200 ± 0.020"


@pytest.mark.parametrize("name", ["published"])
def test_published_results_have_their_source(name):
    table = pd.read_csv(ROOT / f"docs/comparisons/{name}.csv")
    assert table.source.notna().all()
    assert table.accuracy.between(0.9, 1).all()
