"""Networks of the user's own on the page of the study, from made-up results."""

import pandas as pd
import pytest
from report.conftest import BELOW, NOT_REACHED, TYPES, thresholds

from misread.params import LEVELS
from misread.params.own_entries import OwnNetwork
from misread.report import build, own_networks, page

STRENGTHS = (0.004, 0.0063, 0.025, 0.1)  # the second lies between two of the grid


def measured(accuracy):
    """A result's table; the accuracy falls from ``accuracy`` at the first strength to 0 at the last."""
    rows = [("none", "none", 0.0, accuracy, None)]
    names = dict(zip((0.004, 0.025, 0.1), LEVELS, strict=True))
    for kind in TYPES:
        for place, strength in enumerate(STRENGTHS):
            share = place / (len(STRENGTHS) - 1)
            level = names.get(strength)
            # The accuracy at `avg` was measured outside the grid.
            rows.append((kind, level, strength, accuracy * (1 - share), None if level == "avg" else share))
    table = pd.DataFrame(rows, columns=["noise_type", "noise_level", "strength", "accuracy", "monotone"])
    return table.assign(low=table.accuracy - 0.01, high=table.accuracy + 0.01, n=860, induced=table.monotone)


def with_own(results, **data):
    """Results with networks that were measured on some data."""
    own = {name: OwnNetwork(model="any.keras", data=value) for name, value in data.items()}
    results.settings = results.settings.model_copy(update={"own": own})
    results.__dict__ |= {
        "own": {name: measured(0.9) for name in own},
        "own_thresholds": thresholds(dict.fromkeys(own, 0.05)),
        "curves": pd.concat(
            own_networks.curves_of(measured(0.9), key).assign(accuracy=0.5, n=90) for key in results.keys
        ),
    }
    return results


def test_own_networks_stand_above_the_studys_that_are_trained_on_clean_signs(results):
    [table] = own_networks.tables(with_own(results, mine="data/gtsrb")).values()
    texts = [[cell.text for cell in row] for row in table.rows]
    assert texts == [
        ["mine", "0.900", "0.400", "5% (4% to 6%)", "0.05 (0.04 to 0.06)", "0.05 (0.04 to 0.06)"],
        ["cnn (clean)", "0.900", "0.900", "3% (4% to 6%)", "0.03 (0.04 to 0.06)", "0.03 (0.04 to 0.06)"],
    ]
    assert table.rows[0][1].note == "0.890 to 0.910"
    assert (
        "Test images: 860 for mine; for the study's networks 100 for accuracies and 100 for failures." in table.caption
    )


def test_a_network_that_never_fails_has_the_reason_and_sorts_last(results):
    results = with_own(results, mine="data/gtsrb", other="data/gtsrb")
    results.__dict__["own_thresholds"] = thresholds({"mine": NOT_REACHED, "other": BELOW})
    mine, other, study = own_networks.tables(results)["networks"].rows
    assert mine[3].text == "not reached"
    assert float(other[3].value) < float(study[3].value) < float(mine[3].value)


def test_the_figure_shows_the_grid_of_each_network(results):
    drawn = own_networks.figures(with_own(results, mine="data/gtsrb"))["curves"]
    assert [text.get_text() for text in drawn.figure.legends[0].get_texts()] == ["cnn (clean)", "mine"]
    lines = [line for line in drawn.figure.axes[0].lines if line.get_marker() == "."]
    assert [list(line.get_xdata()) for line in lines] == [[0.004, 0.0063, 0.1]] * 2, "the level outside is no point"


@pytest.mark.parametrize("data", ["data/gtsrb", "./data/gtsrb/", "data/../data/gtsrb"])
def test_the_studys_archives_are_known_however_they_are_written(results, data):
    assert own_networks.on_the_same_signs(with_own(results, mine=data)) == ["mine"]


def test_networks_on_other_images_are_linked_and_not_compared(results):
    results = with_own(results, mine="photos")
    assert own_networks.figures(results) == own_networks.tables(results) == {}
    assert own_networks.text(results) == {"same": [], "others": {"mine": "photos"}}


def test_the_page_links_to_the_page_of_each(results, filled):
    filled = build.context(with_own(results, mine="data/gtsrb", other="photos"), filled["figures"])
    text = page.render("report.html.j2", **filled)
    assert '<section id="own_networks">' in text
    assert '<a href="#own_networks">Your own networks</a>' in text
    assert '<a href="own/mine/index.html">mine</a>.' in text
    assert 'on other images: <a href="own/other/index.html">other</a> (photos).' in text
    assert text.count("figure-own_networks/curves") == 1
    assert "**Your networks and the study's.**" in page.render("results.md.j2", **filled)


def test_without_own_networks_there_is_no_section(results, filled):
    assert results.settings.own == {}
    assert "own_networks" not in build.topics(results)
    text = page.render("report.html.j2", **filled)
    assert "Your own" not in text
    assert "own/" not in text
    assert "Your networks" not in page.render("results.md.j2", **filled)
