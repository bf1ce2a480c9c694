"""Building the report from its topics, in the order of the page."""

from pathlib import Path
from types import ModuleType

from misread import paths
from misread.data import store, texts
from misread.params import Params
from misread.report import (
    certainty,
    confidence,
    disruption,
    error_consistency,
    gan_images,
    gan_training_data,
    geometry,
    levels,
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
    validity,
)
from misread.report.pictures import Picture, picture
from misread.report.results import Results
from misread.report.topic import Topic

MODULES: tuple[ModuleType, ...] = (
    overview, own_networks, strength_slider, signs, training_curves, geometry, levels, onset, disruption,
    noise_training, mistakes, confidence, error_consistency, gan_images, gan_training_data, certainty, validity,
    provenance,
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
    with style.applied():
        for topic, content in topics(results).items():
            for name, drawn in content.figures(results).items():
                path = folder / topic / f"{name}{'.png' if drawn.photographs else '.svg'}"
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
            content.question: sentences
            for content in shown.values()
            if content.question is not None and (sentences := content.answer(results))
        },
    }


def write(settings: Params) -> None:
    """Draw all figures, and write them, the page and the results table on GitHub: all of them, or nothing."""
    results = Results(settings)
    with store.complete_or_absent(paths.REPORTS / "figures") as folder:
        filled = context(results, draw(results, folder))
        texts.write(
            {
                paths.REPORTS / "index.html": page.render("report.html.j2", **filled),
                paths.REPORTS / "results.md": page.render("results.md.j2", **filled),
            }
        )
