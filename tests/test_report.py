"""The page of the report, from made-up results: its text, and how it behaves in a browser."""

import base64
import io
import itertools
import re
import subprocess

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import report
from misread import params
from misread.analysis import sweeps
from misread.analysis.thresholds import BELOW_GRID
from misread.params import LEVELS, NOISE_TYPES
from misread.report import captions, content, page, prose, style

TITLES = {"cnn-clean": "cnn (clean)", "cnn-noisy": "cnn (noisy)"}
SETS = [("none", "none"), *((kind, level) for kind in NOISE_TYPES for level in LEVELS)]
REACHED = {"strength": 0.05, "low": 0.04, "high": 0.06, "rmse": 30.0, "psnr": 18.6, "status": "reached"}
NOT_REACHED = dict.fromkeys(("strength", "low", "high", "rmse", "psnr")) | {"status": "not reached"}
BELOW = NOT_REACHED | {"status": BELOW_GRID}


def per_set(**columns):
    return pd.DataFrame([{"noise_type": kind, "noise_level": level, "n": 100} | columns for kind, level in SETS])


def thresholds(strengths):
    """Thresholds at 10% of each network, a strength or as they are in the metrics; all else not reached."""
    return sweeps.threshold_table(
        {
            network: {
                kind: {
                    "p05": NOT_REACHED,
                    "p10": strength if isinstance(strength, dict) else REACHED | {"strength": strength},
                    "p50": NOT_REACHED,
                }
                for kind in NOISE_TYPES
            }
            for network, strength in strengths.items()
        }
    )


def ranked(areas, half=0.05):
    """A ranking and its pairs, all intervals ``half`` to either side."""
    ranking = [
        {
            "network": network, "noise_type": kind, "area": area, "low": area - half, "high": area + half, "n": 100,
            "psnr_low": 8.0, "psnr_high": 33.0,
        }
        for network, of_types in areas.items()
        for kind, area in zip(NOISE_TYPES, of_types, strict=True)
    ]  # fmt: skip
    pairs = [
        {
            "network": network, "first": one, "second": other, "difference": a - b, "low": a - b - half,
            "high": a - b + half, "n": 100,
        }
        for network, of_types in areas.items()
        for (one, a), (other, b) in itertools.combinations(zip(NOISE_TYPES, of_types, strict=True), 2)
    ]  # fmt: skip
    return pd.DataFrame(ranking), pd.DataFrame(pairs)


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
        scored={
            key: per_set(label="cnn", accuracy=accuracy, low=accuracy - 0.01, high=accuracy + 0.01)
            for key, accuracy in zip(TITLES, (0.9, 0.7), strict=True)
        },
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
        curves=pd.DataFrame({"network": list(TITLES), "n": [90, 70]}),
        waves=pd.DataFrame(
            [
                {"network": key, "period": period, "angle": 45.0, "accuracy": accuracy, "low": 0.1, "high": 0.9}
                for key in TITLES
                for period, accuracy in ((3.0, 0.2), (6.0, 0.8))
            ]
        ),
        study=pd.concat(
            per_set(Network=label, regime="clean", Accuracy=0.9, low=0.8, high=0.95).assign(**{"Image size": size})
            for label, size in (("cnn", 40), ("cgan (GAN-train)", 28))
        ).rename(columns={"noise_type": "Noise type", "noise_level": "Noise level"}),
        gan_variants=pd.DataFrame(
            {"condition": ["concat"], "learning rate": [0.0002], "GAN-test": [0.3], "FID": [200]}
        ),
        selected="Gaussian (max)",
    ), {
        "augmented-clean": {
            control: {"clean": difference, "selected": difference}
            for control in ("less_real", "less_noise", "less_label_safe")
        }
    }


@pytest.fixture
def filled(tmp_path):
    """What fills the templates, of rendered signs."""
    numbers, augmentation = results()
    for name in ("data", "results", "failure", "gans"):
        (tmp_path / name).mkdir()
    axes = style.plt.figure(figsize=(11, 4)).subplots()
    axes.plot([0, 1])
    style.save({"any": axes.figure}, tmp_path / "drawn")
    for name in captions.captions(captions.Counts(*[1] * 6), ""):
        (tmp_path / f"{name}.png").write_bytes((tmp_path / "drawn/any.png").read_bytes())
    settings = params.load()
    settings = settings.model_copy(update={"data": settings.data.model_copy(update={"source": "synthetic"})})
    gains = {"cnn": {"difference": 0.3, "low": 0.2, "high": 0.4}}
    return report.context(
        settings, numbers, {"noisy_minus_clean": gains}, augmentation, pd.Series([False] * 9 + [True]), tmp_path
    )


@pytest.fixture
def written(filled, tmp_path):
    """The page with everything on it."""
    text = page.render("report.html.j2", **filled | {"parameters": "seed: 1 # <of all>"})
    path = tmp_path / "index.html"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_page_needs_nothing_else_and_says_that_signs_are_rendered(written):
    text = written.read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!data:|#)', text)
    assert "Rendered signs, not GTSRB" in text
    assert "seed: 1 # &lt;of all&gt;" in text
    assert text.count("<figure") == len(re.findall(r' alt="[^"]{10,}"', text))
    for anchor in re.findall(r'href="#([\w-]+)"', text):
        assert f'id="{anchor}"' in text


def test_the_numbers_for_github_are_those_of_the_page(filled):
    text = page.render("results.md.j2", **filled)
    assert "Rendered signs, not GTSRB" in text
    assert "| cgan (GAN-train) |" in text
    assert "0.900<br><sub>0.800-0.950</sub>" in text
    assert all(
        sentence in text for name in ("onset", "disruption", "lessons", "permitted") for sentence in filled[name]
    )
    assert "salt & pepper" in text, "no HTML escapes"
    assert "Rendered" not in page.render("results.md.j2", **filled | {"source": "gtsrb"})


def test_in_a_browser_images_load_tables_sort_and_nothing_scrolls_sideways(written, browser):
    browser.set_window_size(1280, 900)
    browser.get_log("browser")  # of pages that other tests opened
    browser.get(written.as_uri())
    images = browser.find_elements(By.TAG_NAME, "img")
    assert len(images) >= 20
    for element in browser.find_elements(By.TAG_NAME, "details"):
        browser.execute_script("arguments[0].open = true", element)
    for image in images:
        browser.execute_script("arguments[0].loading = 'eager'; arguments[0].scrollIntoView()", image)
    loaded = "return [...document.images].every((image) => image.complete && image.naturalWidth > 0)"
    WebDriverWait(browser, 20).until(lambda _: browser.execute_script(loaded))

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
    def said(clean, noisy):
        return prose.onset(thresholds({"cnn-clean": clean, "cnn-noisy": noisy}), TITLES)[0]

    assert said(0.03, 0.2) == (
        "Under salt & pepper noise that is at 3% (4% to 6%) of the pixels for cnn (clean), the most sensitive, and at "
        "20% (4% to 6%) for cnn (noisy)."
    )
    assert said(0.03, NOT_REACHED).endswith("for cnn (clean); nowhere on the grid for cnn (noisy).")
    assert said(NOT_REACHED, NOT_REACHED).endswith("that is nowhere on the grid for cnn (clean) and cnn (noisy).")
    # A network that fails below the grid is more sensitive than all that have a threshold.
    assert "already below the smallest strength for cnn (clean); at 20%" in said(BELOW, 0.2)
    assert "most sensitive" not in said(BELOW, 0.2)


def test_the_ranking_in_words_follows_the_numbers():
    def said(areas, half=0.05):
        return " ".join(prose.disruption(*ranked(areas, half), TITLES))

    agreed = said({"cnn-clean": (0.6, 0.4, 0.5), "cnn-noisy": (0.8, 0.5, 0.6)})
    assert "periodic noise disrupts most, for each network in both regimes" in agreed
    assert "The order is the same for all: periodic, Gaussian and salt & pepper." in agreed
    assert "No difference" in agreed
    differs = said({"cnn-clean": (0.6, 0.4, 0.5), "cnn-noisy": (0.4, 0.5, 0.6)})
    assert "it depends on the network: periodic for cnn (clean); salt & pepper for cnn (noisy)." in differs
    assert (
        "salt & pepper is worse than periodic noise for cnn (noisy), but the other way round for cnn (clean)" in differs
    )


def test_a_tie_is_no_finding():
    areas = {"cnn-clean": (0.6, 0.4, 0.43), "cnn-noisy": (0.8, 0.4, 0.6)}
    said = " ".join(prose.disruption(*ranked(areas), TITLES))
    assert "periodic for cnn (noisy); no single type for cnn (clean)." in said
    assert "Where two types are told apart, all agree which is worse." in said
    assert "Not told apart by these images: periodic and Gaussian for cnn (clean)." in said


def test_signs_that_permit_more_come_with_n_and_intervals():
    numbers, _ = results()
    [same] = prose.permitted(numbers.permits_more, TITLES, "Gaussian (max)")
    assert "(n = 9), cnn (clean) reads 30% (20% to 40%) as something that permits more" in same
    assert "does so least" not in same, "both networks are alike"
    numbers.permits_more.loc[3, "permits_more"] = 0.1
    [differ] = prose.permitted(numbers.permits_more, TITLES, "Gaussian (max)")
    assert "cnn (noisy), which does so least, 10%" in differ
    assert prose.permitted(numbers.permits_more.assign(permits_more=np.nan), TITLES, "any") == [], "no such signs"


def test_the_page_when_nothing_is_misread(written):
    numbers, _ = results()
    tables = content.tables(numbers._replace(confusions=numbers.confusions.iloc[:0]))
    assert tables["confusions"].rows == []


@pytest.mark.parametrize(
    ("low", "high", "effect", "beside"),
    [
        (0.1, 0.3, "help by 0.200", "0.200 more than"),
        (-0.3, -0.1, "hurt by 0.200", "0.200 less than"),
        (-0.1, 0.1, "show no effect", "no more or less than"),
    ],
)
def test_a_difference_is_told_only_if_its_interval_says_so(low, high, effect, beside):
    assert prose.verdict((low + high) / 2, low, high) == effect
    assert prose.comparison((low + high) / 2, low, high) == beside


def test_of_nearly_all_networks_the_exceptions_are_named():
    titles = {key: key.upper() for key in "abcdef"}
    assert prose.among(list("abcdef"), titles) == "all"
    assert prose.among(list("abdef"), titles) == "all but C"
    assert prose.among(list("abc"), titles) == "A, B and C"
    assert prose.among(["a"], {"a": "A", "b": "B"}) == "A"


def test_numbers_sort_by_value_and_missing_ones_stay_empty():
    table = page.table(pd.DataFrame({"n": [1000, 20], "share": [np.nan, 0.5], "sign": ["b", "a"]}), "Caption")
    assert [column.numeric for column in table.columns] == [True, True, False]
    assert [cell.text for cell in table.rows[0]] == ["1,000", "", "b"]
    assert table.rows[0][0].value == "1000.0"


def test_thresholds_sort_by_value_and_those_outside_the_grid_at_its_ends():
    numbers, _ = results()
    found = thresholds({"cnn-clean": 0.085, "cnn-noisy": BELOW})
    table = content.threshold_table(numbers._replace(thresholds=found))
    values = {row[3].text: float(row[3].value) for row in table.rows}
    assert values["8.5% (4% to 6%)"] == 0.085
    assert values[BELOW_GRID] < 0.085 < values["not reached"]
    assert table.columns[3].numeric


def test_plots_keep_their_pixels_and_photographs_nearly(tmp_path):
    rng = np.random.default_rng(0)
    plot = np.full((200, 300, 3), 255, np.uint8)
    plot[40:60, 20:280] = (0, 114, 178)
    photograph = np.clip(rng.normal(128, 12, (200, 300, 3)), 0, 255).astype(np.uint8)
    for name, pixels, exact in (("plot", plot, True), ("photograph", photograph, False)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        shown = page.picture(tmp_path / f"{name}.png", "caption", "alt")
        content = base64.b64decode(shown.uri.partition(",")[2])
        difference = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), float) - pixels
        assert (difference == 0).all() == exact
        assert np.sqrt((difference**2).mean()) < 12
        assert (shown.width, shown.height) == (300, 200)


class TestRevision:
    """What the page says of the code that made it."""

    @pytest.fixture
    def repository(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        git("init", "--quiet")
        (tmp_path / "dvc.yaml").touch()
        return tmp_path

    def test_a_folder_without_git(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert report.revision() == "not under git"

    def test_no_git_at_all(self, repository, monkeypatch):
        monkeypatch.setenv("PATH", str(repository))
        assert report.revision() == "git revision not known, as there is no git"

    def test_a_clone_of_another_user(self, repository, monkeypatch):
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        assert report.revision().startswith("git revision not known, as git refuses: fatal: detected dubious ownership")

    def test_no_commit_yet_a_commit_and_changes_since(self, repository):
        assert report.revision() == "no git revision, as there is no commit yet"
        git("add", ".")
        git("commit", "--quiet", "--message", "start")
        commit = git("log", "-1", "--format=%h").strip()
        assert report.revision() == f"git revision {commit}"
        (repository / "dvc.yaml").write_text("stages: {}\n")
        assert report.revision() == f"git revision {commit}, with uncommitted changes"


def git(*arguments):
    command = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
