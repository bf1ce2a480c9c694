"""Damaged files of networks and weights, and those of other networks, are told in one line that names the file."""

import pickle
import zipfile
from functools import partial

import keras
import pytest
from gtsrb import faulty_server as faults

from misread import paths, transfer
from misread.data import texts
from misread.errors import MisreadError
from misread.own.models.opened import open_model
from misread.training import backbones, saving

pytestmark = pytest.mark.filterwarnings("ignore:You are saving", "ignore:Skipping")
L = keras.layers
LOADERS = {"stages": saving.load, "misread measure": lambda path: open_model(str(path))}


def network(size=8, classes=4, *more):
    return keras.Sequential(
        [keras.Input((size, size, 3)), L.Conv2D(3, 3), L.BatchNormalization(), *more, L.Flatten(), L.Dense(classes)]
    )


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """Whole files, by the end of their names."""
    folder = tmp_path_factory.mktemp("models")
    network().save(folder / "net.h5")
    saving.save(network(), folder / "net.keras")
    saving.save(network(8, 5), folder / "classes.keras")
    saving.save(network(8, 4, L.Conv2D(3, 3)), folder / "deeper.keras")
    return folder


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cut(place, whole, good):
    return whole[: place if place < 0 else int(place * len(whole))]


def replaced(old, new, whole, good):
    place = whole.rindex(old)
    return whole[:place] + new + whole[place + len(old) :]


def with_member(name, change, whole, good):
    """Replace a member of the zip, or leave it out."""
    changed = members(good / "net.keras")
    changed[name] = change(changed[name], good)
    target = good / "changed.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for member, content in changed.items():
            if content is not None:
                archive.writestr(member, content)
    return target.read_bytes()


def weights_of(other, _, good):
    return members(good / f"{other}.keras")["model.weights.h5"]


weights, config = (partial(partial, with_member, name) for name in ("model.weights.h5", "config.json"))
PART = "or only a part of one"
DAMAGED = "a .keras file that is damaged, or with parts that Keras does not load ("

# fault -> the file, how its bytes are changed, and what is told
FAULTS = {
    "a .keras file cut at its start": (".keras", partial(cut, 0.001), PART),
    "a .keras file cut in the middle": (".keras", partial(cut, 0.5), PART),
    "a .keras file cut by a byte": (".keras", partial(cut, -1), PART),
    "an HDF5 file cut at its start": (".h5", partial(cut, 0.005), "a broken HDF5 file, or only a part of one"),
    "an HDF5 file cut in the middle": (".h5", partial(cut, 0.5), "a broken HDF5 file, or only a part of one"),
    "an HDF5 file cut by a byte": (".h5", partial(cut, -1), "a broken HDF5 file, or only a part of one"),
    "flipped bytes": (".keras", partial(replaced, b"TREE", b"FREE"), f"{DAMAGED}Bad CRC-32 for file 'model."),
    "a flipped directory": (".keras", partial(replaced, b"PK\x01\x02", b"PK\x01\x03"), "(Bad magic number"),
    "a flipped version": (
        ".keras", partial(replaced, b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xff"), "(zip file version 25.5",
    ),
    "weights cut in the middle": (".keras", weights(lambda whole, _: whole[:-2000]), f"{DAMAGED}Unable to"),
    "no weights": (".keras", weights(lambda *_: None), f"{DAMAGED}Expected a model.weights.h5"),
    "weights of other classes": (".keras", weights(partial(weights_of, "classes")), f"{DAMAGED}A total of 1 objects"),
    "weights of a deeper network": (".keras", weights(partial(weights_of, "deeper")), f"{DAMAGED}A total of"),
    "a config cut in the middle": (".keras", config(lambda whole, _: whole[:100]), f"{DAMAGED}Unterminated string"),
    "marks of a merge": (".keras", config(lambda whole, _: b"<<<<<<< HEAD\n" + whole), f"{DAMAGED}Expecting value"),
    "a config that is a list": (".keras", config(lambda *_: b"[]"), DAMAGED),
}  # fmt: skip


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
@pytest.mark.parametrize(("end", "damage", "told"), FAULTS.values(), ids=FAULTS)
def test_a_damaged_network_is_told_in_one_line(tmp_path, good, loader, end, damage, told):
    path = tmp_path / f"net{end}"
    path.write_bytes(damage((good / f"net{end}").read_bytes(), good))
    with pytest.raises(MisreadError) as error:
        loader(path)
    assert str(error.value).startswith(f"{path}: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def tiny_backbone(name):
    """In place of a backbone of `keras.applications`, with layers of the names of its blocks."""

    def build(include_top, weights, input_shape=(None, None, 3)):
        inputs = keras.Input(input_shape)
        x = L.BatchNormalization(name="bn")(L.Conv2D(4, 3, name="conv1_conv")(inputs))
        for block in ("conv2_block1_out", "conv2_block2_out"):
            x = L.Conv2D(4, 3, name=block)(x)
        return keras.Model(inputs, x)

    return build


@pytest.fixture
def mirror(project, tmp_path, monkeypatch):
    """A mirror with the whole weights of a small backbone, and a project that takes them from there."""
    monkeypatch.setattr(backbones, "whole_backbone", tiny_backbone)
    folder = tmp_path / "mirror"
    folder.mkdir()
    backbone = backbones.cut_backbone("resnet50", 50, "conv2_block1_out")
    backbone.save_weights(folder / "resnet50-conv2_block1_out.weights.h5")
    monkeypatch.setenv(transfer.MIRROR_VARIABLE, str(folder))
    return folder, project(**{"networks.resnet50.cut": "conv2_block1_out"})


def weights_of_network(build):
    """Bytes of the weights of another network."""

    def damage(whole, good):
        build(keras.Input((8, 8, 3))).save_weights(good / "other.weights.h5")
        return (good / "other.weights.h5").read_bytes()

    return damage


NOT_OPENED = "these are not the weights of resnet50 (Unable to synchronously open file"
# fault of a file of weights -> how its bytes are changed, and what is told
WEIGHTS = {
    "empty": (partial(cut, 0), NOT_OPENED),
    "cut at its start": (partial(cut, 0.01), NOT_OPENED),
    "cut in the middle": (partial(cut, 0.5), NOT_OPENED),
    "cut by a byte": (partial(cut, -1), NOT_OPENED),
    "flipped bytes": (partial(replaced, b"TREE", b"FREE"), "these are not the weights of resnet50 ("),
    "a page": (lambda *_: b"<html>Sign in</html>", NOT_OPENED),
    "a pickle": (lambda *_: pickle.dumps([1]), NOT_OPENED),
    "of a deeper network": (
        weights_of_network(lambda inputs: tiny_backbone("")(False, None)),
        "these are not the weights of resnet50 at this cut (424 values, expected 276)",
    ),
    "of as many values": (
        weights_of_network(lambda _: keras.Sequential([keras.Input((275,)), L.Dense(1)])),
        "these are not the weights of resnet50 (",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("damage", "told"), WEIGHTS.values(), ids=WEIGHTS)
def test_damaged_weights_of_a_mirror_are_told_in_one_line_and_the_next_run_works(mirror, good, damage, told):
    folder, made = mirror
    path = folder / "resnet50-conv2_block1_out.weights.h5"
    whole = path.read_bytes()
    path.write_bytes(damage(whole, good))
    message = made.run("pretrained", "resnet50")
    assert message.startswith(f"error: {path}: {told}")
    assert "\n" not in message
    assert list(made.folder.glob("models/pretrained/*")) == []
    path.write_bytes(whole)
    assert made.run("pretrained", "resnet50") is None
    assert (made.folder / "models/pretrained/resnet50/backbone.weights.h5").is_file()


def half(handler, content, start):
    handler.answer(200, content[: len(content) // 2], length=None)
    handler.close_connection = True


@pytest.mark.parametrize("fault", [faults.page, half])
def test_weights_that_a_server_does_not_deliver_are_not_kept(mirror, monkeypatch, fault):
    folder, made = mirror
    (path,) = folder.iterdir()
    server = faults.Server(**{path.name: path.read_bytes()})
    monkeypatch.setenv(transfer.MIRROR_VARIABLE, server.url)
    server.faults = [fault]
    assert made.run("pretrained", "resnet50").startswith(f"error: {server.url}/{path.name}: these are not the weights")
    assert made.run("pretrained", "resnet50") is None
    server.close()


def classifier(size, classes):
    return keras.Sequential([keras.Input((size, size, 3)), L.Flatten(), L.Dense(classes)])


# a network that is not the one of its folder -> how it is built, and what is told
OTHERS = {
    "of another image size": (lambda: classifier(32, 43), "takes (None, 32, 32, 3) and gives (None, 43), but"),
    "of fewer classes": (lambda: classifier(16, 10), "takes (None, 16, 16, 3) and gives (None, 10), but"),
    "of more classes": (lambda: classifier(16, 44), "takes (None, 16, 16, 3) and gives (None, 44), but"),
    "a generator": (lambda: keras.Sequential([keras.Input((100,)), L.Dense(3)]), "takes (None, 100) and gives (None"),
}  # fmt: skip
STAGES = {
    ("evaluate", "cnn", "clean"): "models/cnn-clean",
    ("sweep", "cnn", "clean"): "models/cnn-clean",
    ("evaluate_downstream",): "models/downstream/real",
}


@pytest.mark.parametrize(("command", "folder"), STAGES.items(), ids=[command[0] for command in STAGES])
@pytest.mark.parametrize(("build", "told"), OTHERS.values(), ids=OTHERS)
def test_another_network_in_place_of_a_trained_one_is_told_in_one_line(project, command, folder, build, told):
    made = project(**{"networks.cnn.image_size": 16, "gan.image_size": 16})
    path = made.folder / folder / "model.keras"
    path.parent.mkdir(parents=True)
    saving.save(build(), path)
    (made.folder / paths.REPEATS).mkdir(parents=True)
    texts.write({made.folder / paths.REPEATS / "cnn.json": texts.as_json({"trainings": [1]})})
    message = made.run(*command)
    assert message.startswith(f"error: {folder}/model.keras: {told}")
    assert message.endswith("params.yaml asks for (None, 16, 16, 3) and (None, 43); `dvc repro` trains it anew")
    assert not (made.folder / "reports").exists() or not any((made.folder / "reports").rglob("*.*"))
