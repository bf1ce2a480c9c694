"""The benchmark is GTSRB's test set, from archives that are there or are brought once."""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from misread import transfer
from misread.data import clean_sets
from misread.errors import MisreadError
from misread.gtsrb import dataset
from misread.own.images import benchmark
from misread.own.images.choosing import open_images
from misread.own.images.resized import resized_set


def pin(monkeypatch, images):
    """Make the images of a collection the published ones, as far as they are read."""
    digests = [
        clean_sets.image_digest(images.read(row).image, int(label), tuple(images.rois[row].tolist()))
        for row, label in enumerate(images.labels)
    ]
    found = clean_sets.digest_by_class(digests, images.labels)
    counts = np.bincount(images.labels).tolist()
    pinned = [{"images": count, "sha256": found[number]} for number, count in enumerate(counts)]
    monkeypatch.setattr(benchmark.content, "pinned", lambda: {"test": pinned})


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A current folder with nothing in it, and a cache and no mirror."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(transfer.MIRROR_VARIABLE, raising=False)
    monkeypatch.setattr(benchmark.platformdirs, "user_cache_path", lambda name: tmp_path / "cache" / name)
    return tmp_path


@pytest.fixture
def fetched(monkeypatch):
    """Addresses that were asked for; nothing can be downloaded."""
    asked = []

    def refuse(url, *_):
        asked.append(url)
        raise MisreadError(f"{url}: went online")

    monkeypatch.setattr(transfer, "fetch", refuse)
    return asked


def test_rows_labels_and_regions_are_those_of_the_annotations(archives):
    images, index = open_images(archives), dataset.read_test_index(archives)
    assert images.names == index.file.tolist()
    assert images.labels.tolist() == index.class_id.tolist()
    assert images.rois.tolist() == index[["x1", "y1", "x2", "y2"]].to_numpy().tolist()
    assert images.rois.dtype == np.int32
    assert images.classes == tuple(map(str, range(43)))
    assert len(images.titles) == 43
    assert [path.name for path in images.files] == [dataset.TEST.name, dataset.TEST_LABELS.name]
    assert images.notes == (f"{archives}: not the published test set of GTSRB.",)
    image, converted = images.read(5)
    assert image.shape == (index.height[5], index.width[5], 3)
    assert converted is None


def test_archives_that_are_packed_anew_are_known_by_their_content(archives, tmp_path, monkeypatch):
    pin(monkeypatch, open_images(archives))
    assert open_images(archives).notes == ()
    for archive in benchmark.ARCHIVES:
        shutil.copy(archives / archive.name, tmp_path)
    with zipfile.ZipFile(tmp_path / dataset.TEST_LABELS.name) as old:
        annotations = old.read(dataset.TEST_ANNOTATIONS).decode().splitlines()
    name, *box, label = annotations[1].split(";")
    annotations[1] = ";".join([name, *box[:2], str(int(box[2]) - 1), *box[3:], label])
    with zipfile.ZipFile(tmp_path / dataset.TEST_LABELS.name, "w") as new:
        new.writestr(dataset.TEST_ANNOTATIONS, "\n".join(annotations))
    assert len(open_images(tmp_path).notes) == 1


def test_workers_and_the_process_that_starts_them_read_the_same(archives, tmp_path, monkeypatch):
    """The archive is open already when the workers start."""
    images = open_images(archives)
    images.read(0)
    results = []
    for workers in ("1", "3"):
        monkeypatch.setenv("MISREAD_WORKERS", workers)
        results.append(np.array(resized_set(images, 16, 16, 3, "crop_pad", tmp_path / workers).images))
    assert (results[0] == results[1]).all()


def test_the_archives_of_the_project_are_taken_if_they_are_there(archives, elsewhere, fetched):
    shutil.copytree(archives, elsewhere / "data/gtsrb")
    assert open_images("gtsrb").files[0] == Path("data/gtsrb") / dataset.TEST.name
    assert fetched == []


def test_only_the_test_archives_are_brought_and_only_once(archives, elsewhere, fetched, monkeypatch):
    monkeypatch.setenv(transfer.MIRROR_VARIABLE, str(archives))
    images = open_images("gtsrb")
    cache = elsewhere / "cache/misread/gtsrb"
    assert images.files[0].parent == cache
    assert sorted(path.name for path in cache.iterdir()) == [dataset.TEST_LABELS.name, dataset.TEST.name]
    monkeypatch.delenv(transfer.MIRROR_VARIABLE)
    assert open_images("gtsrb").names == images.names
    assert fetched == []


def test_without_a_mirror_the_official_site_is_asked(elsewhere, fetched):
    with pytest.raises(MisreadError, match="went online"):
        open_images("gtsrb")
    assert fetched == [dataset.SITE + dataset.TEST.name]
    assert not (elsewhere / "cache/misread/gtsrb").exists()


def test_a_cache_that_cannot_be_written_is_named(elsewhere, fetched):
    (elsewhere / "cache").write_text("in the way")
    with pytest.raises(MisreadError, match=r"cache/misread/gtsrb: cannot be written"):
        open_images("gtsrb")


def test_a_folder_with_one_of_the_archives_only_is_not_the_benchmark(archives, tmp_path):
    shutil.copy(archives / dataset.TEST.name, tmp_path)
    with pytest.raises(MisreadError, match="expected a folder for each class"):
        open_images(tmp_path)
