"""Grids of variants: combinations, names and shares."""

import subprocess

import pytest

from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.experiments.variant_grid import check_keys, combinations, named, shared


def names(grid, prefix=""):
    return [variant.name for variant in named(combinations(grid), prefix)]


def test_a_grid_has_all_combinations_and_the_last_key_changes_fastest():
    assert combinations("noise.level=min,avg seed=1,2") == [
        ("noise.level=min", "seed=1"),
        ("noise.level=min", "seed=2"),
        ("noise.level=avg", "seed=1"),
        ("noise.level=avg", "seed=2"),
    ]


def test_a_grid_means_the_same_as_set_param_of_dvc():
    found = combinations("sweep.fourier.periods=[3.0,6.0],[12.0] +regimes.mixed={} ~regimes.robust seed=range(1,3)")
    assert found == [
        (f"sweep.fourier.periods={periods}", "+regimes.mixed={}", "~regimes.robust=null", f"seed={seed}")
        for periods in ("[3.0,6.0]", "[12.0]")
        for seed in (1, 2)
    ]
    assert combinations("params.yaml:seed=1") == [("seed=1",)]


def test_equal_combinations_are_one():
    assert combinations("seed=1,2,1") == [("seed=1",), ("seed=2",)]


@pytest.mark.parametrize(
    ("grid", "told"),
    [
        ("", "as in GRID="),
        ("other.yaml:seed=1", "changes of params.yaml are expected"),
        ("seed", "seed: Error parsing override 'seed' missing EQUAL"),
        ("seed=[1", "seed=\\[1: "),
        ("seed='1", "No closing quotation"),
        ("seed=glob(*)", "Glob override"),
    ],
)
def test_a_wrong_grid_is_told_in_one_line(grid, told):
    with pytest.raises(MisreadError, match=told) as refused:
        combinations(grid)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("noise.levl=min", "Could not override 'noise.levl'"),
        ("+seed=1", "already at 'seed'"),
        ("~regimes.other", "regimes.other"),
    ],
)
def test_a_key_that_does_not_exist_or_exists_already_is_told_in_one_line(change, told):
    with pytest.raises(MisreadError, match=told) as refused:
        check_keys(ROOT / "params.yaml", combinations(change)[0])
    assert "\n" not in str(refused.value)


def test_keys_are_checked_in_a_copy():
    before = (ROOT / "params.yaml").read_bytes()
    check_keys(ROOT / "params.yaml", ("noise.level=min", "+regimes.mixed={}", "~regimes.robust=null"))
    assert (ROOT / "params.yaml").read_bytes() == before


def test_names_are_the_last_parts_of_the_keys_and_the_values():
    assert names("noise.level=min,avg seed=2") == ["level-min_seed-2", "level-avg_seed-2"]
    assert names("+regimes.mixed={} ~regimes.robust") == ["mixed_without-robust"]
    assert names("train.balance=0.5,-1", prefix="first") == ["first_balance-0.5", "first_balance--1"]


def test_names_of_a_grid_differ_also_where_letters_have_no_cases():
    grid = "sweep.fourier.periods=[3.0,6.0],[3.0],{3.0:6.0} train.augmentation=paper,PAPER"
    found = names(grid)
    assert len({name.casefold() for name in found}) == len(found) == len(combinations(grid)) == 6
    assert names("own={a:1},[a,1] seed=1,2") == [
        "own-a-1_seed-1",
        "own-a-1_seed-2",
        "own-a-1_seed-1-2",
        "own-a-1_seed-2-2",
    ]


@pytest.mark.parametrize("value", ["a..b", ".a", "a.lock", "a~1", "a^b", "a b", "Größe", "@{", "a/b", "", "x" * 300])
def test_git_and_dvc_accept_every_name(value):
    for name in names(f"resize=\"'{value}'\"") + names("seed=1", prefix=value):
        assert name.isascii()
        assert "/" not in name
        subprocess.run(["git", "check-ref-format", f"refs/exps/ab/cd/{name}"], check=True)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 9])
def test_shares_are_disjoint_and_together_all(count):
    every = named(combinations("seed=range(0,7)"))
    shares = [shared(every, f"{number}/{count}") for number in range(1, count + 1)]
    assert sorted(variant for share in shares for variant in share) == sorted(every)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert shared(every, "") == every


@pytest.mark.parametrize("share", ["0/2", "3/2", "1/0", "1", "a/b", "-1/2", "1/2/3", "1.5/2"])
def test_a_share_that_is_none_is_told_in_one_line(share):
    with pytest.raises(MisreadError, match=f"SHARE={share}: I/N is expected"):
        shared([], share)
