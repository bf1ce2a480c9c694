"""Mirrors in folders, and Kaggle's edition of GTSRB."""

import zipfile

import pytest
from kaggle_folders import kaggle_edition

from misread import transfer
from misread.errors import MisreadError
from misread.gtsrb import dataset, sources, zips


def annotations(index):
    """An index without where the images are in the archive."""
    return index.drop(columns=[*zips.PLACE.names])


def test_mirror_folder(tmp_path, few_archives, monkeypatch, capsys):
    monkeypatch.setenv("MISREAD_MIRROR", str(few_archives))
    sources.fetch_archives(tmp_path, tmp_path / "downloads")
    for archive in dataset.ARCHIVES:
        assert (tmp_path / archive.name).read_bytes() == (few_archives / archive.name).read_bytes()
    assert capsys.readouterr().out.count("not packed as the official archive") == 3


def test_mirror_that_is_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("MISREAD_MIRROR", str(tmp_path / "nowhere"))
    with pytest.raises(MisreadError, match=r"MISREAD_MIRROR.*nowhere"):
        sources.fetch_archives(tmp_path, tmp_path / "downloads")


def in_small_letters(folder):
    """Rename the tables and the top folders."""
    for path in sorted(folder.iterdir()):
        path.rename(path.with_name(f"{path.name.lower()}.moved")).rename(path.with_name(path.name.lower()))


@pytest.mark.parametrize("small_letters", [False, True])
@pytest.mark.parametrize("top", ["", "archive", "data/archive"])
@pytest.mark.parametrize("zipped", [False, True])
def test_kaggles_edition_becomes_the_official_archives(tmp_path, few_archives, monkeypatch, zipped, top, small_letters):
    mirror, place = tmp_path / "mirror", tmp_path / "mirror" / top
    place.parent.mkdir(parents=True, exist_ok=True)
    kaggle_edition(place, few_archives)
    if small_letters:
        in_small_letters(place)
    if zipped:
        unpacked = mirror.rename(tmp_path / "unpacked")
        mirror.mkdir()
        with zipfile.ZipFile(mirror / "archive.zip", "w") as archive:
            for path in sorted(unpacked.rglob("*.*")):
                archive.write(path, path.relative_to(unpacked))
    monkeypatch.setenv("MISREAD_MIRROR", str(mirror))
    out = tmp_path / "out"
    out.mkdir()
    sources.fetch_archives(out, tmp_path / "downloads")
    for read, root, archive in (
        (dataset.read_train_index, dataset.TRAIN_ROOT, dataset.TRAIN),
        (dataset.read_test_index, dataset.TEST_ROOT, dataset.TEST),
    ):
        expected, found = read(few_archives).iloc[:40], read(out)
        assert annotations(found).equals(annotations(expected))
        with zips.open_archive(out / archive.name) as new, zips.open_archive(few_archives / archive.name) as old:
            for file in found.file:
                assert new.read(f"{root}/{file}") == old.read(f"{root}/{file}")


def test_of_kaggles_edition_the_test_set_alone_is_converted(tmp_path, few_archives, monkeypatch):
    mirror = kaggle_edition(tmp_path / "kaggle", few_archives, images=3)
    (mirror / "Train/0/00000_00000_00001.png").unlink()
    monkeypatch.setenv("MISREAD_MIRROR", str(mirror))
    (tmp_path / "out").mkdir()
    wanted = (dataset.TEST, dataset.TEST_LABELS)
    sources.fetch_archives(tmp_path / "out", tmp_path / "downloads", wanted)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {archive.name for archive in wanted}
    found, expected = dataset.read_test_index(tmp_path / "out"), dataset.read_test_index(few_archives).iloc[:3]
    assert annotations(found).equals(annotations(expected))


@pytest.fixture
def offline(monkeypatch):
    """Nothing can be downloaded."""

    def refuse(url, *_):
        raise MisreadError(f"{url}: went online")

    monkeypatch.setattr(transfer, "fetch", refuse)


def test_a_mirror_in_which_nothing_fits_says_what_it_holds_before_going_online(tmp_path, monkeypatch, capsys, offline):
    mirror = tmp_path / "mirror"
    (mirror / "signs").mkdir(parents=True)
    for name in "abcdef":
        (mirror / f"{name}.txt").touch()
    with zipfile.ZipFile(mirror / "GTSRB-Training_fixed.zip", "w") as archive:
        archive.writestr("GTSRB/Training/00000/GT-00000.csv", "")
    monkeypatch.setenv("MISREAD_MIRROR", str(mirror))
    with pytest.raises(MisreadError, match="went online"):
        sources.fetch_archives(tmp_path, tmp_path / "downloads")
    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith(
        f"{mirror}: found neither GTSRB_Final_Training_Images.zip nor Kaggle's Train.csv and Test.csv, in it, in a "
        "folder or in a zip; it holds GTSRB-Training_fixed.zip, a.txt, b.txt, c.txt, d.txt and 3 more"
    )
    assert "GTSRB-Training_fixed.zip is the smaller edition of GTSRB, with 26,640 training images" in line
