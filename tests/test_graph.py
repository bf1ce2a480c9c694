"""dvc.yaml names what each stage uses: its script, and the modules that this imports; and no network and no noise."""

import ast
import re
from pathlib import Path

import pytest
from dvc.repo import Repo

from misread import params, paths
from misread.experiments.project_copy import ROOT
from misread.networks import NETWORKS
from misread.noise.types import NOISE_TYPES
from misread.params import yaml12

TEXT = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
STAGES = yaml12.load(TEXT)["stages"]
# They carry what dvc.yaml names as parameters, load what it names as a file, or end a stage with an error: no output
# depends on them.
CARRIERS = (
    "src/misread/__init__.py",
    "src/misread/data/arrays.py",
    "src/misread/data/room.py",
    "src/misread/data/texts.py",
    "src/misread/errors.py",
    "src/misread/network.py",
    "src/misread/networks/__init__.py",
    "src/misread/noise/registration.py",
    "src/misread/noise/types/__init__.py",
    "src/misread/params/",
    "src/misread/regime.py",
    "src/misread/regimes/__init__.py",
    "src/misread/registry.py",
    "src/misread/sections.py",
    "src/misread/stage.py",
    "src/misread/training/start.py",
)
# Modules that a stage loads by a name of the parameters.
BY_NAME = ("src/misread/networks", "src/misread/noise/types", "src/misread/params", "src/misread/regimes")
REGISTRIES = {
    "misread.networks": "src/misread/networks",
    "misread.noise.types": "src/misread/noise/types",
    "misread.regimes": "src/misread/regimes",
}
# The metrics of classifiers have a key for each noise type; these stages call other functions of the same module.
NOT_CALLED = {
    ("evaluate_gan", "src/misread/metrics/accuracy.py"),
    ("tabulate", "src/misread/metrics/accuracy.py"),
    ("arrange", "src/misread/data/leftovers.py"),  # their names, not the regimes themselves
    # The only network in the figures of `measure` is the user's, with a colour and a line of its own.
    ("measure", "src/misread/report/style.py"),
    ("measure", "src/misread/report/wording.py"),
}
READS = {
    "src/misread/gtsrb/content.py": "src/misread/gtsrb/content.json",
    "src/misread/own/result_page.py": "src/misread/report/templates/own.html.j2",
    "src/misread/report/build.py": "src/misread/report/templates/report.html.j2",
}
READ = (".css", ".j2", ".js", ".json")  # ends of the names of files that modules read


def definition(name):
    return STAGES[name].get("do", STAGES[name])


def is_carrier(path: str) -> bool:
    return path.startswith(tuple(one for one in CARRIERS if one.endswith("/"))) or path in CARRIERS


def module_file(name: str) -> Path | None:
    base = ROOT / "src" / Path(*name.split("."))
    return next((one for one in (base.with_suffix(".py"), base / "__init__.py") if one.is_file()), None)


def imported_names(path: Path) -> set[str]:
    """Dotted names that a file imports: modules, and what it takes out of them."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def imported_modules(path: Path) -> set[str]:
    """Files of the project that a file imports, directly or through others, carriers left out."""
    found, waiting = set(), [path]
    while waiting:
        for name in imported_names(waiting.pop()):
            file = module_file(name)
            relative = file and str(file.relative_to(ROOT))
            if file and relative not in found and not is_carrier(relative):
                found.add(relative)
                waiting.append(file)
    return found


def uses(name: str) -> tuple[list[str], set[str]]:
    """Code that a stage depends on, and modules that it uses, its script among them."""
    script = f"stages/{definition(name)['cmd'].split()[1]}.py"
    declared = [dep for dep in definition(name)["deps"] if dep.startswith(("src/", "stages/"))]
    used = {script} | {path for path in imported_modules(ROOT / script) if not path.endswith("__init__.py")}
    return declared, used


def covers(dependency: str, path: str) -> bool:
    """Whether a dependency, a file or a folder, with or without a name to be filled in, is or holds a file."""
    pattern = re.escape(re.sub(r"\$\{[^}]*\}", "NAME", dependency)).replace("NAME", "[a-z0-9_]+")
    return re.fullmatch(f"{pattern}(/.*)?", path) is not None


def files(dependency: str) -> list[Path]:
    """Modules that a dependency is, holds, or names with a name to be filled in."""
    path = ROOT / re.sub(r"\$\{[^}]*\}", "*", dependency)
    return sorted(ROOT.glob(f"{path.relative_to(ROOT)}/*.py")) or sorted(ROOT.glob(str(path.relative_to(ROOT))))


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_depends_on_the_modules_it_uses_and_on_no_others(name):
    declared, used = uses(name)
    for path in used:
        assert any(covers(dep, path) for dep in declared), f"{name} uses {path}"
    by_name = [dep for dep in declared if dep.startswith(BY_NAME)]
    used |= {path for dep in by_name for file in files(dep) for path in imported_modules(file)}
    for dep in declared:
        read = dep.endswith(READ)
        assert dep in by_name or read or is_carrier(dep) or any(covers(dep, path) for path in used), f"{name}: {dep}"
        if "${" not in dep:
            assert (ROOT / dep).exists(), dep


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_depends_on_the_networks_and_noise_types_that_it_calls(name):
    declared, used = uses(name)
    for path in used:
        for package in REGISTRIES.keys() & imported_names(ROOT / path):
            if (name, path) not in NOT_CALLED:
                module = f"{REGISTRIES[package]}/any.py"
                assert any(covers(dep, module) for dep in declared), f"{name} calls {package}, in {path}"


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_depends_on_the_files_that_its_modules_read(name):
    declared, used = uses(name)
    for path in READS.keys() & used:
        assert (ROOT / READS[path]).is_file()
        assert any(covers(dep, READS[path]) for dep in declared), f"{name} reads {READS[path]}"


def test_the_graph_names_no_network_and_no_noise():
    words = set(re.findall(r"[a-z0-9_]+", re.sub(r"#.*|desc:.*", "", TEXT)))
    assert not words & ({*NETWORKS} | {*NOISE_TYPES})


def test_every_classifier_is_trained_evaluated_swept_and_scored():
    matrix = {"network": "${networks}", "regime": "${regimes}"}
    assert [name for name in STAGES if STAGES[name].get("matrix") == matrix] == ["train", "evaluate", "sweep", "score"]


def test_downstream_classifiers_and_gans_are_those_that_the_code_names():
    assert list(STAGES["train_downstream"]["foreach"]) == list(paths.DOWNSTREAM)
    kinds, regimes = params.load(ROOT / "params.yaml").gan.kinds.model_dump(), STAGES["train_gan"]["matrix"]["regime"]
    assert [f"{kind}-{regime}" for kind in kinds for regime in regimes] == list(paths.GANS)
    assert STAGES["evaluate_gan"]["matrix"] == STAGES["train_gan"]["matrix"]


def test_levels_are_those_that_the_code_names():
    assert tuple(STAGES["noise"]["matrix"]["level"]) == params.LEVELS


def test_the_graph_stays_short():
    assert len(TEXT.splitlines()) <= 500


def test_a_stage_that_reads_a_template_depends_on_the_files_that_this_includes():
    declared, _ = uses("measure")
    templates = ROOT / "src/misread/report/templates"
    text = (templates / "own.html.j2").read_text(encoding="utf-8")
    included = {f"{templates.relative_to(ROOT)}/{name}" for name in re.findall(r'(?:include|import) "(.+?)"', text)}
    assert included
    assert {dep for dep in declared if "/templates/" in dep} == included | {READS["src/misread/own/result_page.py"]}


def test_dvc_takes_the_keys_of_a_section_as_a_matrix_and_its_sections_as_foreach(tmp_path, monkeypatch):
    """Documented for lists only; the graph relies on it."""
    (tmp_path / "params.yaml").write_text("networks: {one: {size: 1}, two: {size: 2}}\nregimes: [clean]\n")
    (tmp_path / "dvc.yaml").write_text(
        "stages:\n"
        "  train:\n"
        "    matrix: {network: '${networks}', regime: '${regimes}'}\n"
        "    cmd: echo ${item.network} ${key}\n"
        "    params: ['networks.${item.network}']\n"
        "  fetch:\n"
        "    foreach: ${networks}\n"
        "    do: {cmd: 'echo ${key} ${item.size}'}\n"
    )
    monkeypatch.chdir(tmp_path)
    Repo.init(str(tmp_path), no_scm=True)
    stages = {stage.addressing: stage for stage in Repo(str(tmp_path)).index.stages}
    assert {name: stage.cmd for name, stage in stages.items()} == {
        "train@one-clean": "echo one one-clean",
        "train@two-clean": "echo two two-clean",
        "fetch@one": "echo one 1",
        "fetch@two": "echo two 2",
    }
    assert [list(dep.params) for dep in stages["train@one-clean"].deps] == [["networks.one"]]


def test_scripts_import_nothing_but_misread_and_packages():
    scripts = {path.stem for path in (ROOT / "stages").glob("*.py")}
    for path in (ROOT / "stages").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not scripts & {alias.name for alias in node.names}, path
            elif isinstance(node, ast.ImportFrom):
                assert node.module not in scripts, path
