"""Models and images in files: what was assumed is found, told and recorded, and the tables are the right ones."""

import json
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

import misread
from misread.own import files
from misread.own.files import Request
from misread.own.models.opened import open_model
from misread.own.models.shapes import checked

pytestmark = pytest.mark.usefixtures("one_process")
NAMES = ("black", "blue", "green", "red", "white", "yellow")
QUICK = {"noise": ["gaussian"], "strengths": [("gaussian", [20.0, 80.0, 300.0])], "refine": 0, "resamples": 100}


def measured(model, data, **options):
    return files.measure(Request(model=str(model), data=str(data), out=data.parent / "out", **QUICK | options))


@pytest.mark.parametrize("channels_first", [False, True])
@pytest.mark.parametrize("softmax_output", [False, True])
@pytest.mark.parametrize("order", ["RGB", "BGR"])
def test_a_network_of_oblong_images_is_fed_as_it_expects(
    colours, tmp_path, capsys, order, softmax_output, channels_first
):
    model = colours.write_onnx(tmp_path / "net.onnx", order, channels_first, softmax_output)
    result = measured(model, colours.write(tmp_path / "data", NAMES))
    settings = result.settings
    assert settings["input"] == {
        "height": 8, "width": 12, "channels": 3, "resize": "stretch", "interpolation": files.INTERPOLATION,
        "channel_order": order, "values": "0-1",
    }  # fmt: skip
    assert settings["scores"] == ("probabilities" if softmax_output else "logits")
    assert settings["class_order"] == "string"
    assert settings["classes"] == list(NAMES)
    assert settings["model"]["name"] == "net.onnx"
    assert len(settings["model"]["sha256"]) == len(settings["data"]["sha256"]) == 64
    # The confidences are those of the network itself, whatever it returns.
    expected = softmax(colours.scores(), axis=1)
    rows = [int(name.split("/")[1].split(".")[0]) for name in result.images.image]
    assert result.images.image[0] == "black/000.png"
    np.testing.assert_allclose(result.images.confidence, expected.max(axis=1)[rows], rtol=1e-4)
    assert result.images.prediction.tolist() == [NAMES[place] for place in expected.argmax(axis=1)[rows]]
    assert result.clean == pytest.approx((expected.argmax(axis=1) == colours.labels).mean())
    told = capsys.readouterr().out
    assert f"net.onnx: ONNX file; {tmp_path / 'data'}: 90 images of 6 classes" in told
    assert "Accuracy on 90 clean images under each assumption:" in told
    assert f"Assumed, as it fits best by a margin beyond chance: channel order {order}, values 0-1." in told
    assert len(result.assumptions) == 2 * 4


def test_a_network_of_grey_images(greys, tmp_path, capsys):
    model = greys.write_onnx(tmp_path / "net.onnx")
    result = measured(model, greys.write(tmp_path / "data", "abcd"))
    assert result.settings["input"]["channels"] == 1
    assert result.settings["input"]["values"] == "0-1"
    expected = softmax(greys.scores(), axis=1)
    rows = [int(name.split("/")[1].split(".")[0]) for name in result.images.image]
    np.testing.assert_allclose(result.images.confidence, expected.max(axis=1)[rows], rtol=1e-4)
    assert "converted" not in capsys.readouterr().out
    page = result.save(tmp_path / "out") / "index.html"
    assert "converted" not in page.read_text(encoding="utf-8")


def test_grey_images_are_converted_for_a_network_of_colours_and_this_is_told(greys, colours, tmp_path, capsys):
    rgb = greys._replace(centres=greys.centres.repeat(3, axis=1), images=greys.images.repeat(3, axis=3))
    model = rgb.write_onnx(tmp_path / "net.onnx")
    result = measured(model, greys.write(tmp_path / "data", "abcd"), order="RGB")
    assert result.clean == 1
    assert "60 grey images were converted to RGB." in result.remarks
    assert "60 grey images were converted to RGB." in capsys.readouterr().out


def test_a_network_that_takes_one_image_at_a_time(colours, tmp_path):
    one = measured(colours.write_onnx(tmp_path / "net.onnx", batch=1), colours.write(tmp_path / "data", NAMES))
    many = measured(colours.write_onnx(tmp_path / "net.onnx"), tmp_path / "data")
    pd.testing.assert_frame_equal(one.accuracy, many.accuracy, rtol=1e-4)


def test_what_is_given_is_not_searched(colours, tmp_path, capsys):
    model = colours.write_onnx(tmp_path / "net.onnx", softmax=True)
    data = colours.write(tmp_path / "data", NAMES)
    result = measured(model, data, order="RGB", values="0-1", scores="logits", name="my net")
    assert result.settings["scores"] == "logits"
    assert result.name == "my net"
    assert len(result.assumptions) == 1
    assert not any("Assumed" in line for line in (*result.remarks, capsys.readouterr().out))


def test_a_part_of_the_images_has_the_noise_that_it_has_in_the_whole(colours, tmp_path):
    model, data = colours.write_onnx(tmp_path / "net.onnx"), colours.write(tmp_path / "data", NAMES)
    whole = measured(model, data).images.set_index("image")
    part = measured(model, data, images=36).images.set_index("image")
    assert len(part) == 36
    assert part.label.value_counts().tolist() == [6] * 6
    pd.testing.assert_frame_equal(part, whole.loc[part.index])


def test_the_file_of_classes_names_the_scores(colours, tmp_path):
    """The network has a score for yellow, but there are no images of it, and its order is another one."""
    shuffled = colours._replace(centres=colours.centres[[5, 3, 1, 0, 2, 4]])
    model = shuffled.write_onnx(tmp_path / "net.onnx")
    (tmp_path / "classes.txt").write_text("\n".join(NAMES[place] for place in (5, 3, 1, 0, 2, 4)))
    rest = colours._replace(images=colours.images[colours.labels < 5], labels=colours.labels[colours.labels < 5])
    result = measured(model, rest.write(tmp_path / "data", NAMES), classes=tmp_path / "classes.txt")
    assert result.clean > 0.9
    assert result.settings["class_order"] == "as given"
    assert result.settings["classes"] == ["yellow", "red", "blue", "black", "green", "white"]
    assert set(result.classes["class"]) == set(NAMES[:5])


def test_images_of_classes_without_a_score_are_left_out_only_if_that_is_asked_for(colours, tmp_path, capsys):
    model = colours._replace(centres=colours.centres[:5]).write_onnx(tmp_path / "net.onnx")
    data = colours.write(tmp_path / "data", "123456")
    with pytest.raises(files.MisreadError) as error:
        measured(model, data)
    assert str(error.value) == (
        "classes: the model's 5 scores leave 15 images of 1 of the 6 classes without one (6); name the class of each "
        "score in a file (--classes), or leave these images out (--skip-unknown)"
    )
    result = measured(model, data, skip_unknown=True)
    assert len(result.images) == 75
    assert "15 images of classes without a score were left out." in result.remarks
    assert set(result.classes["class"]) == set("12345")


def test_images_without_a_score_are_not_decoded_and_do_not_count(colours, tmp_path):
    model = colours._replace(centres=colours.centres[:5]).write_onnx(tmp_path / "net.onnx")
    data = colours.write(tmp_path / "data", "123456")
    whole = measured(model, data, skip_unknown=True).images.set_index("image")
    for path in (data / "6").iterdir():
        path.write_bytes(b"no image")
    result = measured(model, data, skip_unknown=True, images=50)
    assert result.classes.n.tolist() == [10] * 5
    part = result.images.set_index("image")
    pd.testing.assert_frame_equal(part, whole.loc[part.index])


@pytest.mark.parametrize("softmax_output", [False, True])
def test_what_the_scores_are_taken_for_is_told_unless_it_is_given(colours, tmp_path, softmax_output):
    model = colours.write_onnx(tmp_path / "net.onnx", softmax=softmax_output)
    data = colours.write(tmp_path / "data", NAMES)
    assert measured(model, data).remarks[-1] == (
        "The scores are taken for probabilities, as those of an image are at least 0 and sum to 1."
        if softmax_output
        else "The scores are taken for logits, as some are negative, or those of an image do not sum to 1."
    )
    assert not any("The scores are taken" in remark for remark in measured(model, data, scores="logits").remarks)


def test_unsafe_confusions_are_marked(colours, tmp_path):
    (tmp_path / "unsafe.csv").write_text("true,predicted\nred,green\nred,blue\nred,black\nred,white\nred,yellow\n")
    model, data = colours.write_onnx(tmp_path / "net.onnx"), colours.write(tmp_path / "data", NAMES)
    green, blue = (next((data / name).iterdir()) for name in ("green", "blue"))
    green.rename(data / "red" / green.name)
    blue.rename(data / "green" / blue.name)
    result = measured(model, data, unsafe=tmp_path / "unsafe.csv")
    clean = result.confusions[result.confusions.noise_type == "none"]
    assert clean[["label", "prediction", "unsafe"]].values.tolist() == [
        ["green", "blue", False],
        ["red", "green", True],
    ]
    assert result.confusions.unsafe.tolist() == (result.confusions.label == "red").tolist()
    assert "unsafe" in (result.save(tmp_path / "out") / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("true,told\na,b\n", "column 'predicted' is missing; expected true,predicted"),
        ("true,predicted\nred,pink\n", "'pink' is no class"),
        ("", "not a readable CSV file"),
    ],
)
def test_a_wrong_table_of_unsafe_confusions_is_told_in_one_line(colours, tmp_path, text, told):
    (tmp_path / "unsafe.csv").write_text(text)
    model, data = colours.write_onnx(tmp_path / "net.onnx"), colours.write(tmp_path / "data", NAMES)
    with pytest.raises(files.MisreadError) as error:
        measured(model, data, unsafe=tmp_path / "unsafe.csv")
    assert str(error.value).startswith(f"{tmp_path / 'unsafe.csv'}: {told}")
    assert "\n" not in str(error.value)


def test_everything_that_determined_the_result_is_recorded(colours, tmp_path):
    model, data = colours.write_onnx(tmp_path / "net.onnx"), colours.write(tmp_path / "data", NAMES)
    first, second = (measured(model, data).settings for _ in range(2))
    assert first == second
    assert json.loads(json.dumps(first))["arguments"]["resize"] == "stretch"
    assert files.measure(Request(str(model), str(data), tmp_path / "elsewhere", **QUICK)).settings == first
    assert first["misread"] == misread.__version__
    assert {"python", "numpy", "onnxruntime"} <= set(first["versions"])
    (data / "red/003.png").write_bytes((data / "red/009.png").read_bytes())
    other = measured(model, data).settings
    assert other["data"]["sha256"] != first["data"]["sha256"]
    assert other["data"]["sha256_of_resized"] != first["data"]["sha256_of_resized"]
    assert other["model"] == first["model"]


def test_a_network_of_keras(colours, tmp_path):
    """With whole numbers as inputs, and probabilities as outputs."""
    inputs = keras.Input((8, 12, 3), dtype="uint8")
    colour = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 255)(inputs))
    dense = keras.layers.Dense(6, activation="softmax")
    network = keras.Model(inputs, dense(colour))
    dense.set_weights([40 * colours.centres.T, -20 * (colours.centres**2).sum(axis=1)])
    network.save(tmp_path / "net.keras")
    result = measured(tmp_path / "net.keras", colours.write(tmp_path / "data", NAMES))
    assert result.settings["model"]["kind"] == "Keras 3 file"
    assert result.settings["model"]["parameters"] == 24
    assert result.settings["input"]["values"] == "0-255"
    assert result.settings["scores"] == "probabilities"
    expected = softmax(colours.scores(), axis=1)
    rows = [int(name.split("/")[1].split(".")[0]) for name in result.images.image]
    np.testing.assert_allclose(result.images.confidence, expected.max(axis=1)[rows], rtol=1e-4)


def test_the_scores_are_counted_with_values_that_the_model_takes(colours, tmp_path, monkeypatch):
    """Its file does not say how many there are, and values above 1 make it fail."""
    model = open_model(str(colours.write_onnx(tmp_path / "net.onnx")))

    def predict(batch):
        return model.predict(batch) * (np.nan if batch.max() > 1 else 1)

    picky = replace(model, classes=None, predict=checked("net.onnx", predict))
    monkeypatch.setattr(files, "open_model", lambda spec, size, threads: replace(picky, height=8, width=12))
    result = measured(tmp_path / "net.onnx", colours.write(tmp_path / "data", NAMES))
    assert result.settings["input"]["values"] == "0-1"
