"""The page, which Streamlit runs again after every click: app.py FOLDER. Other modules compute what it shows."""

import sys
from pathlib import Path

import numpy as np
import streamlit as st

from misread.errors import MisreadError
from misread.explorer import look, markup, photos, projects, strengths
from misread.explorer.examples import Sign, from_photo
from misread.gtsrb.classes import NAMES
from misread.noise.types import NOISE_TYPES
from misread.params import LEVELS, Params
from misread.report.style import noise_title

FIRST_CLASS = NAMES.index("stop")
TEST_SIGN, PHOTO = "A test sign", "A photo"


def choose_image(opened: look.Opened) -> Sign | None:
    """Let the user choose a test sign or a photo; None as long as nothing is chosen."""
    source = st.radio("Image", [TEST_SIGN, PHOTO], horizontal=True, key="source")
    return choose_photo(opened) if source == PHOTO else choose_sign(opened)


def choose_sign(opened: look.Opened) -> Sign:
    """Let the user choose a class, then one of its images."""
    signs = opened.signs
    # A draw makes new widgets with other defaults. If the values of widgets are set instead, a quick browser sends the
    # first option back.
    draws, drawn = st.session_state.setdefault("drawn", (0, None))

    def at_random() -> None:
        st.session_state["drawn"] = draws + 1, int(np.random.default_rng().integers(len(signs.labels)))

    wanted = FIRST_CLASS if drawn is None else int(signs.labels[drawn])
    class_id = st.selectbox(
        "Class", signs.classes, _index(signs.classes, wanted), format_func=markup.class_name, key=f"class-{draws}"
    )
    rows = signs.rows(class_id)
    title = f"Test image, one of {len(rows)} of this class"
    row = st.selectbox(title, rows, _index(rows, drawn), format_func="row {}".format, key=f"row-{class_id}-{draws}")
    st.button("Random sign", on_click=at_random, width="stretch")
    return signs.sign(row)


def _index(options: list[int], wanted: int | None) -> int:
    """Position of an option; that of the first one if it is not among them."""
    return options.index(wanted) if wanted in options else 0


def choose_photo(opened: look.Opened) -> Sign | None:
    """Let the user upload a photo; an error message is shown if it is refused."""
    settings = opened.project.settings
    file = st.file_uploader("Photo that a sign fills", photos.ENDINGS, key="photo")
    if file is None:
        st.html(markup.notice("Choose a photo; it stays on this computer."))
        return None
    try:
        return from_photo(file.getvalue(), settings.resize, opened.project.sizes, opened.project.forms)
    except MisreadError as error:
        st.html(markup.notice(f"This file cannot be used: {error}.", "error"))
        return None


def choose_noise(settings: Params) -> tuple[str, float, list[float]]:
    """Let the user choose a noise; returns its type, its strength and all strengths on offer."""
    names = list(settings.noise.types.names)
    first = names.index(settings.noise.type)
    noise_type = st.radio("Noise", names, first, format_func=noise_title, horizontal=True, key="noise")
    levels = {level: settings.noise.strength_of(noise_type, level) for level in LEVELS}
    scale = strengths.positions(settings.noise.types[noise_type].sweep, levels.values())
    chosen = levels[settings.noise.level]
    strength = st.select_slider(
        f"Strength: {NOISE_TYPES[noise_type].unit}",
        scale,
        chosen if chosen in scale else scale[-1],
        format_func=lambda value: strengths.short(value, noise_type),
        key=f"strength-{noise_type}",
    )
    options = settings.noise.options_of(noise_type)
    st.html(markup.paragraph(f"The study's levels: {', '.join(_levels(levels, noise_type))}"))
    if options:
        st.html(markup.paragraph(f"noise.options: {', '.join(f'{name} {value:g}' for name, value in options.items())}"))
    return noise_type, strength, scale


def _levels(levels: dict[str, float], noise_type: str) -> list[str]:
    return [f"{level} {strengths.short(value, noise_type)}" for level, value in levels.items()]


def main() -> None:
    st.set_page_config(page_title="misread: an interactive look", layout="wide")
    st.html(Path(__file__).with_suffix(".css"))
    st.title("How noise makes a network misread a sign")
    opened = look.opened(Path(sys.argv[1]))
    settings = opened.project.settings
    if settings.data.source == "synthetic":
        st.html(markup.notice("Rendered signs, not GTSRB"))
    if not opened.project.thresholds:
        text = f"No thresholds here yet: {projects.SCORES} is written by dvc repro score"
        st.html(markup.notice(text))
    choices, results = st.columns([1, 2.8], gap="medium")
    with choices:
        sign = choose_image(opened)
        noise_type, strength, scale = choose_noise(settings)
        if opened.project.thresholds:
            st.html(markup.paragraph(markup.RULER))
    if sign is not None:
        images = look.with_noise(sign, noise_type, strength, settings)
        readings = look.readings(opened, images, noise_type, strength)
        results.html(markup.cards(readings, images, sign.label, scale, strength, noise_type, settings))


main()
