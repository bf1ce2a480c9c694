"""dvc.yaml names what each stage uses: its script, the modules that this imports, and every noisy set."""

import ast
import importlib.metadata
from pathlib import Path

import pytest
from project_copy import ROOT, leave_out
from ruamel.yaml import YAML

from misread.params import LEVELS, NETWORKS, NOISE_TYPES

STAGES = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
# They carry what dvc.yaml names as parameters, or end a stage with an error: no output depends on them.
CARRIERS = {f"src/misread/{name}.py" for name in ("params", "refusals", "errors", "data/images")} | {
    "stages/room.py",
    "stages/stage.py",
}


def definition(name):
    return STAGES[name].get("do", STAGES[name])


def imported_modules(path: Path) -> set[Path]:
    """Files of the project that a file imports, directly or through others."""
    found, waiting = set(), [path]
    while waiting:
        tree = ast.parse(waiting.pop().read_text(encoding="utf-8"))
        names = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        for name in names:
            for folder in ("src", "stages"):
                file = ROOT / folder / Path(*name.split(".")).with_suffix(".py")
                if file.is_file() and file not in found:
                    found.add(file)
                    if str(file.relative_to(ROOT)) not in CARRIERS:
                        waiting.append(file)
    return found


READS = {
    "src/misread/data/content.py": "src/misread/data/gtsrb_content.json",
    "src/misread/report/page.py": "src/misread/report/templates",
}


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_depends_on_its_script_and_on_the_modules_it_uses(name):
    script = definition(name)["cmd"].split()[1]
    declared = {dep for dep in definition(name)["deps"] if dep.startswith(("src/", "stages/"))}
    used = {str(file.relative_to(ROOT)) for file in imported_modules(ROOT / script)} | {script}
    assert {dep for dep in declared if dep.endswith(".py")} - CARRIERS == used - CARRIERS
    for module, what_it_reads in READS.items():
        assert (module in used) == (what_it_reads in declared)
    for dep in declared:
        assert (ROOT / dep).exists(), dep


@pytest.mark.parametrize(
    ("stage", "part"),
    [
        ("evaluate", "${item.size}/test"),
        ("evaluate_student", "${gan.image_size}/test"),
        ("evaluate_gan", "${gan.image_size}"),
    ],
)
def test_evaluation_sees_every_noisy_set(stage, part):
    deps = definition(stage)["deps"]
    for noise_type in NOISE_TYPES:
        for level in LEVELS:
            assert f"data/noisy/{noise_type}-{level}/{part}" in deps


def test_every_network_is_trained_in_both_regimes():
    rows = STAGES["train"]["foreach"]
    assert list(rows) == [f"{network}-{regime}" for network in NETWORKS for regime in ("clean", "noisy")]
    assert STAGES["evaluate"]["foreach"] == rows
    assert STAGES["sweep"]["foreach"] == rows


def test_every_network_is_scored():
    assert STAGES["score"]["foreach"] == STAGES["train"]["foreach"]
    for key in STAGES["train"]["foreach"]:
        assert f"reports/predictions/{key}.parquet" in STAGES["tabulate_results"]["deps"]


def test_no_script_hides_a_package():
    """A script's folder comes first on the path of the imports: `tabulate.py` would be what pandas finds."""
    scripts = {path.stem for path in (ROOT / "stages").glob("*.py")}
    assert not scripts & importlib.metadata.packages_distributions().keys()


def test_a_classifier_is_left_out_everywhere_and_nothing_else_is():
    text = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
    smaller = leave_out(text, ("resnet50-noisy",))
    assert "resnet50-noisy" not in smaller
    stages = YAML(typ="safe").load(smaller)["stages"]
    assert list(stages) == list(STAGES)
    assert list(stages["score"]["foreach"]) == [key for key in STAGES["score"]["foreach"] if key != "resnet50-noisy"]
    assert leave_out(text, ()) == text
    named = [line for line in text.splitlines() if "resnet50-noisy" in line]
    row = len(STAGES["train"]["foreach"]["resnet50-noisy"]) + 1
    commands = sum(line.strip().startswith("cmd:") for line in named)
    assert len(text.splitlines()) - len(smaller.splitlines()) == len(named) - commands - 1 + row
