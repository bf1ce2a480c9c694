"""Networks built with Keras 3 from the configurations that Keras 2 wrote."""

import inspect
import json

import keras

NETWORKS = ("Functional", "Model", "Sequential")
IN_LAYERS = ("layer", "backward_layer", "cell")  # arguments of layers that are layers themselves
# Arguments that Keras 3 lacks, and that do not change predictions.
TRAINING = ("_initializer", "_regularizer", "_constraint")
REDUNDANT = ("implementation", "key_shape", "query_shape", "rng_type", "trainable", "value_shape")


def build(config: dict) -> keras.Model:
    """Build a network, with random weights.

    Args:
        config: configuration of a sequential or functional network as Keras 2 wrote it into ``config.json`` or into the
            attribute ``model_config`` of an HDF5 file.

    Returns:
        The network. Its layers have their names, with ``_`` for each ``/``, which Keras 3 does not allow in names.

    Raises:
        ValueError: it has layers that are not Keras's own, a Lambda layer, or what Keras 3 cannot do.

    """
    if config["class_name"] not in NETWORKS:
        raise ValueError(f"a network of the class {config['class_name']}, which is not Keras's own")
    return keras.saving.deserialize_keras_object(_network(config), safe_mode=True)


def layers(config: dict) -> list[dict]:
    """List the configurations of the layers of a network, in the order of its file."""
    return config["config"] if isinstance(config["config"], list) else config["config"]["layers"]


def layer_name(name: str) -> str:
    """Turn the name of a layer of Keras 2 into the name that it has in Keras 3."""
    return name.replace("/", "_")


def _convert(node: dict) -> dict:
    return _network(node) if node["class_name"] in NETWORKS else _layer(node)


def _network(node: dict) -> dict:
    if node["class_name"] == "Sequential":
        return _sequential(node)
    old = node["config"]
    nested = {one["config"]["name"] for one in layers(node) if one["class_name"] in NETWORKS}
    parts = [
        _convert(one)
        | {
            "name": layer_name(one["name"]),
            "inbound_nodes": [[_reference(source, nested) for source in call] for call in one["inbound_nodes"]],
        }
        for one in layers(node)
    ]
    config = {
        "name": layer_name(old["name"]),
        "trainable": old.get("trainable", True),
        "layers": parts,
        "input_layers": _ends(old["input_layers"], nested),
        "output_layers": _ends(old["output_layers"], nested),
    }
    return _builtin("keras", "Model", config)


def _sequential(node: dict) -> dict:
    parts = [_convert(one) for one in layers(node)]
    first = layers(node)[0]["config"] if parts else {}
    if parts and parts[0]["class_name"] != "InputLayer" and "batch_input_shape" in first:
        given = {"batch_shape": first["batch_input_shape"], "dtype": _dtype(first.get("dtype", "float32"))}
        parts.insert(0, _builtin("keras.layers", "InputLayer", given))
    old = node["config"] if isinstance(node["config"], dict) else {}
    return _builtin("keras", "Sequential", {"name": layer_name(old.get("name", "sequential")), "layers": parts})


def _builtin(module: str, name: str, config: dict) -> dict:
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


def _reference(source: list, nested: set[str]) -> list:
    """Turn a reference to an output of a layer, ``[layer, call, output]``, into Keras 3's.

    Keras 2 counts the calls of a network that is used as a layer from 1.
    """
    if len(source) not in (3, 4) or not isinstance(source[0], str):
        raise ValueError("a layer whose inputs are not listed one by one")
    name, call, output, *arguments = source
    if arguments and any(isinstance(value, list | dict) for value in arguments[0].values()):
        raise ValueError(f"a layer that takes the output of {name} and others by the names of its arguments")
    return [layer_name(name), call - (name in nested), output, *arguments]


def _ends(sources: list[list], nested: set[str]) -> list:
    """Turn the inputs or outputs of a network into Keras 3's; where there is one, it stands alone."""
    references = [_reference(source, nested) for source in sources]
    return references[0] if len(references) == 1 else references


def _layer(node: dict) -> dict:
    name, old = node["class_name"], dict(node["config"])
    found = getattr(keras.layers, name, None)
    if name == "Lambda":
        raise ValueError("a Lambda layer, Python code that is not run")
    if not inspect.isclass(found) or node.get("registered_name") or not _is_keras(node.get("module", "keras")):
        raise ValueError(f"{name}, which is not a layer of Keras {keras.__version__}")
    shape = old.pop("batch_input_shape", None)
    if name == "InputLayer" and shape is not None:
        old["batch_shape"] = shape
    if name == "LeakyReLU" and "alpha" in old:
        old["negative_slope"] = old.pop("alpha")
    if name == "BatchNormalization" and isinstance(old["axis"], list):
        (old["axis"],) = old["axis"]
    config = {key: value for key, value in old.items() if _is_known(found, key, value)}
    config["name"] = layer_name(old["name"])
    if "dtype" in old:
        config["dtype"] = _dtype(old["dtype"])
    for key in IN_LAYERS:
        if config.get(key) is not None:
            config[key] = _convert(config[key])
    return _builtin("keras.layers", name, config)


def _is_keras(module: str | None) -> bool:
    return module is not None and module.partition(".")[0] in ("keras", "tf_keras")


def _is_known(layer: type, key: str, value: object) -> bool:
    """Whether a layer of Keras 3 takes an argument; False: it lacks it, but predicts the same without it.

    Raises:
        ValueError: the argument would change the predictions.

    """
    for base in layer.__mro__[: layer.__mro__.index(keras.layers.Layer) + 1]:
        taken = inspect.signature(base.__init__).parameters
        if key in taken:
            return True
        if inspect.Parameter.VAR_KEYWORD not in (one.kind for one in taken.values()):
            break  # nothing is passed on to the next class
    if value is None or value is False or key.endswith(TRAINING) or key in REDUNDANT or (key, value) == ("groups", 1):
        return False
    raise ValueError(
        f"{key}={json.dumps(value)[:80]} of {layer.__name__}, which Keras {keras.__version__} does not know"
    )


def _dtype(dtype: str | dict) -> str:
    """Turn a dtype, or a policy of mixed precision, into its name."""
    return dtype["config"]["name"] if isinstance(dtype, dict) else dtype
