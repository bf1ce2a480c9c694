"""Write the study as one page, reports/index.html, and its numbers for GitHub: report.py NETWORK-REGIME ..."""

import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path

import pandas as pd

import stage
import texts
from misread import params
from misread.analysis import sweeps
from misread.report import captions, content, page, prose, style

REPORTS = Path("reports")
GANS = ("gan-clean", "gan-noisy", "cgan-clean", "cgan-noisy")
PACKAGES = ("tensorflow", "keras", "numpy", "scipy", "scikit-learn", "dvc")
# From the top of the repository: the demo runs in a folder of it.
CODE = (":/src", ":/stages", ":/dvc.yaml", ":/requirements.lock")


def read_json(path: str) -> dict:
    """One of the files of figures."""
    return texts.read_json(REPORTS / path)


def read_csv(path: str) -> pd.DataFrame:
    """One of the tables; the clean set's noise is called ``none``, which is no missing value."""
    return pd.read_csv(REPORTS / path, keep_default_na=False, na_values=[""])


def read_results(keys: list[str], selected: str) -> content.Results:
    """All numbers of the study."""
    scored = {key: read_csv(f"by_noise/{key}.csv") for key in keys}

    def failures(name: str) -> pd.DataFrame:
        return pd.concat([read_csv(f"failure/{key}/{name}.csv") for key in keys], ignore_index=True)

    return content.Results(
        titles=style.titles(scored),
        scored=scored,
        thresholds=sweeps.threshold_table({key: read_json(f"thresholds/{key}.json") for key in keys}),
        ranking=failures("ranking"),
        ranking_pairs=failures("ranking_pairs"),
        confusions=read_csv("misreadings/confusions.csv"),
        permits_more=read_csv("misreadings/permits_more.csv"),
        students=read_csv("gans/students.csv"),
        gains=read_csv("gans/gains.csv"),
        gans={key: read_json(f"gans/tables/{key}/scores.json") for key in GANS},
        noise=read_json("noise.json"),
        curves=failures("curves"),
        waves=failures("waves"),
        study=read_csv("results.csv"),
        gan_variants=pd.read_csv("docs/gan_variants.csv"),
        selected=selected,
    )


def revision() -> str:
    """The commit that changed the code last, and whether there are changes since; parameters are shown as they are."""

    def git(*arguments: str) -> str:
        english = os.environ | {"LC_ALL": "C"}
        done = subprocess.run(["git", *arguments], env=english, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        changed = git("status", "--porcelain", "--", *CODE)
    except FileNotFoundError:
        return "git revision not known, as there is no git"
    except subprocess.CalledProcessError as error:
        if "not a git repository" in error.stderr:
            return "not under git"
        return f"git revision not known, as git refuses: {error.stderr.strip().splitlines()[0]}"
    try:
        commit = git("log", "-1", "--format=%h", "--", *CODE)
    except subprocess.CalledProcessError:
        return "no git revision, as there is no commit yet"
    return f"git revision {commit or 'none yet'}{', with uncommitted changes' if changed else ''}"


def context(
    settings: params.Params,
    results: content.Results,
    summary: dict,
    augmentation: dict,
    held_out: pd.Series,
    figures: Path,
) -> dict:
    """All that the template names.

    Args:
        settings: the parameters.
        results: from `read_results`.
        summary: ``reports/summary.json``.
        augmentation: ``reports/gans/augmentation.json``.
        held_out: bool, for each training image whether it is for validation.
        figures: the folder of all figures.

    """
    source, selected = settings.data.source, results.selected
    test_images = int(results.students.n.max())
    counts = captions.Counts(
        learnt=int((~held_out).sum()),
        held_out=int(held_out.sum()),
        test=test_images,
        sweep=min(test_images, settings.sweep.images or test_images),
        waves=min(test_images, settings.sweep.waves.images or test_images),
        compared=settings.gan.evaluation.images,
    )
    start = {"imagenet": "ImageNet weights", None: "random weights"}
    networks = settings.networks
    return {
        "contents": content.CONTENTS,
        "source": source,
        "titles": results.titles,
        "noise_sets": len(results.noise),
        "selected": selected,
        "onset": prose.onset(results.thresholds, results.titles),
        "disruption": prose.disruption(results.ranking, results.ranking_pairs, results.titles),
        "repair": prose.repair(summary["noisy_minus_clean"]),
        "lessons": prose.lessons(augmentation, selected),
        "waves": prose.waves(results.waves, results.titles),
        "permitted": prose.permitted(results.permits_more, results.titles, selected),
        "figures": content.figures(figures, captions.captions(counts, selected)),
        "tables": content.tables(results),
        "study": content.study(results),
        "counts": counts,
        "resamples": f"{settings.sweep.resamples:,}",
        "fit": settings.geometry.fit,
        "augmentation": settings.train.augmentation,
        "start": prose.listed(
            list(dict.fromkeys(start[one.weights] for one in (networks.inception_v3, networks.resnet50)))
        ),
        "revision": revision(),
        "versions": [f"Python {platform.python_version()}"]
        + [f"{package} {importlib.metadata.version(package)}" for package in PACKAGES],
        "provenance": {
            "gtsrb": "Data: the German Traffic Sign Recognition Benchmark, from its archives or from Kaggle's edition.",
            "synthetic": "Data: signs rendered by the project itself.",
        }[source],
        "parameters": Path("params.yaml").read_text(encoding="utf-8"),
    }


def main() -> None:
    settings = params.load()
    selected = f"{style.NOISE_NAMES[settings.noise.type]} ({settings.noise.level})"
    filled = context(
        settings,
        read_results(sys.argv[1:], selected),
        read_json("summary.json"),
        read_json("gans/augmentation.json"),
        pd.read_csv("data/clean/train.csv").validation,
        REPORTS / "figures",
    )
    texts.write(
        {
            REPORTS / "index.html": page.render("report.html.j2", **filled),
            REPORTS / "results.md": page.render("results.md.j2", **filled),
        }
    )


if __name__ == "__main__":
    stage.run(main)
