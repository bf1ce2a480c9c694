"""Small files that belong together."""

import pytest

from misread.data import texts


def test_all_files_are_written_or_none(tmp_path):
    first, second = tmp_path / "new/first.md", tmp_path / "second.md"
    texts.write({first: "one", second: "two"})
    with pytest.raises(UnicodeEncodeError):
        texts.write({first: "three", second: "\udcc3"})
    assert [path.read_text() for path in (first, second)] == ["one", "two"]
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {first, second}
