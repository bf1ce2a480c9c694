"""Files of Keras 2 that Keras 3 does not read: the network is built anew, and its weights are put in."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import h5py
import keras
import numpy as np

from misread.errors import MisreadError
from misread.own.models import shapes
from misread.own.models.with_keras import keras2_configs
from misread.training import saving

WEIGHTS = "model.weights.h5"
LISTS = ("layers", "_layer_checkpoint_dependencies")  # where versions of Keras 2 put the weights of a network's layers

Groups = dict[str, dict[str, np.ndarray]]  # path of a group of weights -> number of the weight -> its values


def rebuild(path: Path) -> keras.Model:
    """Read a network that Keras 2 saved.

    Args:
        path: a ``.keras`` file or an HDF5 file with a network of Keras's own layers.

    Returns:
        The network, built with Keras 3, with the weights of the file.

    Raises:
        MisreadError: it has other layers, or its weights are not those of its layers.

    """
    try:
        return _from_hdf5(path) if h5py.is_hdf5(path) else _from_zip(path)
    except Exception as error:  # Keras raises many types of exceptions
        reason = str(error).rpartition("Exception encountered: ")[2] or type(error).__name__
        raise MisreadError(
            f"{path}: a file of Keras {saving.version(path)} that Keras {keras.__version__} does not read, with "
            f"{shapes.one_line(reason, 200)}; save it as a SavedModel folder where it was made, with "
            "`model.export(FOLDER)` or `tf.saved_model.save(model, FOLDER)`"
        ) from None


def _from_hdf5(path: Path) -> keras.Model:
    with h5py.File(path) as file:
        config = json.loads(file.attrs["model_config"])
    network = keras2_configs.build(config)
    order = [keras2_configs.layer_name(one["config"]["name"]) for one in keras2_configs.layers(config)]
    weighted = [layer.name for layer in network.layers if layer.weights]
    if weighted != [name for name in order if name in weighted]:  # Keras takes the weights in order, not by name
        raise ValueError("its layers in another order than Keras 3 has them")
    network.load_weights(path)
    return network


def _from_zip(path: Path) -> keras.Model:
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
        weights = io.BytesIO(archive.read(WEIGHTS))
    network = keras2_configs.build(config)
    with h5py.File(weights) as file:
        groups = _groups(file)
    filled: set[int] = set()
    _fill_network(network, config, "", groups, filled)
    if missing := [weight.path for weight in network.weights if id(weight) not in filled]:
        raise ValueError(f"no weights for {missing[0]}")
    return network


def _groups(file: h5py.File) -> Groups:
    """Read all weights but those of the optimizer and of metrics; Windows wrote backslashes in the names of groups."""
    groups: Groups = {}

    def add(name: str, item: h5py.Group | h5py.Dataset) -> None:
        name = name.replace("\\", "/")
        if not name.startswith(LISTS):
            return
        group, _, rest = f"{name}/".partition("/vars/")
        for end in range(group.count("/") + 1):  # on Windows, a group does not lie in those of its path
            groups.setdefault(group.rsplit("/", end)[0], {})
        if isinstance(item, h5py.Dataset):
            groups[group][rest.rstrip("/")] = item[()]

    file.visititems(add)
    return groups


def _fill_network(network: keras.Model, config: dict, path: str, groups: Groups, filled: set[int]) -> None:
    """Put the weights into the layers of a network; ``filled`` gets the ids of the weights that have theirs."""
    members = [(one, network.get_layer(keras2_configs.layer_name(one["config"]["name"]))) for one in _named(config)]
    for name in sorted({one["class_name"] for one, layer in members if layer.weights}):
        alike = [(one, layer) for one, layer in members if one["class_name"] == name]
        for (one, layer), group in zip(alike, _numbered(path, name, len(alike), groups), strict=True):
            if name in keras2_configs.NETWORKS:
                _fill_network(layer, one, group, groups, filled)
            else:
                _fill_layer(layer, group, groups, filled)


def _named(config: dict) -> list[dict]:
    """List the configurations of the layers of a network but for its inputs."""
    return [one for one in keras2_configs.layers(config) if one["class_name"] != "InputLayer"]


def _numbered(path: str, class_name: str, count: int, groups: Groups) -> list[str]:
    """Find the groups of the layers of a class, ``conv2d``, ``conv2d_1``, ...; the numbers may have gaps."""
    stem = re.escape(_snake_case(class_name))
    for place in LISTS:
        pattern = re.compile(rf"{re.escape(f'{path}/{place}'.lstrip('/'))}/{stem}(?:_(\d+))?")
        matches = sorted((int(match[1] or 0), match[0]) for match in map(pattern.fullmatch, groups) if match)
        if len(matches) == count:
            return [name for _, name in matches]
    raise ValueError(f"weights of another number of {class_name} layers than its {count}")


def _snake_case(name: str) -> str:
    """Turn the name of a class into the name of its groups, as Keras does: Conv2DTranspose into conv2d_transpose."""
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


def _fill_layer(layer: keras.layers.Layer, path: str, groups: Groups, filled: set[int]) -> None:
    inner = dict(_inner(layer, path, groups))
    for group, child in inner.items():
        _fill_layer(child, group, groups, filled)
    of_inner = {id(weight) for child in inner.values() for weight in child.weights}
    own = [weight for weight in layer.weights if id(weight) not in of_inner]
    values = [groups[path][number] for number in sorted(groups[path], key=int)]
    if isinstance(layer, keras.layers.Normalization):
        values = values[: len(own)]  # Keras 2 also counted the images whose mean it is
    if [weight.shape for weight in own] != [value.shape for value in values]:
        raise ValueError(f"weights of other shapes than those of its layer {layer.name}")
    for weight, value in zip(own, values, strict=True):
        weight.assign(value)
        filled.add(id(weight))
    if isinstance(layer, keras.layers.Normalization):
        layer.finalize_state()


def _inner(layer: keras.layers.Layer, path: str, groups: Groups) -> Iterator[tuple[str, keras.layers.Layer]]:
    """Find the layers in a layer, as in a wrapper, that have weights in the file, and their groups."""
    for group in groups:
        if group.startswith(f"{path}/") and any(f"{one}/".startswith(f"{group}/") for one in groups if groups[one]):
            name = group.removeprefix(f"{path}/")
            child = getattr(layer, name, None) if "/" not in name else None
            if isinstance(child, keras.layers.Layer):
                yield group, child
