"""Shared by all tests: rendered archives, made once, and the folder layout of a tiny study."""

from pathlib import Path

import pytest

from misread.data import synthetic

SEED = 7


@pytest.fixture(scope="session")
def archives(tmp_path_factory) -> Path:
    """The three archives with 60 rendered training signs of each class and 20 test signs."""
    folder = tmp_path_factory.mktemp("gtsrb")
    synthetic.write_archives(folder, images_per_class=60, seed=SEED)
    return folder
