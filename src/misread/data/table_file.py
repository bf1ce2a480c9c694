"""A Parquet table that is written in parts."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

GROUP = 1 << 17  # rows that are written at a time


class TableFile:
    """Context manager that writes a Parquet table in parts, so that memory does not grow with its rows.

    Parts are kept until they have `GROUP` rows: a table that has fewer gets the bytes that pandas would write.

    Args:
        path: file to create.

    """

    def __init__(self, path: Path):
        self._path, self._writer, self._parts = path, None, []

    def __enter__(self) -> "TableFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_) -> None:
        if kind is None:
            self._write()
        if self._writer:
            self._writer.close()

    def append(self, table: pd.DataFrame) -> None:
        """Add rows; all parts have the same columns."""
        self._parts.append(table)
        if sum(map(len, self._parts)) >= GROUP:
            self._write()

    def _write(self) -> None:
        if self._parts:
            group = pa.Table.from_pandas(pd.concat(self._parts, ignore_index=True), preserve_index=False)
            self._writer = self._writer or pq.ParquetWriter(self._path, group.schema)
            self._writer.write_table(group)
            self._parts = []
