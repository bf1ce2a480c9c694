"""The command `misread`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from misread import stage
from misread.data.resize import RESIZE_POLICIES
from misread.noise.types import NOISE_TYPES
from misread.own.feeding import ORDERS, SCORES, VALUES

MEASURE = """\
Measures where noise breaks a trained image classifier: its accuracy under noise, the strengths at which it starts to
fail, with intervals, and which noise disrupts it most. Nothing is trained.

MODEL  a .keras, .h5 or .onnx file, a SavedModel folder, package.module:function or file.py:function (from a uint8 batch
       to scores), or a .csv or .parquet file with predictions (see `misread noise --help`)
DATA   a folder CLASS/image or SPLIT/CLASS/image, a CSV with a path and a label for each image, a folder with images.npy
       and labels.npy, or gtsrb: the test set of the German Traffic Sign Recognition Benchmark
"""
NOISE = """\
Writes noisy copies of images as PNG files, with a table manifest.csv, for models that only run elsewhere. Predict them
there, and give `misread measure PREDICTIONS DATA` a .csv or .parquet file with a row for each image: the columns image,
noise_type and strength of the manifest, and the scores, one column for each class, or prediction and confidence.
"""
USAGE = "misread {} DATA --out FOLDER [options]"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; a user's mistake ends it with one line and status 1."""
    os.environ["MPLBACKEND"] = "Agg"  # no screen is needed
    sys.stdout.reconfigure(errors="replace")  # a terminal's encoding may lack characters, such as that of an old locale
    given = _parser().parse_args(arguments)
    try:
        given.run(given)
    except KeyboardInterrupt:
        sys.exit("interrupted; nothing was written")
    except Exception as error:
        if (told := stage.described(error)) is None:
            raise
        sys.exit(f"error: {told}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="misread", description="How noise makes image classifiers fail.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, told: str, description: str, usage: str) -> argparse.ArgumentParser:
        raw = argparse.RawDescriptionHelpFormatter
        return commands.add_parser(
            name, help=told, description=description, formatter_class=raw, usage=USAGE.format(usage)
        )

    measure = command("measure", "measure where noise breaks a classifier", MEASURE, "measure MODEL")
    measure.add_argument("model", metavar="MODEL")
    measure.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="folder for the page and the tables")
    measure.add_argument("--name", metavar="TEXT", help="name of the model in texts; default: that of its file")
    measure.add_argument("--overwrite", action="store_true", help="replace an earlier result in FOLDER")
    _add_data(measure)
    _add_model(measure)
    _add_noise(measure)
    measure.add_argument("--refine", type=int, default=2, metavar="N", help="refinements of the grids; default: 2")
    measure.add_argument(
        "--group-column",
        metavar="NAME",
        help="column of the CSV: images with the same value show one object, and intervals resample these groups",
    )
    measure.add_argument("--resamples", type=int, metavar="N", help="bootstrap resamples for intervals; default: 1000")
    measure.set_defaults(run=_measure)
    noise = command("noise", "write noisy images, to predict elsewhere", NOISE, "noise")
    noise.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="folder to create")
    _add_data(noise)
    _add_noise(noise)
    noise.set_defaults(run=_noise, model="")  # there is none
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA")
    group = parser.add_argument_group("images")
    group.add_argument(
        "--size", type=_size, metavar="N|HxW", help="pixels; default: what the model takes, where its file says so"
    )
    group.add_argument(
        "--resize", choices=RESIZE_POLICIES, default="stretch", help="how an image gets this size; default: stretch"
    )
    group.add_argument(
        "--images", type=int, metavar="N", help="measure so many, each class with its share; default: all"
    )
    group.add_argument(
        "--split", metavar="NAME", help="folder of DATA with the classes; default: test, else validation"
    )
    group.add_argument("--path-column", metavar="NAME", help="column of the CSV; default: found by its name")
    group.add_argument("--label-column", metavar="NAME", help="column of the CSV; default: found by its name")
    group.add_argument("--skip-unreadable", action="store_true", help="leave out broken images instead of stopping")


def _add_model(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what the model expects; what is not given is found on clean images, and printed")
    group.add_argument("--order", choices=ORDERS, help="order of the colour channels")
    group.add_argument("--values", choices=VALUES, help="range of the values (as --values=-1-1)")
    group.add_argument("--scores", choices=SCORES, help="what the model returns")
    group.add_argument("--classes", type=Path, metavar="FILE", help="class of each score, one on each line")
    group.add_argument("--skip-unknown", action="store_true", help="leave out images of classes without a score")
    group.add_argument("--unsafe", type=Path, metavar="FILE", help="CSV with true,predicted: unsafe confusions to mark")


def _add_noise(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("noise")
    group.add_argument(
        "--noise",
        type=lambda text: [name.strip() for name in text.split(",")],
        metavar="TYPE,...",
        help=f"of {', '.join(NOISE_TYPES)}; default: all",
    )
    group.add_argument(
        "--strengths", type=_strengths, action="append", default=[], metavar="TYPE=A,B,...",
        help="grid of a type, in its own unit, instead of the study's",
    )  # fmt: skip
    group.add_argument("--seed", type=int, metavar="N", help="of all random choices; default: the study's")


def _size(text: str) -> tuple[int, int]:
    height, _, width = text.partition("x")
    sides = (height, width) if "x" in text else (height, height)
    if not all(side.isdecimal() and int(side) >= 1 for side in sides):
        raise argparse.ArgumentTypeError(f"{text!r}: must be a number of pixels, or HEIGHTxWIDTH")
    return int(sides[0]), int(sides[1])


def _strengths(text: str) -> tuple[str, list[float]]:
    name, _, values = text.partition("=")
    try:
        return name, [float(value) for value in values.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: must be TYPE=A,B,..., with numbers") from None


def _measure(given: argparse.Namespace) -> None:
    from misread.own import files

    result = files.measure(files.Request.of(given))
    saved = result.save(given.out, given.overwrite)
    print(result.summary())
    print(f"{saved / 'index.html'} has the page")


def _noise(given: argparse.Namespace) -> None:
    from misread.own import files, noisy_files

    count = noisy_files.write(files.Request.of(given))
    print(f"{given.out} has {count:,} images and manifest.csv")


if __name__ == "__main__":
    main()
