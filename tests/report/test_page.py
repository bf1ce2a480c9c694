"""The page of the report, from made-up results: its text, and how it behaves in a browser."""

import base64
import errno
import re

import numpy as np
import pandas as pd
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from misread import paths
from misread.errors import MisreadError
from misread.report import build, page, strength_slider


def test_the_page_needs_nothing_else_and_says_that_signs_are_rendered(written):
    text = written.read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!data:|#)', text)
    assert "Rendered signs, not GTSRB" in text
    assert "seed: 1 # &lt;of all&gt;" in text
    assert text.count("<figure") == text.count('aria-label="A line that rises"')
    for anchor in re.findall(r'(?<!xlink:)href="#([\w-]+)"', text):
        assert f'id="{anchor}"' in text


def test_figures_are_replaced_only_together_with_the_page(results, filled, project, monkeypatch):
    def write(files):
        raise OSError(errno.ENOSPC, "No space left on device")

    older = paths.REPORTS / "figures/older.svg"
    older.parent.mkdir(parents=True)
    older.touch()
    monkeypatch.setattr(build, "Results", lambda settings: results)
    monkeypatch.setattr(build, "draw", lambda results, folder: folder.mkdir() or filled["figures"])
    monkeypatch.setattr(build.texts, "write", write)
    with pytest.raises(MisreadError, match=r"^reports/figures: no space left"):
        build.write(None)
    assert older.exists()
    monkeypatch.setattr(build.texts, "write", lambda files: None)
    build.write(None)
    assert not older.exists()


def test_the_page_begins_with_a_figure_and_a_row_for_each_network(written, filled):
    text = written.read_text(encoding="utf-8")
    assert text.index("<figure") < text.index("<table") < text.index("<h3>")
    clean, noisy = filled["tables"]["overview/networks"].rows
    assert [cell.text for cell in clean] == ["cnn", "clean", "0.900", "0.900", "3%", "0.03", "0.03"]
    assert [cell.text for cell in noisy] == ["cnn", "noisy", "0.700", "0.700", "20%", "0.2", "0.2"]
    assert clean[2].note == "0.890 to 0.910"


def test_every_topic_has_a_template_and_every_template_a_topic(filled):
    templates = {path.name.split(".")[0] for path in build.Path(build.__file__).parent.glob("templates/sections/*")}
    assert templates == set(build.TOPICS)


def test_the_numbers_for_github_are_those_of_the_page(filled):
    text = page.render("results.md.j2", **filled)
    assert "Rendered signs, not GTSRB" in text
    assert "| cgan (GAN-train) |" in text
    assert "0.900<br><sub>0.800-0.950</sub>" in text
    assert all(sentence in text for sentences in filled["answers"].values() for sentence in sentences)
    assert "salt & pepper" in text, "no HTML escapes"
    assert "Rendered" not in page.render("results.md.j2", **filled | {"source": "gtsrb"})


def test_long_tables_are_folded(written, browser):
    browser.get(written.as_uri())
    table = browser.find_element(By.XPATH, "//table[contains(., '5%, 10% and 50%')]")
    assert len(table.find_elements(By.CSS_SELECTOR, "tbody tr")) > page.LONG
    assert not table.is_displayed()


def test_in_a_browser_tables_sort_and_nothing_scrolls_sideways(written, browser):
    browser.set_window_size(1280, 900)
    browser.get_log("browser")  # of pages that other tests opened
    browser.get(written.as_uri())
    for element in browser.find_elements(By.TAG_NAME, "details"):
        browser.execute_script("arguments[0].open = true", element)
    assert all(one.is_displayed() for one in browser.find_elements(By.CSS_SELECTOR, "figure svg"))

    table = browser.find_element(By.XPATH, "//table[contains(., 'on every noisy one')]")
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


def test_the_slider_shows_what_each_network_predicts_at_each_strength(written, browser):
    browser.get(written.as_uri())
    slider = browser.find_element(By.ID, "slider")
    strength = slider.find_element(By.CSS_SELECTOR, "input[type=range]")
    for radio in slider.find_elements(By.CSS_SELECTOR, "input[type=radio]"):
        radio.click()
        strength.send_keys(Keys.HOME)
        assert slider.find_element(By.TAG_NAME, "output").text == "no noise"
        assert {cell.text for cell in slider.find_elements(By.CSS_SELECTOR, "tbody td")} == {"✓"}
        before = slider.find_element(By.CLASS_NAME, "sign").value_of_css_property("background-position")
        strength.send_keys(Keys.END)
        assert slider.find_element(By.CLASS_NAME, "sign").value_of_css_property("background-position") != before
    assert "500 grey levels" in slider.find_element(By.TAG_NAME, "output").text
    assert {cell.text for cell in slider.find_elements(By.CSS_SELECTOR, "tbody td")} == {"speed limit 30"}
    assert [head.text for head in slider.find_elements(By.CSS_SELECTOR, "tbody th")] == ["cnn (clean)", "cnn (noisy)"]


def test_the_page_prints_in_at_most_16_pages(written, browser):
    browser.get(written.as_uri())
    printed = base64.b64decode(browser.print_page())
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", printed)) <= 16


def test_numbers_sort_by_value_and_missing_ones_stay_empty():
    table = page.table(pd.DataFrame({"n": [1000, 20], "share": [np.nan, 0.5], "sign": ["b", "a"]}), "Title", "Caption")
    assert [column.numeric for column in table.columns] == [True, True, False]
    assert [cell.text for cell in table.rows[0]] == ["1,000", "", "b"]
    assert table.rows[0][0].value == "1000"


def test_the_signs_of_the_slider_are_of_different_classes_and_correct_without_noise(results):
    sweeps = {key: table.assign(label=table.label.replace({38: 14})) for key, table in results.sweeps.items()}
    rows = strength_slider.rows_shown(sweeps, np.full(7, 100), seed=1)
    assert len(rows) == len(set(rows)) == 6
    labels = next(iter(sweeps.values())).groupby("row").label.first()[rows]
    assert labels.is_unique
