"""Description of a training regime: what networks are trained on. Each regime is a module of `misread.regimes`.

TensorFlow is imported where a network is trained, as every stage reads the parameters of all regimes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misread.sections import Section

if TYPE_CHECKING:
    from misread.training.recipe import Recipe

NOISE = "noise.json"  # beside the sets of a regime: the noise that is made in memory


class Settings(Section):
    """A regime that its name describes in full."""

    def replaced(self, network: str) -> dict[str, Any]:
        """Settings of a network in this regime, where they differ from those of the other regimes."""
        return {}

    @property
    def decisive(self) -> dict[str, Any]:
        """What decides how a network is trained, besides its own settings, the images and the noise."""
        return {}

    def noises(self, highest: Mapping[str, float], options: Mapping[str, dict]) -> dict[str, dict]:
        """Noise type -> all that decides the noise that is made in memory during training; empty: there is none.

        Args:
            highest: noise type -> its strength at the highest level.
            options: noise type -> its options at all levels.

        """
        return {}


def plain(settings: Settings, folder: Path) -> Recipe:
    """Training on the stored sets as they are."""
    from misread.training.recipe import Recipe

    return Recipe()


@dataclass(frozen=True)
class Regime:
    """A regime: what it trains on, and how it is called and drawn.

    Attributes:
        trained_on: what networks are trained on, in sentences; ``{}`` stands for the selected noise. A function of the
            settings where they decide it.
        line: style of the curves of its networks, as Matplotlib takes it.
        marker: of the points of its networks, as Matplotlib takes it.
        sets: ``(selected, noisy) -> names`` of the stored sets that are trained on: ``clean``, or ``TYPE-LEVEL``;
            ``selected``: the noisy set that the parameters select, ``noisy``: all of them.
        settings: its section of ``params.yaml``.
        recipe: ``(settings, folder) -> recipe``: how a network is trained on the images of these sets; ``folder``: of
            the sets, and of the noise that is made in memory.

    """

    trained_on: str | Callable[[Any], str]
    line: str | tuple
    marker: str
    sets: Callable[[str, Sequence[str]], list[str]]
    settings: type[Settings] = Settings
    recipe: Callable[[Settings, Path], Recipe] = plain

    def words(self, settings: Settings | None, selected: str) -> str:
        """What networks are trained on, in sentences.

        Args:
            settings: the regime's section; None: unknown, as of a network that was trained with other parameters.
            selected: how texts call the noise that the parameters select.

        """
        text = self.trained_on if isinstance(self.trained_on, str) else self.trained_on(settings)
        return text.format(selected)
