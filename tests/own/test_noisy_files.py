"""Noisy images in files, and the measurement of predictions that were made for them elsewhere."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.special import softmax

from misread.errors import MisreadError
from misread.own import files
from misread.own.command import main
from misread.own.files import Request

pytestmark = pytest.mark.usefixtures("one_process")
KEYS = ["image", "noise_type", "strength"]
CLASSES = ["first", "second", "third"]
TABLES = ("accuracy", "thresholds", "ranking", "ranking_pairs", "confusions", "classes", "images")
NOISE = ["--strengths", "gaussian=15,80,333.25", "--strengths", "salt_pepper=0.3,0.6"]


@pytest.fixture(scope="module")
def written(few_bands, tmp_path_factory):
    """The images in `data`, and their noisy copies in `noisy`."""
    folder = tmp_path_factory.mktemp("noisy")
    few_bands.write(folder / "data")
    few_bands.code(folder / "bands_model.py")
    main(["noise", str(folder / "data"), "--out", str(folder / "noisy"), *NOISE])
    return folder


@pytest.fixture(scope="module")
def manifest(written):
    return pd.read_csv(written / "noisy/manifest.csv")


@pytest.fixture(scope="module")
def scores(written, manifest, few_bands):
    """What a user makes elsewhere: the keys, and the scores of every file."""
    batch = np.stack([np.asarray(Image.open(written / "noisy" / file)) for file in manifest.file])
    return pd.concat([manifest[KEYS], pd.DataFrame(few_bands.predict(batch), columns=CLASSES)], axis=1)


@pytest.fixture(scope="module")
def direct(written):
    """The same classifier, measured as a function."""
    strengths = [("gaussian", [15.0, 80.0, 333.25]), ("salt_pepper", [0.3, 0.6])]
    model = f"{written / 'bands_model.py'}:predict"
    return files.measure(
        Request(model, str(written / "data"), written / "out", size=(9, 6), strengths=strengths, refine=0)
    )


def measured(table, written, path, **options):
    if path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False)
    return files.measure(Request(str(path), str(written / "noisy"), written / "out", **options))


def assert_same(found, expected, but=()):
    for name in TABLES:
        columns = [column for column in getattr(expected, name) if column not in but]
        pd.testing.assert_frame_equal(
            getattr(found, name)[columns], getattr(expected, name)[columns], check_dtype=False, rtol=1e-5, obj=name
        )


def test_every_image_is_there_without_noise_and_with_every_noise(written, manifest, few_bands):
    assert list(manifest) == ["image", "noise_type", "strength", "file", "label", "mse", "pixels"]
    noises = manifest.groupby(["noise_type", "strength"], sort=False).size()
    assert noises.index.tolist() == [
        ("none", 0),
        *(("gaussian", strength) for strength in (10, 15, 25, 50, 80, 333.25)),
        *(("salt_pepper", strength) for strength in (0.004, 0.025, 0.1, 0.3, 0.6)),
    ]
    assert (noises == 30).all()
    assert {path.name for path in (written / "noisy").iterdir()} == {
        "manifest.csv", "settings.json", "clean", "gaussian-10", "gaussian-15", "gaussian-25", "gaussian-50",
        "gaussian-80", "gaussian-333.25", "salt_pepper-0.004", "salt_pepper-0.025", "salt_pepper-0.1",
        "salt_pepper-0.3", "salt_pepper-0.6",
    }  # fmt: skip
    row = manifest[(manifest.image == "second/004.png") & (manifest.strength == 80)].iloc[0]
    assert (row.file, row.label) == ("gaussian-80/second/004.png.png", "second")
    clean, noisy = (
        np.asarray(Image.open(written / "noisy" / place / "second/004.png.png")).astype(float)
        for place in ("clean", "gaussian-80")
    )
    np.testing.assert_array_equal(clean, few_bands.images[4])
    assert row.mse == pytest.approx(((clean - noisy) ** 2).mean(), rel=1e-5)


def test_the_number_of_files_is_told(few_bands, tmp_path, capsys):
    few_bands.write(tmp_path / "data")
    main(["noise", str(tmp_path / "data"), "--out", str(tmp_path / "noisy"), "--noise", "gaussian", "--images", "3"])
    assert capsys.readouterr().out == f"{tmp_path / 'noisy'} has 45 images and manifest.csv\n"


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_scores_give_the_result_of_the_function_itself(written, scores, direct, tmp_path, suffix):
    found = measured(scores.sample(frac=1, random_state=0), written, tmp_path / f"scores{suffix}")
    assert_same(found, direct)
    assert found.settings["noise"] == direct.settings["noise"]
    assert found.settings["classes"] == CLASSES
    assert found.settings["model"] == {"name": f"scores{suffix}", "kind": "predictions"}
    assert found.remarks == ()


def test_the_images_that_break_first_are_those_of_the_files(written, scores, direct, tmp_path):
    found = measured(scores, written, tmp_path / "scores.csv")
    assert len(found.examples) == len(direct.examples) > 0
    for one, other in zip(found.examples, direct.examples, strict=True):
        assert one[:5] == other[:5]
        np.testing.assert_array_equal(one.clean, other.clean)
        np.testing.assert_array_equal(one.noisy, other.noisy)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_predictions_and_confidences_give_it_too(written, scores, direct, tmp_path, suffix):
    shares = softmax(scores[CLASSES].to_numpy(), axis=1)
    table = scores[KEYS].assign(
        prediction=np.array(CLASSES)[shares.argmax(axis=1)], confidence=shares.max(axis=1).astype(np.float64)
    )
    assert_same(measured(table, written, tmp_path / f"predictions{suffix}"), direct)


def test_predictions_without_confidences_give_all_but_these(written, scores, direct, tmp_path):
    table = scores[KEYS].assign(prediction=np.array(CLASSES)[scores[CLASSES].to_numpy().argmax(axis=1)])
    found = measured(table, written, tmp_path / "predictions.csv", name="elsewhere")
    assert_same(found, direct, but=("confidence", "confidence_when_wrong", "ece"))
    assert found.accuracy[["confidence", "ece"]].isna().all(axis=None)
    text = (found.save(tmp_path / "out") / "index.html").read_text(encoding="utf-8")
    assert "Where noise breaks elsewhere" in text
    assert ">nan<" not in text


def test_probabilities_are_told_from_logits(written, scores, direct, tmp_path):
    shares = pd.DataFrame(softmax(scores[CLASSES].to_numpy(), axis=1), columns=CLASSES)
    assert_same(measured(pd.concat([scores[KEYS], shares], axis=1), written, tmp_path / "scores.csv"), direct)
    with np.errstate(divide="ignore"):
        logarithms = np.log(shares.round(3))
    found = measured(pd.concat([scores[KEYS], logarithms], axis=1), written, tmp_path / "scores.parquet")
    assert found.accuracy.confidence.tolist() == pytest.approx(direct.accuracy.confidence.tolist(), abs=0.001)


def test_probabilities_may_have_been_rounded_if_the_user_says_what_they_are(written, scores, direct, tmp_path):
    """Rounded to one digit, they do not sum to 1."""
    shares = pd.DataFrame(softmax(scores[CLASSES].to_numpy(), axis=1).round(1), columns=CLASSES)
    table = pd.concat([scores[KEYS], shares], axis=1)
    found = measured(table, written, tmp_path / "scores.csv", scores="probabilities")
    assert found.accuracy.confidence.tolist() == pytest.approx(direct.accuracy.confidence.tolist(), abs=0.05)
    with pytest.raises(MisreadError, match=r"some scores are negative, or all of an image are 0, so they are no proba"):
        measured(table.assign(second=-0.1), written, tmp_path / "scores.csv", scores="probabilities")


def test_unsafe_confusions_of_predictions_are_marked(written, scores, tmp_path):
    (tmp_path / "unsafe.csv").write_text("true,predicted\nthird,second\n")
    table = measured(scores, written, tmp_path / "scores.csv", unsafe=tmp_path / "unsafe.csv").confusions
    assert table.unsafe.tolist() == ((table.label == "third") & (table.prediction == "second")).tolist()
    assert table.unsafe.any()


def test_the_table_may_be_the_manifest_with_more_columns(written, manifest, scores, direct, tmp_path):
    """And a first column with the numbers of the rows, as pandas writes it, is no class."""
    table = manifest.merge(scores, on=KEYS)
    table.insert(0, "Unnamed: 0", range(len(table)))
    assert_same(measured(table, written, tmp_path / "scores.csv"), direct)


def test_strengths_may_have_lost_digits(written, scores, direct, tmp_path):
    less = scores.assign(strength=scores.strength.astype(np.float32))
    assert_same(measured(less, written, tmp_path / "scores.parquet"), direct)
    assert_same(measured(less, written, tmp_path / "scores.csv"), direct)


def test_classes_that_no_image_has_are_told(written, scores, tmp_path, capsys):
    found = measured(scores.assign(wolf=-99.0, fox=-99.0), written, tmp_path / "scores.csv")
    assert found.remarks == ("Classes of the predictions that no image has: wolf, fox.",)
    assert found.remarks[0] in capsys.readouterr().out
    assert found.settings["classes"] == [*CLASSES, "wolf", "fox"]


def drop(*columns):
    return lambda table: table.drop(columns=list(columns))


def predicted(values, **more):
    return lambda table: table[KEYS].assign(prediction=values, **more)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda table: table[3:], "3 of 360 files of {noisy} have no prediction; the first is clean/first/000.png.png"),
        (lambda table: table.assign(strength=table.strength * 1.01), "330 of 360 files of {noisy} have no prediction"),
        (
            lambda table: pd.concat([table, table[table.image == "second/010.png"][1:2]]),
            "second/010.png, gaussian 10.0: has more than one prediction",
        ),
        (drop("strength"), "column 'strength' is missing; expected image, noise_type, strength and scores"),
        (lambda table: table.assign(strength="much"), "column 'strength': must hold numbers"),
        (drop("second"), "no column of scores for class 'second', and no column prediction"),
        (lambda table: table.assign(second="high"), "the columns of scores must hold numbers"),
        (lambda table: table.assign(second=np.nan), "the columns of scores must hold numbers"),
        (lambda table: table.assign(second="nan"), "some scores are missing or infinite"),
        (lambda table: table.assign(second=np.inf), "some scores are missing or infinite"),
        (
            predicted("fourth"),
            "column 'prediction': 'fourth': must be a class, as the labels of manifest.csv: first, sec",
        ),
        (predicted(1.0), "column 'prediction': '1.0': must be a class, as the labels of manifest.csv: first, second,"),
        (predicted(None), "some predictions are missing"),
        (predicted("first", confidence=1.2), "column 'confidence': must hold numbers from 0 to 1"),
        (predicted("first", confidence=None), "column 'confidence': must hold numbers from 0 to 1"),
        (predicted("first", confidence="high"), "column 'confidence': must hold numbers from 0 to 1"),
    ],
)
def test_a_wrong_table_is_told_in_one_line(written, scores, tmp_path, change, told):
    path = tmp_path / "table.csv"
    with pytest.raises(MisreadError) as error:
        measured(change(scores), written, path)
    assert str(error.value).startswith(f"{path}: {told.format(noisy=written / 'noisy')}")
    assert "\n" not in str(error.value)


def test_a_table_that_is_always_wrong_is_told_in_one_line(written, scores, tmp_path):
    turned = scores.rename(columns={"first": "second", "second": "third", "third": "first"})
    with pytest.raises(MisreadError, match=r"no image is classified correctly without noise; check the names of the"):
        measured(turned, written, tmp_path / "scores.csv")


def test_fewer_than_ten_right_images_have_no_threshold_but_a_page(written, scores, tmp_path):
    wrong = scores.copy()
    wrong.loc[~wrong.image.isin(["first/000.png", "second/001.png"]), CLASSES] = 0, 0, 0
    wrong.loc[wrong.image.str.startswith("first") & (wrong.image != "first/000.png"), "third"] = 1
    found = measured(wrong, written, tmp_path / "scores.csv")
    assert set(found.thresholds.status) == {"too few images are classified correctly without noise"}
    found.save(tmp_path / "out")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"noise": ["gaussian"]}, "--noise: cannot be given with predictions: the images and the noises are those of"),
        ({"strengths": [("gaussian", [5])]}, "--strengths: cannot be given with predictions"),
        ({"images": 9, "skip_unreadable": True}, "--images, --skip-unreadable: cannot be given with predictions"),
        ({"seed": 3, "order": "BGR"}, "--order, --seed: cannot be given with predictions"),
    ],
)
def test_images_and_noises_cannot_be_chosen_afterwards(written, scores, tmp_path, options, told):
    with pytest.raises(MisreadError) as error:
        measured(scores, written, tmp_path / "scores.csv", **options)
    assert str(error.value).startswith(told)


@pytest.mark.parametrize("name", ["no_such.csv", "no_such.parquet"])
def test_a_missing_table_is_told(written, name, tmp_path):
    with pytest.raises(MisreadError) as error:
        files.measure(Request(str(tmp_path / name), str(written / "noisy"), tmp_path / "out"))
    assert str(error.value) == f"{tmp_path / name}: no such file"


@pytest.mark.parametrize(("name", "content"), [("a.csv", b"\xff\xfe\x00"), ("a.csv", b""), ("a.parquet", b"PAR1")])
def test_a_broken_table_is_told_in_one_line(written, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MisreadError) as error:
        files.measure(Request(str(tmp_path / name), str(written / "noisy"), tmp_path / "out"))
    assert str(error.value).startswith(f"{tmp_path / name}: not a readable table (")
    assert "\n" not in str(error.value)


def test_predictions_need_the_folder_of_the_noisy_files(written, scores, tmp_path):
    scores.to_csv(tmp_path / "scores.csv", index=False)
    with pytest.raises(MisreadError, match=r"manifest.csv: no such file; with predictions, DATA is the folder that"):
        files.measure(Request(str(tmp_path / "scores.csv"), str(written / "data"), tmp_path / "out"))
    (tmp_path / "manifest.csv").write_bytes((written / "noisy/manifest.csv").read_bytes())
    with pytest.raises(MisreadError, match=r"settings.json: missing or broken; `misread noise` wrote it"):
        files.measure(Request(str(tmp_path / "scores.csv"), str(tmp_path), tmp_path / "out"))
    (tmp_path / "settings.json").write_text('{"seed": 1}')
    with pytest.raises(MisreadError, match=r"settings.json: missing or broken; `misread noise` wrote it"):
        files.measure(Request(str(tmp_path / "scores.csv"), str(tmp_path), tmp_path / "out"))
    (tmp_path / "manifest.csv").write_text("image,noise_type,strength,file,label,mse,pixels\n")
    with pytest.raises(MisreadError, match=r"manifest.csv: expected the table that `misread noise` wrote, found anoth"):
        files.measure(Request(str(tmp_path / "scores.csv"), str(tmp_path), tmp_path / "out"))
    (tmp_path / "manifest.csv").write_text("image,label\na.png,first\n")
    with pytest.raises(MisreadError, match=r"manifest.csv: expected the table that `misread noise` wrote, found anoth"):
        files.measure(Request(str(tmp_path / "scores.csv"), str(tmp_path), tmp_path / "out"))
