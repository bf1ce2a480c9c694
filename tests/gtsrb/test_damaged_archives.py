"""Damaged and malicious archives: `./run prepare` names the archive and the member, and leaves nothing behind."""

import shutil
import tracemalloc
import zipfile

import pytest
from archive_faults import FAULTS, IMAGE, LABELS, TRAIN, contents, image_flipped, lying, pack
from script_files import assert_refused

from misread.data import store
from misread.errors import MisreadError
from misread.experiments.project_copy import TINY, copy_project
from misread.gtsrb import dataset, zips


@pytest.fixture
def damaged(project, few_archives):
    """A function that makes a project whose archives have a fault."""

    def make(damage, **settings):
        made = project(**{"data.source": "synthetic"} | settings)
        shutil.copytree(few_archives, made.folder / "data/gtsrb")
        damage(made.folder / "data/gtsrb")
        return made

    return make


@pytest.mark.parametrize(("damage", "archive", "told"), FAULTS.values(), ids=FAULTS)
def test_a_damaged_archive_is_told_in_one_line_and_leaves_nothing(damaged, damage, archive, told):
    made = damaged(damage)
    message = made.run("prepare")
    assert message.startswith(f"error: data/gtsrb/{archive}: ")
    assert told in message
    assert "\n" not in message
    assert made.files() == ["gtsrb"]


def with_byte_order_mark(folder):
    for name in (TRAIN, LABELS):
        members = contents(folder / name)
        pack(folder / name, {key: b"\xef\xbb\xbf" * key.endswith(".csv") + one for key, one in members.items()})


def with_line_feeds(folder):
    for name in (TRAIN, LABELS):
        members = contents(folder / name)
        pack(
            folder / name,
            {key: one.replace(b"\r\n", b"\n") if key.endswith(".csv") else one for key, one in members.items()},
        )


@pytest.mark.parametrize("damage", [with_byte_order_mark, with_line_feeds])
def test_tables_that_an_editor_saved_are_read(damaged, damage, few_archives):
    made = damaged(damage)
    for read in (dataset.read_train_index, dataset.read_test_index):
        assert read(made.folder / "data/gtsrb").equals(read(few_archives))
    assert made.run("prepare") is None
    assert len(store.open_set(made.folder / "data/clean/cnn/test").images) == 40


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_a_name_that_stands_twice_in_an_archive_the_last_member_counts(damaged, few_archives):
    other = contents(few_archives / TRAIN)[IMAGE.replace("00003", "00004")]

    def twice(folder):
        with zipfile.ZipFile(folder / TRAIN, "a") as archive:
            archive.writestr(IMAGE, other)

    made = damaged(twice)
    index = dataset.read_train_index(made.folder / "data/gtsrb")
    places = zips.read_places(made.folder / "data/gtsrb" / TRAIN, index.file, index.itertuples())
    assert dict(zip(index.file, places, strict=True))[IMAGE.removeprefix(f"{dataset.TRAIN_ROOT}/")] == other


def test_other_signs_than_those_of_the_benchmark_are_refused(damaged):
    made = damaged(lambda _: None, **{"data.source": "gtsrb"})
    assert made.run("prepare").startswith("error: data/gtsrb: train class 0 (speed limit 20) has 60 images, but GTSRB")
    assert made.files() == ["gtsrb"]


def test_a_member_that_is_larger_than_it_says_is_not_unpacked(tmp_path, few_archives):
    shutil.copy(few_archives / TRAIN, tmp_path)
    lying(64 << 20, tmp_path)
    tracemalloc.start()
    with zips.open_archive(tmp_path / TRAIN) as archive, pytest.raises(MisreadError, match="is damaged"):
        zips.read_member(archive, IMAGE)
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_the_command_ends_with_status_1_and_one_line(tmp_path, few_archives):
    copy_project(tmp_path, TINY)
    shutil.copytree(few_archives, tmp_path / "data/gtsrb")
    image_flipped(tmp_path / "data/gtsrb")
    told = f"error: data/gtsrb/{TRAIN}: '{IMAGE}' is damaged (Bad CRC-32)"
    assert_refused(tmp_path, "prepare", told)
    assert not (tmp_path / "data/clean").exists()
