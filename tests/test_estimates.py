"""The estimates in docs/scaling.md are those that its table of costs gives."""

import pytest
import script_files

from misread import params
from misread.experiments.project_copy import ROOT

DOCUMENT = ROOT / "docs/scaling.md"


@pytest.fixture(scope="module")
def estimates():
    return script_files.load("benchmarks/estimates.py")


def test_every_row_stands_in_the_document(estimates):
    found, settings = estimates.costs(DOCUMENT), params.load(ROOT / "params.yaml")
    rows = [*estimates.many_images(found, settings), *estimates.storage(), *estimates.variants(found, settings)]
    assert len(rows) == 13
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    for row in rows:
        assert f"| {' | '.join(row)} |" in lines


def test_costs_are_what_the_table_says(estimates):
    prepare = estimates.costs(DOCUMENT)["prepare"]
    assert prepare.hours(0) == pytest.approx(prepare.fixed / 3600)
    more = prepare.hours(3_600_000) - prepare.hours(0)
    assert more == pytest.approx(1000 * prepare.image)
    assert prepare.hours(1_800_000, times=2) - prepare.hours(0) == pytest.approx(more)
