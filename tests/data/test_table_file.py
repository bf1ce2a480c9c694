"""A table that is written in parts: rows, row groups, and the bytes of a small one."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from misread.data import table_file
from misread.data.table_file import TableFile


def table(start, stop):
    rows = np.arange(start, stop, dtype=np.int32)
    return pd.DataFrame({"row": rows, "noise_type": "gaussian", "confidence": np.float32(1) / (1 + rows)})


def write(path, *parts):
    with TableFile(path) as file:
        for part in parts:
            file.append(part)
    return path


def test_a_small_table_has_the_bytes_that_pandas_writes(tmp_path):
    written = write(tmp_path / "parts.parquet", table(0, 400), table(400, 401), table(401, 1000))
    table(0, 1000).to_parquet(tmp_path / "whole.parquet", index=False)
    assert written.read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_rows_of_a_large_table_are_written_as_soon_as_they_fill_a_group(tmp_path, monkeypatch):
    monkeypatch.setattr(table_file, "GROUP", 100)
    with TableFile(tmp_path / "parts.parquet") as file:
        for start in range(0, 240, 40):
            file.append(table(start, start + 40))
            assert sum(map(len, file._parts)) < 100
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "parts.parquet"), table(0, 240))
    groups = pq.ParquetFile(tmp_path / "parts.parquet").metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == [120, 120]


def test_after_an_error_the_file_is_closed_and_the_error_is_raised(tmp_path):
    def fail():
        with TableFile(tmp_path / "parts.parquet") as file:
            file.append(table(0, 10))
            raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        fail()
    assert not (tmp_path / "parts.parquet").exists()
