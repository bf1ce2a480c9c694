"""Tables name the image, the label and the box of each row; what does not fit is refused in one line."""

import numpy as np
import pytest
from PIL import Image

from misread.errors import MisreadError
from misread.own.images.choosing import open_images


@pytest.fixture
def table(tmp_path):
    """Writes a table beside the images a.png, b.png, c.png and sub/d.png."""
    for number, name in enumerate(("a", "b", "c", "sub/d")):
        path = tmp_path / f"data/{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 9, 3), number, np.uint8)).save(path)

    def write(*lines, name="labels.csv", encoding="utf-8"):
        path = tmp_path / "data" / name
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return path

    return write


def test_images_are_in_the_order_of_the_table(table):
    path = table("path,label", "c.png,dog", "sub/d.png,cat", "./a.png, dog")
    images = open_images(str(path))
    assert images.names == ["c.png", "sub/d.png", "a.png"]
    assert images.classes == ("cat", "dog")
    assert images.labels.tolist() == [1, 0, 1]
    assert images.rois is None
    assert images.files == (path, *(path.parent / name for name in images.names))
    assert [int(images.read(row).image[0, 0, 0]) for row in range(3)] == [2, 3, 0]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("path_column", "label_column"),
    [("Path", "ClassId"), ("Filename", "class"), ("image", "category"), ("file_name", "target"), ("IMG", "class_id")],
)
def test_usual_separators_and_names_are_recognized(table, separator, path_column, label_column):
    lines = (("x", label_column, path_column), ("7", "2", "a.png"), ("8", "1", "b.png"))
    images = open_images(table(*(separator.join(line) for line in lines)))
    assert images.names == ["a.png", "b.png"]
    assert images.classes == ("1", "2")


def test_columns_of_other_names_can_be_named(table):
    path = table("where,what", "a.png,x", "b.png,y")
    images = open_images(path, path_column="where", label_column="what")
    assert images.classes == ("x", "y")
    with pytest.raises(MisreadError, match=r"column of the paths is none of where, what; name it with --path-column$"):
        open_images(path)
    with pytest.raises(
        MisreadError, match=r"--label-column: 'no': .*labels\.csv has no such column; it has where, what$"
    ):
        open_images(path, path_column="where", label_column="no")


def test_images_of_one_object_are_a_group(table):
    lines = ("path,label,object", "a.png,x,sign 7", "b.png,y,sign 3", "c.png,x,sign 7")
    path = table(*lines)
    assert open_images(path).groups is None
    assert open_images(path, group_column="object").groups.tolist() == [0, 1, 0]
    with pytest.raises(MisreadError, match=r"--group-column: 'track': .* has no such column"):
        open_images(path, group_column="track")
    with pytest.raises(MisreadError, match=r"row 2: b\.png has an empty object$"):
        open_images(table(*lines[:2], "b.png,y,", lines[3]), group_column="object")


def test_columns_that_could_both_be_meant_must_be_named(table):
    path = table("path,class_id,class_name", "a.png,3,x", "b.png,10,y")
    with pytest.raises(
        MisreadError, match="column of the labels could be class_id or class_name; name it with --label"
    ):
        open_images(path)
    assert open_images(path, label_column="class_id").classes == ("3", "10")


def test_labels_that_are_numbers_are_sorted_as_numbers(table):
    lines = ("path,label", "a.png,10", "b.png,9", "c.png,0", "sub/d.png,9")
    assert open_images(table(*lines)).classes == ("0", "9", "10")
    assert open_images(table(*lines, name="x.CSV")).labels.tolist() == [2, 1, 0, 1]
    assert open_images(table(*lines[:3], "c.png,x")).classes == ("10", "9", "x")


def test_labels_that_look_like_missing_values_are_labels(table):
    assert open_images(table("path,label", "a.png,NA", "b.png,null", "c.png,01")).classes == ("01", "NA", "null")


@pytest.mark.parametrize(
    "columns", ["Roi.X1,Roi.Y1,Roi.X2,Roi.Y2", "x1,y1,x2,y2", "xmin,ymin,xmax,ymax", "XMin,YMin,XMax,YMax"]
)
def test_boxes_are_regions_of_interest(table, columns):
    images = open_images(table(f"path,label,{columns}", "a.png,0,1,2,9,8", "b.png,1,0,0,3.0,4"))
    assert images.rois.tolist() == [[1, 2, 9, 8], [0, 0, 3, 4]]
    assert images.rois.dtype == np.int32


@pytest.mark.parametrize(
    ("box", "problem"),
    [
        ("1,2,9,eight", r"row 2: b\.png has a box that is not in whole pixels \(x1, y1, x2, y2\)"),
        ("1,2,9,", "not in whole pixels"),
        ("0.1,0.2,0.5,0.6", "not in whole pixels"),
        ("5,2,5,8", "box of no size"),
        ("-1,2,5,8", "negative edges"),
        ("0,0,1e400,8", "not in whole pixels"),
    ],
)
def test_wrong_boxes_are_named(table, box, problem):
    with pytest.raises(MisreadError, match=problem):
        open_images(table("path,label,x1,y1,x2,y2", "a.png,0,1,2,9,8", f"b.png,1,{box}"))


@pytest.mark.parametrize("outside", ["/etc/passwd", "../x.png", "sub/../../x.png", "C:\\x.png", "..\\x.png"])
def test_paths_that_climb_out_are_refused(table, outside, tmp_path):
    Image.new("RGB", (2, 2)).save(tmp_path / "x.png")
    with pytest.raises(
        MisreadError, match=r"row 2: .* has an absolute path or one with '\.\.'; expected one in the fold"
    ):
        open_images(table("path,label", "a.png,0", f"{outside},1"))


def test_links_that_lead_out_are_refused(table, tmp_path):
    (tmp_path / "other").mkdir()
    Image.new("RGB", (2, 2)).save(tmp_path / "other/x.png")
    (tmp_path / "data/link.png").symlink_to(tmp_path / "other/x.png")
    (tmp_path / "data/folder").symlink_to(tmp_path / "other")
    (tmp_path / "data/inside.png").symlink_to("a.png")
    for name in ("link.png", "folder/x.png"):
        with pytest.raises(MisreadError, match=f"row 1: {name} is or goes through a link that leads out"):
            open_images(table("path,label", f"{name},0", "a.png,1"))
    assert open_images(table("path,label", "inside.png,0", "b.png,1")).names == ["inside.png", "b.png"]


def test_windows_paths_are_understood(table):
    assert open_images(table("path,label", "sub\\d.png,0", "a.png,1")).names == ["sub/d.png", "a.png"]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (
            ["a.png,0", "x.png,1", "y.png,1"],
            r"row 2: x\.png is listed, but there is no such file in .* \(2 such rows\)",
        ),
        (["a.png,0", "sub,1"], "row 2: sub is listed, but there is no such file"),
        (["a.png,0", "b.png,"], r"row 2: b\.png has an empty label$"),
        (["a.png,0", " ,1"], "row 2: the image has an empty path"),
        (["a.png,0", "b.png,1", "./a.png,1"], r"row 3: \./a\.png is listed twice$"),
        (["a.png,0", "b.png,1,7"], r"row 2: expected 2 fields, as in the header \(comma\), found 3"),
        ([], r"labels\.csv: expected a header and a row for each image, found 1 rows"),
    ],
)
def test_wrong_rows_are_named(table, lines, problem):
    with pytest.raises(MisreadError, match=problem) as told:
        open_images(table("path,label", *lines))
    assert "\n" not in str(told.value)


def test_files_that_are_no_table_are_refused(table):
    with pytest.raises(MisreadError, match="expected a CSV file in UTF-8, found other bytes"):
        open_images(table("path,label", "a.png,hänger", encoding="latin-1"))
    with pytest.raises(MisreadError, match="columns of different names, found path, label, label"):
        open_images(table("path,label,label", "a.png,0,1"))
    with pytest.raises(MisreadError, match="found 0 rows"):
        open_images(table("", ""))


def test_a_byte_order_mark_and_quotes_are_understood(table):
    images = open_images(table('"path","label"', '"a.png","a, b"', "b.png,c", encoding="utf-8-sig"))
    assert images.classes == ("a, b", "c")


def test_numbers_with_gaps_are_noted(table):
    assert open_images(table("path,label", "a.png,0", "b.png,2")).notes[0].startswith("The classes are numbers, but no")
