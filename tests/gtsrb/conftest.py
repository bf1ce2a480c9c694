"""Shared by the tests of archives and downloads: a few signs."""

import pytest

from misread.gtsrb import rendered


@pytest.fixture(scope="session")
def few_archives(tmp_path_factory):
    """The three archives with 60 rendered training signs of each of two classes and 40 test signs."""
    folder = tmp_path_factory.mktemp("few")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendered.classes, "COUNT", 2)
        rendered.write_archives(folder, images_per_class=60, seed=7)
    return folder
