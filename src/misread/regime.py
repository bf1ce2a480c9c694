"""Description of a training regime, the images that networks are trained on. Each is a module of `misread.regimes`.

TensorFlow is imported only when a network is trained, because every stage reads the parameters of all regimes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misread.sections import Section

if TYPE_CHECKING:
    from misread.training.recipe import Recipe

NOISE = "noise.json"  # file beside the sets of a regime that describes the noise added in memory


class Settings(Section):
    """Settings of a regime without parameters."""

    def replaced(self, network: str) -> dict[str, Any]:
        """Settings of a network that differ in this regime from those in the other regimes."""
        return {}

    @property
    def decisive(self) -> dict[str, Any]:
        """Settings that affect the training, other than those of the network, the images and the noise."""
        return {}

    def noises(self, highest: Mapping[str, float], options: Mapping[str, dict]) -> dict[str, dict]:
        """Noise type -> everything that determines its noise added in memory during training; empty if there is none.

        Args:
            highest: noise type -> its strength at the highest level.
            options: noise type -> its options at all levels.

        """
        return {}


def plain(settings: Settings, folder: Path) -> Recipe:
    """Recipe for training on the stored sets without changes."""
    from misread.training.recipe import Recipe

    return Recipe()


@dataclass(frozen=True)
class Regime:
    """A regime: its training images, and its wording and style in texts and figures.

    Attributes:
        trained_on: wording for sentences of what networks are trained on; ``{}`` stands for the selected noise. A
            function of the settings if it depends on them.
        line: Matplotlib line style of its networks' curves.
        marker: Matplotlib marker of its networks' points.
        sets: ``(selected, noisy) -> names`` of the stored training sets: ``clean`` or ``TYPE-LEVEL``; ``selected``:
            the noisy set that the parameters select; ``noisy``: all noisy sets.
        settings: its section of ``params.yaml``.
        recipe: ``(settings, folder) -> recipe`` for training on the images of these sets; ``folder``: folder of the
            sets and of the file ``NOISE``.

    """

    trained_on: str | Callable[[Any], str]
    line: str | tuple
    marker: str
    sets: Callable[[str, Sequence[str]], list[str]]
    settings: type[Settings] = Settings
    recipe: Callable[[Settings, Path], Recipe] = plain

    def words(self, settings: Settings | None, selected: str) -> str:
        """Wording for sentences of what networks are trained on.

        Args:
            settings: the regime's section; None: unknown, as for a network that was trained with other parameters.
            selected: name of the selected noise in texts.

        """
        text = self.trained_on if isinstance(self.trained_on, str) else self.trained_on(settings)
        return text.format(selected)
