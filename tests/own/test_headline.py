"""The metrics of a result that `dvc metrics` compares."""

import pandas as pd

from misread.own import headline
from misread.own.result import Result

ACCURACY = pd.DataFrame(
    {
        "noise_type": ["none", "gaussian", "gaussian", "gaussian", "periodic"],
        "noise_level": ["none", "min", "", "max", "min"],
        "accuracy": [0.91234, 0.9, 0.1, 0.5, 0.40002],
    }
)
THRESHOLDS = pd.DataFrame(
    {
        "noise_type": ["gaussian", "gaussian", "periodic"],
        "level": ["p05", "p10", "p10"],
        "strength": [1.0, 12.3456, None],
    }
)


def result(**model):
    empty = pd.DataFrame()
    tables = dict.fromkeys(("ranking", "ranking_pairs", "confusions", "classes", "images"), empty)
    return Result("any", accuracy=ACCURACY, thresholds=THRESHOLDS, settings={"model": model}, **tables)


def test_they_have_the_names_that_those_of_the_study_have():
    assert headline.metrics(result(parameters=1234)) == {
        "clean": 0.9123, "noisy": 0.6, "gauss10": 12.3, "wave10": None, "params": 1234
    }  # fmt: skip


def test_a_function_does_not_tell_its_weights():
    assert headline.metrics(result(name="f"))["params"] is None
