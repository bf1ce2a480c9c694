"""The page of the report, from made-up results: its text, and how it behaves in a browser."""

import re

import numpy as np
import pandas as pd
import pytest
from selenium.webdriver.common.by import By

from misread.analysis import sweeps
from misread.data import classes
from misread.params import LEVELS, NOISE_TYPES
from misread.report import content, page, prose, style

TITLES = {"cnn-clean": "cnn, clean", "cnn-noisy": "cnn, noisy"}
SETS = [("none", "none"), *((kind, level) for kind in NOISE_TYPES for level in LEVELS)]
REACHED = {"strength": 0.05, "low": 0.04, "high": 0.06, "rmse": 30.0, "psnr": 18.6, "status": "reached"}
NOT_REACHED = dict.fromkeys(("strength", "low", "high", "rmse", "psnr")) | {"status": "not reached"}


def per_set(**columns):
    return pd.DataFrame([{"noise_type": kind, "noise_level": level, "n": 100} | columns for kind, level in SETS])


def thresholds(strengths):
    """Thresholds at 10% of each network, all else not reached."""
    return sweeps.threshold_table(
        {
            network: {
                kind: {
                    "p05": NOT_REACHED,
                    "p10": NOT_REACHED if strength is None else REACHED | {"strength": strength},
                    "p50": NOT_REACHED,
                }
                for kind in NOISE_TYPES
            }
            for network, strength in strengths.items()
        }
    )


def ranked(areas):
    """A ranking and its pairs, all differences larger than their intervals."""
    ranking = pd.DataFrame(
        [
            {"network": network, "noise_type": kind, "area": area, "n": 100, "psnr_low": 8.0, "psnr_high": 33.0}
            for network, of_types in areas.items()
            for kind, area in zip(NOISE_TYPES, of_types, strict=True)
        ]
    )
    pairs = pd.DataFrame(
        [
            {
                "network": network,
                "first": "salt_pepper",
                "second": "gaussian",
                "difference": 0.1,
                "low": 0.05,
                "high": 0.15,
            }
            for network in areas
        ]
    )
    return ranking, pairs


def results():
    ranking, pairs = ranked({"cnn-clean": (0.6, 0.4, 0.5), "cnn-noisy": (0.8, 0.5, 0.6)})
    both = [{"network": key, "noise": noise} for key in TITLES for noise in ("clean", "gaussian-max")]
    difference = {"difference": 0.05, "low": 0.04, "high": 0.06}
    gan = {
        "fid": 9.0, "fid_floor": 1.0, "precision": 0.7, "recall": 0.1, "residual_rms": 5.0, "diversity": 0.6,
        "gan_test": {"accuracy": 0.8}, "gan_train": {"clean": {"accuracy": 0.5}},
    }  # fmt: skip
    plain = {name: value for name, value in gan.items() if name not in ("gan_test", "gan_train", "diversity")}
    measured = {"n": 10, "rmse": 10.0, "psnr": 28.0, "ssim": 0.9}
    return content.Results(
        titles=TITLES,
        scored={key: per_set(label="cnn", accuracy=accuracy) for key, accuracy in zip(TITLES, (0.9, 0.7), strict=True)},
        thresholds=thresholds({"cnn-clean": 0.03, "cnn-noisy": 0.2}),
        ranking=ranking,
        ranking_pairs=pairs,
        confusions=pd.DataFrame(
            [one | {"label": 14, "prediction": 13, "images": 3, "share": 0.1, "permits_more": True} for one in both]
        ),
        permits_more=pd.DataFrame(
            [
                one | {"signs": "speed limits", "n": 9, "wrong": 0.5, "permits_more": 0.3, "low": 0.2, "high": 0.4}
                for one in both
            ]
        ),
        students=per_set(student="real", accuracy=0.9, low=0.8, high=1.0),
        gains=per_set(student="augmented-clean", control="real", gain=0.1, low=0.0, high=0.2),
        gans={"gan-clean": plain, "cgan-clean": gan},
        noise={"gaussian-max": {"strength": 50.0, "28px": measured, "40px": measured}},
    ), {
        "augmented-clean": {
            control: {"clean": difference, "selected": difference}
            for control in ("less_real", "less_noise", "less_label_safe")
        }
    }


@pytest.fixture
def written(tmp_path):
    """A page of rendered signs with everything on it."""
    numbers, augmentation = results()
    for name in ("data", "results", "failure", "gans"):
        (tmp_path / name).mkdir()
    axes = style.plt.figure(figsize=(11, 4)).subplots()
    axes.plot([0, 1])
    style.save(axes.figure, tmp_path / "any.png")
    captions = content.captions(100, 50, 20, "Gaussian (max)")
    for name in captions:
        (tmp_path / f"{name}.png").write_bytes((tmp_path / "any.png").read_bytes())
    text = page.render(
        "report.html.j2",
        contents=content.CONTENTS,
        source="synthetic",
        titles=TITLES,
        noise_sets=9,
        selected="Gaussian (max)",
        onset=prose.onset(numbers.thresholds, TITLES),
        disruption=prose.disruption(numbers.ranking, numbers.ranking_pairs, TITLES),
        repair=prose.repair({"cnn": {"difference": 0.3, "low": 0.2, "high": 0.4}}),
        lessons=prose.lessons(augmentation, "Gaussian (max)"),
        permitted=prose.permitted(numbers.permits_more, TITLES, "Gaussian (max)"),
        figures=content.figures(tmp_path, captions),
        tables=content.tables(numbers),
        training_images="1,000", validation_images="200", test_images="100", sweep_images="50", resamples="1,000",
        fit="crop_pad", augmentation="label_safe", start="random weights", revision="git revision abc",
        versions=["Python 3"], provenance="Data: rendered.", parameters="seed: 1 # <of all>",
    )  # fmt: skip
    path = tmp_path / "index.html"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_page_needs_nothing_else_and_says_that_signs_are_rendered(written):
    text = written.read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!data:|#)', text)
    assert "Rendered signs, not GTSRB" in text
    assert "seed: 1 # &lt;of all&gt;" in text
    assert text.count("<figure") == text.count(" alt=")
    for anchor in re.findall(r'href="#([\w-]+)"', text):
        assert f'id="{anchor}"' in text


def test_in_a_browser_images_load_tables_sort_and_nothing_scrolls_sideways(written, browser):
    browser.set_window_size(1280, 900)
    browser.get(written.as_uri())
    images = browser.find_elements(By.TAG_NAME, "img")
    assert len(images) >= 20
    for element in browser.find_elements(By.TAG_NAME, "details"):
        browser.execute_script("arguments[0].open = true", element)
    for image in images:
        browser.execute_script("arguments[0].loading = 'eager'; arguments[0].scrollIntoView()", image)
    loaded = "return [...document.images].every((image) => image.complete && image.naturalWidth > 0)"
    assert browser.execute_script(loaded)

    table = next(t for t in browser.find_elements(By.TAG_NAME, "table") if "nine noisy" in t.text)
    clean = next(head for head in table.find_elements(By.TAG_NAME, "button") if head.text == "clean")

    def column():
        return [
            row.find_elements(By.TAG_NAME, "td")[1].text for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")
        ]

    assert column() == ["0.900", "0.700"]
    clean.click()
    assert column() == ["0.700", "0.900"]
    clean.click()
    assert column() == ["0.900", "0.700"]
    assert table.find_elements(By.CSS_SELECTOR, "th[aria-sort=descending]")

    for width in (390, 1280):
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500},
        )
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert browser.get_log("browser") == []


def test_the_onset_names_the_most_and_the_least_sensitive_network():
    [first, *_] = prose.onset(thresholds({"cnn-clean": 0.03, "cnn-noisy": 0.2}), TITLES)
    assert "3.0% of the pixels for cnn, clean, the most sensitive, and 20% of the pixels for cnn, noisy" in first
    [first, *_] = prose.onset(thresholds({"cnn-clean": 0.03, "cnn-noisy": None}), TITLES)
    assert "cnn, noisy: not reached" in first
    [first, *_] = prose.onset(thresholds({"cnn-clean": None, "cnn-noisy": None}), TITLES)
    assert "no network comes to that" in first


def test_the_ranking_in_words_follows_the_numbers():
    ranking, pairs = ranked({"cnn-clean": (0.6, 0.4, 0.5), "cnn-noisy": (0.8, 0.5, 0.6)})
    said = " ".join(prose.disruption(ranking, pairs, TITLES))
    assert "periodic noise disrupts all 2 networks most" in said
    assert "The order is the same for all of them: periodic, Gaussian and salt & pepper." in said
    assert "No difference" in said
    ranking, pairs = ranked({"cnn-clean": (0.6, 0.4, 0.5), "cnn-noisy": (0.4, 0.5, 0.6)})
    pairs.loc[0, "low"] = -0.01
    said = " ".join(prose.disruption(ranking, pairs, TITLES))
    assert "it depends on the network" in said
    assert "salt & pepper noise for cnn, noisy" in said
    assert "Not told apart by these images: salt & pepper and Gaussian (cnn, clean)." in said


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.1, 0.2, "helps"), (-0.2, -0.1, "hurts"), (-0.1, 0.1, "makes no difference")]
)
def test_a_difference_helps_only_if_its_interval_says_so(low, high, said):
    assert prose.verdict(low, high).startswith(said)


def test_numbers_sort_by_value_and_missing_ones_stay_empty():
    table = page.table(pd.DataFrame({"n": [1000, 20], "share": [np.nan, 0.5], "sign": ["b", "a"]}), "Caption")
    assert [column.numeric for column in table.columns] == [True, True, False]
    assert [cell.text for cell in table.rows[0]] == ["1,000", "", "b"]
    assert table.rows[0][0].value == "1000.0"


def test_every_class_of_the_mapping_is_named(written):
    text = written.read_text(encoding="utf-8")
    assert classes.NAMES[17] in text
