"""Building the report from its topics, in the order of the page."""

from pathlib import Path
from types import ModuleType

from misread import paths
from misread.data import store
from misread.params import Params
from misread.report import (
    confidence,
    disruption,
    error_consistency,
    gan_images,
    gan_training_data,
    levels,
    limits,
    mistakes,
    noise_training,
    onset,
    overview,
    own_networks,
    page,
    provenance,
    signs,
    strength_slider,
    style,
    training_curves,
)
from misread.report.pictures import Picture, picture
from misread.report.results import Results
from misread.report.topic import Topic

MODULES: tuple[ModuleType, ...] = (
    overview, own_networks, strength_slider, signs, training_curves, levels, onset, disruption, noise_training,
    mistakes, confidence, error_consistency, gan_images, gan_training_data, limits, provenance,
)  # fmt: skip
# Each topic has a template in templates/sections with the name of its module.
TOPICS: dict[str, Topic] = {module.__name__.rpartition(".")[2]: module.TOPIC for module in MODULES}


def topics(results: Results) -> dict[str, Topic]:
    """Those of `TOPICS` that the page of some results has."""
    return {name: topic for name, topic in TOPICS.items() if topic.shown(results)}


def draw(results: Results, folder: Path) -> dict[str, Picture]:
    """Write the figures of all topics as ``folder/TOPIC/NAME``: a drawing as SVG, photographs as PNG.

    Returns:
        ``TOPIC/NAME`` -> the figure in the form in which the page contains it.

    """
    pictures = {}
    with store.complete_or_absent(folder) as target, style.applied():
        for topic, content in topics(results).items():
            for name, drawn in content.figures(results).items():
                path = target / topic / f"{name}{'.png' if drawn.photographs else '.svg'}"
                path.parent.mkdir(parents=True, exist_ok=True)
                style.save(drawn.figure, path)
                caption = f"{drawn.caption} {results.seen_in_training}" if drawn.classifiers else drawn.caption
                pictures[f"{topic}/{name}"] = picture(path, caption.rstrip(), drawn.alt)
    return pictures


def context(results: Results, pictures: dict[str, Picture]) -> dict:
    """All variables of the templates.

    Args:
        results: results of the study.
        pictures: result of `draw`.

    """
    shown = topics(results)
    return {
        "topics": shown,
        "source": results.source,
        "classifiers": len(results.titles),
        "test_images": results.counts.test,
        "noisy_sets": len(results.noise),
        "selected": results.selected,
        "figures": pictures,
        "tables": {
            f"{topic}/{name}": table
            for topic, content in shown.items()
            for name, table in content.tables(results).items()
        },
        "texts": {topic: content.text(results) for topic, content in shown.items()},
        "answers": {
            content.question: content.answer(results) for content in shown.values() if content.question is not None
        },
    }


def pages(settings: Params) -> dict[Path, str]:
    """Draw all figures and return path -> text for the page and for the results table on GitHub."""
    results = Results(settings)
    filled = context(results, draw(results, paths.REPORTS / "figures"))
    return {
        paths.REPORTS / "index.html": page.render("report.html.j2", **filled),
        paths.REPORTS / "results.md": page.render("results.md.j2", **filled),
    }
