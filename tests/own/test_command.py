"""The command `misread`: its help, its arguments, and how it ends."""

import os
import subprocess
import sys

import pytest

from misread.experiments.project_copy import ROOT
from misread.own.command import main
from misread.own.result import FILES

QUICK = ["--size", "9x6", "--noise", "gaussian", "--refine", "0", "--resamples", "100"]


@pytest.fixture
def place(few_bands, tmp_path, monkeypatch):
    """The current folder, with images in `data`, and a classifier of them in `bands_model.py`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("MISREAD_WORKERS", "1")
    few_bands.write(tmp_path / "data")
    few_bands.code(tmp_path / "bands_model.py")
    return tmp_path


def ended(*arguments):
    """How the command ended: what it gave to `sys.exit`, which is its status, or a text that is printed."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code


@pytest.mark.parametrize("command", ["measure", "noise"])
def test_the_help_fits_on_a_screen(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert ended(command, "--help") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 120
    assert lines[0].startswith(f"usage: misread {command} ")
    for option in ("--size", "--resize", "--images", "--noise", "--strengths", "--seed", "--out"):
        assert any(line.strip().startswith(option) for line in lines), option


def test_the_help_lists_the_commands(capsys):
    assert ended("--help") == 0
    told = capsys.readouterr().out
    assert "measure where noise breaks a classifier" in told
    assert "write noisy images, to predict elsewhere" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["train"], "invalid choice: 'train' (choose from"),
        (["measure", "model.onnx", "data"], "the following arguments are required: --out"),
        (["measure", "model.onnx", "--out", "out"], "the following arguments are required: DATA"),
        (["measure", "m", "d", "--out", "o", "--size", "big"], "'big': must be a number of pixels, or HEIGHTxWIDTH"),
        (["measure", "m", "d", "--out", "o", "--size", "32x"], "'32x': must be a number of pixels, or HEIGHTxWIDTH"),
        (["measure", "m", "d", "--out", "o", "--size", "0"], "'0': must be a number of pixels, or HEIGHTxWIDTH"),
        (["measure", "m", "d", "--out", "o", "--size", "8x0"], "'8x0': must be a number of pixels, or HEIGHTxWIDTH"),
        (["measure", "m", "d", "--out", "o", "--size", "-8"], "'-8': must be a number of pixels, or HEIGHTxWIDTH"),
        (["measure", "m", "d", "--out", "o", "--strengths", "gaussian"], "must be TYPE=A,B,..., with numbers"),
        (["measure", "m", "d", "--out", "o", "--strengths", "gaussian=5,b"], "must be TYPE=A,B,..., with numbers"),
        (["measure", "m", "d", "--out", "o", "--order", "GBR"], "argument --order: invalid choice: 'GBR'"),
        (["measure", "m", "d", "--out", "o", "--images", "many"], "argument --images: invalid int value: 'many'"),
        (["noise", "d", "--out", "o", "--order", "RGB"], "unrecognized arguments: --order RGB"),
        (["noise", "d", "--out", "o", "--resize", "zoom"], "argument --resize: invalid choice: 'zoom'"),
    ],
)
def test_wrong_arguments_end_it_with_status_2(arguments, told, capsys):
    assert ended(*arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("usage: misread")
    assert told in lines[-1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["measure", "no_such.onnx", "data"], "no_such.onnx: no such file or folder; expected a .keras or .h5 file"),
        (["measure", "no_such.py:predict", "data"], "no_such.py: no such file; expected a Python file with a function"),
        (
            ["measure", "bands_model.py:predict", "no_such"],
            "no_such: expected a folder with a folder of images for each",
        ),
        (["measure", "bands_model.py:predict", "data"], "bands_model.py:predict: takes images of any size; say which"),
        (["measure", "no_such.csv", "data"], "data/manifest.csv: no such file; with predictions, DATA is the folder"),
        (["measure", "bands_model.py:predict", "data", "--noise", "fog"], "noise: 'fog': must be of salt_pepper, per"),
        (
            ["measure", "bands_model.py:predict", "data", "--noise", ""],
            "noise: '': must be of salt_pepper, periodic, g",
        ),
        (
            ["measure", "bands_model.py:predict", "data", "--strengths", "gaussian=0"],
            "strengths: gaussian: 0: must be above 0, at most 1000",
        ),
        (
            ["measure", "bands_model.py:predict", "data", "--refine", "-1"],
            "refine: -1: must be a whole number, at least",
        ),
        (
            ["measure", "bands_model.py:predict", "data", "--size", "9", "--images", "0"],
            "--images: 0: must be at least 1",
        ),
        (
            ["measure", "bands_model.py:predict", "data", "--size", "9x6", "--order", "BGR"],
            "--order: BGR: bands_model.py:",
        ),
        (
            ["measure", "bands_model.py:predict", "data", "--size", "9x6", "--classes", "no"],
            "no: not a readable text file (No such file or directory)",
        ),
        (["noise", "no_such"], "no_such: expected a folder with a folder of images for each class"),
        (["noise", "data", "--images", "-1"], "--images: -1: must be at least 1"),
        (["noise", "data", "--out", "bands_model.py/noisy"], "bands_model.py/noisy: cannot be created in "),
        (["measure", "m.onnx", "data", "--out", "bands_model.py/out"], "bands_model.py/out: cannot be created in "),
    ],
)
def test_what_is_wrong_is_told_in_one_line(place, arguments, told):
    before = sorted(place.iterdir())
    end = ended(*arguments, *([] if "--out" in arguments else ["--out", "out"]))
    assert end.startswith(f"error: {told}")
    assert "\n" not in end
    assert [path for path in sorted(place.iterdir()) if path.name != "__pycache__"] == before


@pytest.mark.usefixtures("without_drawing")
def test_a_measurement_tells_its_result_and_where_it_is(place, capsys):
    main(["measure", "bands_model.py:predict", "data", "--out", "out", *QUICK])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "bands_model.py:predict: Python function; data: 30 images of 3 classes"
    assert "bands_model.py:predict classifies 100.0% of 30 images correctly without noise, and " in lines[-4]
    assert lines[-1] == "out/index.html has the page"
    assert {path.name for path in (place / "out").iterdir()} == {*FILES, "figures"}


@pytest.mark.usefixtures("without_drawing")
def test_an_earlier_result_is_replaced_only_if_that_is_asked_for(place, monkeypatch):
    command = ["measure", "bands_model.py:predict", "data", "--out", "out", *QUICK]
    main(command)
    (place / "out/results.csv").write_text("earlier")
    monkeypatch.setattr("misread.own.files.open_model", None)  # it is refused before anything is opened
    assert ended(*command) == "error: out: has an earlier result; --overwrite replaces it"
    assert (place / "out/results.csv").read_text() == "earlier"
    monkeypatch.undo()
    monkeypatch.chdir(place)
    main([*command, "--overwrite"])
    assert (place / "out/results.csv").read_text() != "earlier"


@pytest.mark.parametrize("existing", ["folder", "file"])
def test_noisy_images_are_written_only_to_a_new_folder(place, existing):
    (place / "noisy").mkdir() if existing == "folder" else (place / "noisy").write_text("mine")
    assert ended("noise", "data", "--out", "noisy") == "error: noisy: exists; name a folder that does not exist yet"


def test_a_broken_image_is_left_out_only_if_that_is_asked_for(place, capsys):
    (place / "data/first/000.png").write_bytes(b"no image")
    for command in (["measure", "bands_model.py:predict"], ["noise"]):
        told = ended(*command, "data", "--out", "out", "--size", "9x6", "--noise", "gaussian")
        assert told.startswith("error: data/first/000.png: not a PNG, JPEG")
        assert not (place / "out").exists()
    main(["noise", "data", "--out", "noisy", "--noise", "gaussian", "--skip-unreadable"])
    told = "1 image was left out because of damage or an unknown format: first/000.png."
    assert told in capsys.readouterr().out
    for path in (place / "data").rglob("*.png"):
        path.write_bytes(b"no image")
    assert ended("noise", "data", "--out", "other", "--skip-unreadable") == (
        "error: data: none of the images can be read"
    )
    assert not (place / "other").exists()


def interrupted(*arguments):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "where",
    [
        "misread.own.functions.measure_grids",
        "misread.own.result_page.build",
        "misread.own.files.resized_set",
        "misread.own.noisy_files.quality.errors",
    ],
)
def test_nothing_is_left_of_a_command_that_is_interrupted(place, monkeypatch, where):
    before = sorted(place.iterdir())
    monkeypatch.setattr(where, interrupted)
    command = ["noise", "data"] if "noisy_files" in where else ["measure", "bands_model.py:predict", "data", *QUICK]
    assert ended(*command, "--out", "out") == "interrupted; nothing was written"
    assert [path for path in sorted(place.iterdir()) if path.name != "__pycache__"] == before


def test_a_bug_keeps_its_traceback(place, monkeypatch):
    def broken(*arguments):
        raise ZeroDivisionError

    monkeypatch.setattr("misread.own.files.measure", broken)
    with pytest.raises(ZeroDivisionError):
        main(["measure", "bands_model.py:predict", "data", "--out", "out"])


@pytest.mark.slow
def test_a_mistake_ends_the_process_with_status_1_and_one_line(place):
    done = subprocess.run(
        [sys.executable, "-m", "misread", "measure", "no_such.onnx", "data", "--out", "out"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: no_such.onnx: no such file or folder; expected ")
    assert done.stderr.count("\n") == 1
