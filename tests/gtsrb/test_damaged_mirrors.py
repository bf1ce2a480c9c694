"""Mirrors with damaged files: `./run download` names the file of the mirror, and leaves nothing behind."""

import shutil
import warnings
import zipfile
from functools import partial

import pytest
from kaggle_folders import kaggle_edition

from misread import transfer
from misread.gtsrb import dataset

TRAIN, TEST, _ = (archive.name for archive in dataset.ARCHIVES)
IMAGE = "Train/0/00000_00000_00002.png"


def changed(name, change, folder):
    """Change a table, line by line."""
    path = folder / name
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")


def replaced(name, old, new, folder):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def written(name, content, folder):
    (folder / name).write_bytes(content)


def cut(name, folder):
    path = folder / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(name, mark, folder):
    """Change the bytes at and after the last mark."""
    whole = (folder / name).read_bytes()
    place = whole.rindex(mark) + 1
    (folder / name).write_bytes(whole[:place] + bytes(9) + whole[place + 9 :])


def added(member, folder):
    """Add a member with a text, or another one of a name that is there, which is the one that counts."""
    with warnings.catch_warnings(), zipfile.ZipFile(folder / "archive.zip", "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(member, "no image")


def swapped(folder):
    train, test = (folder / name for name in ("Train.csv", "Test.csv"))
    texts = train.read_bytes(), test.read_bytes()
    test.write_bytes(texts[0])
    train.write_bytes(texts[1])


# fault of the unpacked edition -> how it is made in its folder, and what is told
UNPACKED = {
    "a path above": (partial(replaced, "Train.csv", IMAGE, "../x.png"), "Train.csv: '../x.png' is an absolute path,"),
    "an absolute path": (partial(replaced, "Test.csv", "Test/00001.png", "/etc/passwd"), "Test.csv: '/etc/passwd' is"),
    "a path that is none": (partial(replaced, "Test.csv", "Test/00001.png", "."), "Test.csv: '.' is an absolute path,"),
    "an empty path": (partial(replaced, "Test.csv", "Test/00001.png", ""), "Test.csv: column 'Path' is empty in row 2"),
    "a missing column": (
        partial(changed, "Train.csv", lambda lines: [line.replace("ClassId", "Class") for line in lines]),
        "Train.csv: column 'ClassId' is missing; expected Width,Height,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2,ClassId,Path",
    ),
    "semicolons": (partial(replaced, "Train.csv", ",", ";"), "Train.csv: column 'Width' is missing; expected Width,"),
    "an empty table": (partial(written, "Test.csv", b""), "Test.csv: not a readable annotation file (No columns to"),
    "class 43": (partial(replaced, "Test.csv", "0,Test/00002.png", "43,Test/00002.png"), "Test.csv: Test/00002.png: c"),
    "a row twice": (
        partial(changed, "Train.csv", lambda lines: [*lines, lines[3]]), f"Train.csv: {IMAGE}: file listed twice",
    ),
    "tables swapped": (swapped, "Train.csv: file name 'Test/00000.png' names no track and frame"),
    "a missing image": (lambda folder: (folder / IMAGE).unlink(), f"{IMAGE}: listed in Train.csv or Test.csv, but"),
    "text as an image": (partial(written, IMAGE, b"no image"), f"{IMAGE}: broken image ("),
    "a part of an image": (partial(cut, "Test/00001.png"), "Test/00001.png: broken image ("),
    "an image that says it is huge": (partial(written, IMAGE, b"P6\n30000 30000\n255\n"), f"{IMAGE}: broken image (I"),
}  # fmt: skip


# fault of the zipped edition -> the same
ZIPPED = {
    "cut": (partial(cut, "archive.zip"), "archive.zip: not a readable zip archive, or only a part of one"),
    "a directory with flipped bytes": (
        partial(flipped, "archive.zip", b"PK\x01\x02"), "archive.zip: not a readable zip archive",
    ),
    "an image with flipped bytes": (partial(flipped, "archive.zip", b"IDAT"), f"archive.zip: '{IMAGE}' is damaged (B"),
    "a member above": (partial(added, "../x"), "archive.zip: member '../x' has an absolute path or one with '..'"),
    "text as an image": (partial(added, "Test/00001.png"), "archive.zip: Test/00001.png: broken image ("),
    "another missing column": (partial(added, "Train.csv"), "archive.zip: Train.csv: column 'Width' is missing"),
}  # fmt: skip

# fault of the official archives -> the same
OFFICIAL = {
    "cut": (partial(cut, TRAIN), f"{TRAIN}: not a readable zip archive, or only a part of one"),
    "an image with flipped bytes": (
        partial(flipped, TEST, b"P6"), f"{TEST}: '{dataset.TEST_ROOT}/00039.ppm' is damaged (Bad CRC-32 for file",
    ),
    "a page": (partial(written, TRAIN, b"<html>sign in"), f"{TRAIN}: not a readable zip archive, or only a part"),
    "no files, and no server": (lambda folder: (folder / TEST).unlink(), "http://127.0.0.1:9/"),
}  # fmt: skip


@pytest.fixture
def download(project, monkeypatch):
    """A function that runs `./run download` with a mirror; the line that it ends with, without the mirror's path."""
    monkeypatch.setattr(dataset, "SITE", "http://127.0.0.1:9/")  # where nothing answers
    monkeypatch.setattr(transfer, "ATTEMPTS", 1)
    made = project(**{"data.source": "gtsrb", "data.images_per_class": 60})

    def run(mirror):
        monkeypatch.setenv(transfer.MIRROR_VARIABLE, str(mirror))
        message = made.run("download")
        left = [name for name in made.files() if not name.startswith(".downloads")]
        assert left == (["gtsrb"] if message is None else [])
        return message and message.replace(f"{mirror}/", "")

    return run


def check(download, mirror, good, damage, told):
    """The fault is told in one line, and after it is mended the next run ends well."""
    shutil.copytree(good, mirror)
    damage(mirror)
    message = download(mirror)
    assert message.startswith(f"error: {told}")
    assert "\n" not in message
    shutil.rmtree(mirror)
    shutil.copytree(good, mirror)
    assert download(mirror) is None


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory, few_archives):
    """Kaggle's edition of a few signs in a folder."""
    return kaggle_edition(tmp_path_factory.mktemp("kaggle") / "unpacked", few_archives, images=3)


@pytest.fixture(scope="module")
def zipped(tmp_path_factory, unpacked):
    """The same in a zip."""
    folder = tmp_path_factory.mktemp("zipped")
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        for path in sorted(unpacked.rglob("*.*")):
            archive.write(path, path.relative_to(unpacked))
    return folder


@pytest.mark.parametrize(("damage", "told"), UNPACKED.values(), ids=UNPACKED)
def test_a_fault_of_kaggles_edition_in_a_folder_is_told_in_one_line(tmp_path, download, unpacked, damage, told):
    check(download, tmp_path / "mirror", unpacked, damage, told)


@pytest.mark.parametrize(("damage", "told"), ZIPPED.values(), ids=ZIPPED)
def test_a_fault_of_kaggles_edition_in_a_zip_is_told_in_one_line(tmp_path, download, zipped, damage, told):
    check(download, tmp_path / "mirror", zipped, damage, told)


@pytest.mark.parametrize(("damage", "told"), OFFICIAL.values(), ids=OFFICIAL)
def test_a_fault_of_the_official_archives_is_told_in_one_line(tmp_path, download, few_archives, damage, told):
    check(download, tmp_path / "mirror", few_archives, damage, told)


def test_tables_that_excel_saved_are_read(tmp_path, download, unpacked):
    mirror = shutil.copytree(unpacked, tmp_path / "mirror")
    for table in ("Train.csv", "Test.csv"):
        text = (mirror / table).read_text()
        (mirror / table).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert download(mirror) is None
    assert len(dataset.read_train_index(tmp_path / "data/gtsrb")) == 3


def test_a_broken_zip_beside_the_edition_does_no_harm(tmp_path, download, zipped):
    mirror = shutil.copytree(zipped, tmp_path / "mirror")
    (mirror / "aaa.zip").write_bytes(b"a part of something else")
    (mirror / "archive.zip").rename(tmp_path / "archive.zip")
    assert download(mirror).endswith("; if it is not GTSRB, remove it")
    (tmp_path / "archive.zip").rename(mirror / "archive.zip")
    assert download(mirror) is None
