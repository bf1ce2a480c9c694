"""HTML of the page, with all texts escaped; the styles are in page.css."""

import base64
import io
import math
from html import escape

import numpy as np
from PIL import Image

from misread.explorer import strengths
from misread.explorer.look import Noisy, Reading
from misread.explorer.own_classifiers import Form, OwnClassifier
from misread.explorer.position import Bound
from misread.explorer.projects import Classifier
from misread.explorer.trained import Guess
from misread.gtsrb import classes
from misread.metrics.sweeps import LEVELS
from misread.networks import NETWORKS
from misread.params import Params
from misread.report import wording
from misread.report.style import noise_title

RULER = (
    "The bar of each network is the slider's range, bluer beyond each strength at which it misreads "
    f"{', '.join(f'{level:.0%}' for level in LEVELS.values())} of the test signs that it classifies correctly without "
    "noise."
)
KINDS = {"error": "alert", "note": "note"}  # kinds of notices -> ARIA roles


def class_name(class_id: int) -> str:
    """Number and name of a class."""
    return f"{class_id} {classes.NAMES[class_id]}"


def notice(text: str, kind: str = "note") -> str:
    """A framed message of one of `KINDS`."""
    return f'<p class="notice {kind}" role="{KINDS[kind]}">{escape(text)}</p>'


def paragraph(text: str) -> str:
    """A paragraph of plain text; nothing if the text is empty."""
    return f"<p>{escape(text)}</p>" if text else ""


def cards(
    readings: list[Reading], images: dict[int | Form, Noisy], label: int | None, scale: list[float], strength: float,
    noise_type: str, settings: Params,
) -> str:  # fmt: skip
    """A card for each architecture, and each of the user's networks: its images, and a section for each training.

    Args:
        readings: result of `look.readings`.
        images: result of `look.with_noise`.
        label: class of the image; None: unknown.
        scale: strengths of the slider, ascending from 0.
        strength: chosen strength.
        noise_type: a module of `misread.noise.types`.
        settings: parameters of the project.

    """
    parts = []
    for network in dict.fromkeys(one.classifier.network for one in readings):
        own = [one for one in readings if one.classifier.network == network]
        first = own[0].classifier
        parts.append(
            f'<section class="card"><h2>{escape(title(first, settings))} <small>{size_of(first)}</small></h2>'
            f"{pair(images[first.size], noise_title(noise_type))}"
            + "".join(
                f"<h3>{escape(training(one.classifier, settings))}</h3>"
                f"{guesses(one.clean, one.noisy, label)}{ruler(one.thresholds, scale, strength, noise_type)}"
                f"{paragraph(one.sentence)}"
                for one in own
            )
            + "</section>"
        )
    return f'<div class="cards">{"".join(parts)}</div>'


def title(one: Classifier | OwnClassifier, settings: Params) -> str:
    """Name of a network's architecture, or of a network of the user's own."""
    name = one.network
    return name if isinstance(one, OwnClassifier) else NETWORKS[name].label(settings.networks[name])


def size_of(one: Classifier | OwnClassifier) -> str:
    """Size of a network's images."""
    if isinstance(one, Classifier):
        return f"{one.size} pixels square"
    form = one.size
    return f"{form.height} x {form.width} pixels, {form.policy}{', grey' if form.channels == 1 else ''}"


def training(one: Classifier | OwnClassifier, settings: Params) -> str:
    """Description of what a network is trained on, as far as it is known."""
    if isinstance(one, OwnClassifier):
        return "Your own network"
    return f"Trained on {wording.trained_on(one.regime, settings)}"


def pair(one: Noisy, noise_name: str) -> str:
    """The image without and with noise, and the error between the two."""
    psnr = "infinite" if one.psnr is None else f"{one.psnr:.1f} dB"
    return (
        f'<div class="pair">{_figure(one.clean, "the sign without noise", "without noise")}'
        f"{_figure(one.noisy, f'the sign with {noise_name} noise', 'with noise')}</div>"
        f"{paragraph(f'RMSE {one.rmse:.1f} grey levels, PSNR {psnr}')}"
    )


def _figure(image: np.ndarray, alt: str, caption: str) -> str:
    """An image at its original size; the page enlarges its pixels."""
    file = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[2] == 1 else image).save(file, "PNG")
    uri = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    return f'<figure><img src="{uri}" alt="{escape(alt)}"><figcaption>{escape(caption)}</figcaption></figure>'


def guesses(clean: list[Guess], noisy: list[Guess], label: int | None) -> str:
    """The most likely classes without and with noise, side by side."""
    rows = "".join(f"<tr>{_guess(a, label)}{_guess(b, label)}</tr>" for a, b in zip(clean, noisy, strict=True))
    head = '<th scope="col">without noise</th><th scope="col">with noise</th>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def share(value: float) -> str:
    """A probability as a percentage that is rounded to 0% or 100% only if it is exactly that."""
    if 0 < value < 0.001:
        return "<0.1%"
    return ">99.9%" if 0.999 < value < 1 else f"{value:.1%}"


def _guess(guess: Guess, label: int | None) -> str:
    kind, mark = "", ""
    if label is not None:
        kind, sign = ("right", "✓") if guess.class_id == label else ("wrong", "✗")
        mark = f'<span role="img" aria-label="{kind}">{sign}</span> '
    return (
        f'<td class="{kind}">{mark}{escape(class_name(guess.class_id))} <b>{escape(share(guess.confidence))}</b>'
        f'<span class="bar" style="width:{guess.confidence:.1%}"></span></td>'
    )


def ruler(marks: list[Bound], scale: list[float], strength: float, noise_type: str) -> str:
    """The range of the slider, bluer above each threshold, and the strength on it; nothing if no threshold is known."""
    if not marks:
        return ""

    def place(value: float) -> float:
        return 100 * float(np.interp(value, scale, np.linspace(0, 1, len(scale))))

    inside = [mark for mark in marks if 0 < mark.strength < math.inf]
    names = [f"{mark.level:.0%} from {strengths.short(mark.strength, noise_type)}" for mark in inside]
    zones = "".join(f'<i style="left:{place(mark.strength):.1f}%"></i>' for mark in marks if mark.strength <= scale[-1])
    here = f'<b style="left:{place(strength):.1f}%"></b>'
    text = f"Misread shares over strength: {', '.join(names) or 'none within the range'}"
    return f'<div class="ruler" role="img" aria-label="{escape(text)}" title="{escape(text)}">{zones}{here}</div>'
