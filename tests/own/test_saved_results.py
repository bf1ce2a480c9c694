"""The folder of a result: its tables and its page, written completely or not at all."""

import json
import os
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import misread
from misread.errors import MisreadError
from misread.own import result_page, words
from misread.own.result import FILES, refuse_existing


@pytest.fixture(scope="module")
def result(bands):
    """A name and classes that HTML or Matplotlib has to escape, and a class with a name in another script."""
    classes = ["<b>&", "$x_{^$ crossing", "стоп"]
    return misread.measure(
        bands.predict, bands.images, bands.labels, classes=classes, name="toy & co, $_{ or $^{", refine=1,
        resamples=100, progress=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def saved(result, tmp_path_factory):
    return result.save(tmp_path_factory.mktemp("result") / "new" / "out")


def everything(folder):
    """Path of each file in a folder -> its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Page(HTMLParser):
    """The text of a page, and its elements that are not closed."""

    EMPTY = ("meta", "link", "br", "img", "input")

    def __init__(self, text):
        super().__init__()
        self.open, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_folder_has_the_page_the_tables_and_the_figures(saved):
    assert {path.name for path in saved.iterdir()} == {*FILES, "figures"}
    figures = {path.name for path in (saved / "figures").iterdir()}
    assert figures == {"curves.svg", "equal_energy.svg", "classes.svg", "examples.png"}
    assert [path.name for path in saved.parent.iterdir()] == ["out"]


def test_the_files_agree_with_the_tables(result, saved):
    for name, table in (
        ("results", result.accuracy),
        ("ranking", result.ranking),
        ("confusions", result.confusions),
        ("classes", result.classes),
    ):
        found = pd.read_csv(saved / f"{name}.csv", keep_default_na=False, na_values=[""], float_precision="round_trip")
        expected = table.replace({"noise_level": {"": np.nan}}) if "noise_level" in table else table
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    pd.testing.assert_frame_equal(pd.read_parquet(saved / "images.parquet"), result.images, check_dtype=False)
    assert json.loads((saved / "settings.json").read_text(encoding="utf-8")) == json.loads(json.dumps(result.settings))


def test_the_thresholds_are_nested_as_those_of_the_study(result, saved):
    found = json.loads((saved / "thresholds.json").read_text())
    assert list(found) == list(result.settings["noise"]["levels"])
    for row in result.thresholds.itertuples():
        one = found[row.noise_type][row.level]
        assert list(one) == ["strength", "low", "high", "rmse", "psnr", "status"]
        assert one["status"] == row.status
        for name in ("strength", "low", "high", "rmse", "psnr"):
            value = getattr(row, name)
            assert one[name] == (None if pd.isna(value) else value)


def test_the_page_is_whole_and_says_what_was_found(result, saved):
    text = (saved / "index.html").read_bytes().decode("utf-8")
    assert '<meta charset="utf-8">' in text
    assert "<b>" not in text.replace("<body>", "")
    page = Page(text)
    assert page.open == []
    for sentence in words.sentences(result):
        assert sentence in page.text
    assert "Where noise breaks toy & co, $_{ or $^{" in page.text
    assert page.text.count("$x_{^$ crossing, n = 80") == 1  # in a figure
    assert "240 test images of 3 classes" in page.text
    for name in result.settings["classes"]:
        assert name in page.text


def test_the_page_needs_no_other_file(saved):
    text = (saved / "index.html").read_text(encoding="utf-8")
    for source in ('src="', 'href="'):
        for place in text.split(source)[1:]:
            assert place.startswith(("data:", "#")), place[:80]


def test_saving_twice_gives_the_same_bytes(result, saved, tmp_path):
    again = everything(result.save(tmp_path / "again"))
    for name, content in everything(saved).items():
        assert again[name] == content, name


def test_measuring_twice_gives_the_same_bytes(few_bands, tmp_path):
    for name in ("a", "b"):
        misread.measure(
            few_bands.predict, few_bands.images, few_bands.labels, noise=["gaussian"], resamples=100, progress=False
        ).save(tmp_path / name)
    assert everything(tmp_path / "a") == everything(tmp_path / "b")


@pytest.mark.usefixtures("without_drawing")
def test_an_earlier_result_is_kept_unless_it_is_to_be_replaced(result, tmp_path):
    folder = result.save(tmp_path / "out")
    (folder / "classes.csv").write_text("earlier")
    with pytest.raises(MisreadError) as error:
        result.save(folder)
    assert str(error.value) == f"{folder}: has an earlier result; --overwrite replaces it"
    assert (folder / "classes.csv").read_text() == "earlier"
    result.save(str(folder), overwrite=True)
    assert (folder / "classes.csv").read_text() != "earlier"


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("names", [["photo.jpg"], ["settings.json", "photo.jpg"], [*FILES, "photo.jpg"]])
def test_a_folder_with_anything_else_is_never_replaced(result, tmp_path, names, overwrite):
    for name in names:
        (tmp_path / name).write_text("mine")
    with pytest.raises(MisreadError) as error:
        result.save(tmp_path, overwrite)
    assert str(error.value) == f"{tmp_path}: is not empty, and no earlier result; name a folder that does not exist yet"
    assert {path.name for path in tmp_path.iterdir()} == set(names)


def test_a_folder_that_cannot_be_created_is_told(result, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(MisreadError) as error:
        result.save(tmp_path / "file/new/out")
    assert str(error.value) == f"{tmp_path / 'file/new/out'}: cannot be created in {tmp_path / 'file'}"


def test_an_earlier_result_in_a_folder_that_cannot_be_written_is_told(result, tmp_path, monkeypatch):
    result.save(tmp_path / "out")
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)  # root may write anywhere
    with pytest.raises(MisreadError, match="out: cannot be created in "):
        refuse_existing(tmp_path / "out", overwrite=True)


def test_a_file_is_never_replaced(result, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(MisreadError, match="out: is a file; name a folder that does not exist yet"):
        result.save(tmp_path / "out", overwrite=True)


@pytest.mark.usefixtures("without_drawing")
def test_an_empty_folder_is_filled_wherever_it_is(result, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    assert (result.save(tmp_path / "empty") / "index.html").exists()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    result.save(".")
    assert (tmp_path / "here" / "index.html").exists()


@pytest.mark.parametrize("problem", [RuntimeError, KeyboardInterrupt])
@pytest.mark.usefixtures("without_drawing")
def test_nothing_is_left_of_a_result_that_cannot_be_drawn(result, tmp_path, monkeypatch, problem):
    def build(shown, folder):
        folder.mkdir()
        raise problem

    earlier = result.save(tmp_path / "earlier")
    before = everything(earlier)
    monkeypatch.setattr(result_page, "build", build)
    with pytest.raises(problem):
        result.save(tmp_path / "out")
    with pytest.raises(problem):
        result.save(earlier, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["earlier"]
    assert everything(earlier) == before


def test_one_noise_type_has_a_page_too(few_bands, tmp_path):
    found = misread.measure(
        few_bands.predict, few_bands.images, few_bands.labels, noise=["periodic"], resamples=100, progress=False
    )
    text = (found.save(tmp_path / "out") / "index.html").read_text(encoding="utf-8")
    assert "At equal energy" not in text
    assert "Periodic noise: 10% of the images fail at" in text
    assert len(found.ranking) == 1
    assert len(found.ranking_pairs) == 0


def test_a_classifier_that_no_noise_breaks_has_a_page_too(few_bands, tmp_path):
    found = misread.measure(
        few_bands.predict, few_bands.images, few_bands.labels, strengths={"gaussian": [0.001, 0.002]}, resamples=100,
        noise=["gaussian"], progress=False,
    )  # fmt: skip
    assert set(found.thresholds.status) == {"not reached"}
    text = (found.save(tmp_path / "out") / "index.html").read_text(encoding="utf-8")
    assert "fewer than 10% of the images fail at the largest strength of the grid" in text
