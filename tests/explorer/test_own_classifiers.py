"""Networks of the user's own on the interactive page: which are shown, and that they see what was measured."""

import io
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from misread import params, paths
from misread.data import own_results
from misread.experiments.project_copy import change_params
from misread.explorer import examples, look, markup, own_classifiers, projects, trained
from misread.explorer.own_classifiers import Form
from misread.gtsrb import classes, dataset
from misread.own.feeding import Feeding
from misread.own.images.benchmark import open_benchmark
from misread.own.images.resized import resized_set

NUMBERS = [str(number) for number in range(classes.COUNT)]
FORM = Form("stretch", 12, 18, 3)
# A function whose largest score is that of a class which the mean grey level decides.
CODE = """
import numpy as np

def predict(images):
    found = images.reshape(len(images), -1).mean(axis=1).astype(int) % 43
    return np.eye(43)[found][:, ORDER] * 5
"""


def record(folder, name, **changed):
    """Write what a measurement records of a network, as far as the page reads it."""
    taken = {"resize": "stretch", "height": 12, "width": 18, "channels": 3, "channel_order": "RGB", "values": "0-255"}
    recorded = {"input": taken, "scores": "logits", "classes": list(classes.NAMES)} | changed
    target = folder / own_results.result(name)
    target.mkdir(parents=True)
    (target / "settings.json").write_text(json.dumps(recorded))
    (target / "thresholds.json").write_text(json.dumps({"salt_pepper": {}}))


@pytest.fixture
def project(tiny_project, archives, tmp_path):
    """The tiny project with rendered archives, and a network that was measured on them."""
    folder = tmp_path / "project"
    shutil.copytree(tiny_project, folder)
    (folder / "data/gtsrb").symlink_to(archives)
    index = dataset.read_test_index(archives)
    index.iloc[[300, 5, 7, 20]].to_csv(folder / paths.index("test"), index=False)
    string = [int(name) for name in sorted(NUMBERS)]
    (folder / "mine.py").write_text(CODE.replace("ORDER", str(string)))
    entry = {"model": "mine.py", "function": "predict", "data": "data/gtsrb"}
    change_params(folder, {"own": {"mine": entry, "unmeasured": entry, "cats": entry}})
    record(folder, "mine", classes=[classes.NAMES[class_id] for class_id in string], class_order="string")
    record(folder, "cats", classes=["cat", "dog"])
    return folder


def test_measured_networks_of_the_43_classes_stand_after_the_studys(project):
    opened = projects.load(project)
    assert [one.key for one in opened.classifiers] == ["cnn-clean", "cnn-mixed", "resnet50-clean", "mine"]
    assert opened.sizes == (16, 32)
    assert opened.forms == (FORM,)
    assert {"cnn-clean", "mine"} <= set(opened.thresholds)
    mine = opened.classifiers[-1]
    assert mine.model == f"{project}/mine.py:predict"
    assert mine.feeding == Feeding("RGB", "0-255", "logits")


def test_scores_are_those_of_the_classes_whatever_their_order():
    of_each = own_classifiers.score_of_each_class
    assert of_each(classes.NAMES) == of_each(NUMBERS) == tuple(range(43))
    assert of_each([f"{int(name):05}" for name in NUMBERS]) == tuple(range(43))
    assert of_each(sorted(NUMBERS))[:3] == (0, 1, 12), "0, 1, 10, 11, ..."
    for other in ([], ["cat", "dog"], NUMBERS[:-1], [*NUMBERS[:-1], "43"], [*NUMBERS[:-1], "0"], [*NUMBERS, "43"]):
        assert of_each(other) is None


def test_predictions_made_elsewhere_are_no_network_to_try(project):
    shutil.rmtree(project / own_results.result("mine"))
    (project / own_results.result("mine")).mkdir()
    found = {"classes": list(classes.NAMES), "model": {"kind": "predictions"}}
    (project / own_results.result("mine") / "settings.json").write_text(json.dumps(found))
    assert own_classifiers.find(project, params.load(project / "params.yaml").own) == []


@pytest.mark.parametrize("form", [FORM, Form("crop_pad", 20, 20, 1)])
def test_a_test_sign_is_what_was_measured(project, tmp_path, form):
    signs = examples.TestSigns(project, {16: "cnn"}, "crop_pad", (form,))
    measured = resized_set(
        open_benchmark(project / "data/gtsrb"), form.height, form.width, form.channels, form.policy, tmp_path, rows=[5]
    )
    sign = signs.sign(1)
    assert (sign.images[form] == measured.images[0]).all()
    assert sign.images[16].shape == (16, 16, 3)


def test_it_predicts_classes_and_not_scores(project):
    opened = look.opened(project)
    sign = opened.signs.sign(2)
    images = look.with_noise(sign, "salt_pepper", 0.1, opened.project.settings)
    reading = look.readings(opened, images, "salt_pepper", 0.1)[-1]
    for guesses, image in ((reading.clean, images[FORM].clean), (reading.noisy, images[FORM].noisy)):
        assert guesses[0].class_id == int(image.mean()) % 43
        assert guesses[0].confidence == pytest.approx(np.exp(5) / (np.exp(5) + 42))
    html = markup.cards([reading], images, sign.label, [0.0, 0.1], 0.1, "salt_pepper", opened.project.settings)
    assert "<h2>mine <small>12 x 18 pixels, stretch</small></h2>" in html
    assert "<h3>Your own network</h3>" in html


def test_a_photo_has_the_form_of_each_network(project):
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 50, 3), dtype=np.uint8)).save(file, "PNG")
    grey = Form("letterbox", 20, 20, 1)
    sign = examples.from_photo(file.getvalue(), "crop_pad", (16,), (FORM, grey))
    assert {key: image.shape for key, image in sign.images.items()} == {
        16: (16, 16, 3), FORM: (12, 18, 3), grey: (20, 20, 1)
    }  # fmt: skip
    noisy = look.with_noise(sign, "gaussian", 50.0, params.load(project / "params.yaml"))[grey]
    assert noisy.noisy.shape == (20, 20, 1)
    assert sign.boxes == {16: (3, 0, 13, 16), FORM: (0, 0, 12, 18), grey: (4, 0, 16, 20)}
    error = noisy.noisy[4:16].astype(float) - noisy.clean[4:16]
    assert noisy.rmse == pytest.approx(np.sqrt(np.mean(error**2))), "letterbox's black bars do not count"
    assert markup.pair(noisy, "Gaussian").count("<img") == 2


def test_a_network_that_cannot_be_opened_is_told(project):
    (project / "mine.py").unlink()
    with pytest.raises(projects.MisreadError, match=r"mine\.py.*no such file"):
        trained.Networks(projects.load(project).classifiers[-1:])


def test_a_project_without_own_networks_needs_no_archives(tiny_project):
    assert projects.load(tiny_project).forms == ()
    assert examples.TestSigns(tiny_project, {16: "cnn"}, "crop_pad").sign(0).images.keys() == {16}
    assert not (tiny_project / paths.ARCHIVES).exists()
