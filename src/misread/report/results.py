"""Results of the study, which earlier stages have written; each table is read when it is first used."""

from functools import cached_property
from typing import NamedTuple

import pandas as pd

from misread import paths
from misread.data import own_results, store, texts
from misread.metrics import accuracy, sweeps
from misread.params import Params
from misread.report import style, wording

GANS = paths.REPORTS / "gans"
TABLES = paths.REPORTS / "tables"


class Counts(NamedTuple):
    """Numbers of images."""

    training: int  # without the held-out images; a GAN generates as many
    held_out: int  # for validation
    test: int  # in the whole test set
    sweep: int  # test images on which the fine grids of noise are measured
    fourier: int  # test images on which the Fourier sensitivity is measured
    compared: int  # largest number of generated and of real images for FID and KID


class Results:
    """All results of a study; keys are ``NETWORK-REGIME`` for classifiers and ``KIND-REGIME`` for GANs."""

    def __init__(self, settings: Params):
        self.settings = settings

    @property
    def source(self) -> str:
        """``gtsrb`` or ``synthetic``."""
        return self.settings.data.source

    @property
    def selected(self) -> str:
        """Name in texts of the noisy set that the regime ``noisy`` is trained on."""
        return style.selected_title(self.settings.noise)

    @cached_property
    def seen_in_training(self) -> str:
        """A sentence for each regime with noise added in memory, on which test noises it is trained on."""
        types = self.settings.noise.types.names
        sentences = []
        for regime in self.settings.regimes.names:
            seen = self.settings.noises_in(regime)
            new = [style.noise_title(name) for name in types if name not in seen]
            if seen and new:
                sentences.append(f"Networks of the regime {regime} are not trained on {wording.listed(new)} noise.")
            elif seen:
                sentences.append(
                    f"Networks of the regime {regime} are trained on the same types of noise as the test sets."
                )
        return " ".join(sentences)

    @cached_property
    def trained_on(self) -> dict[str, str]:
        """Regime -> what its networks are trained on."""
        return {name: wording.trained_on(name, self.settings) for name in self.settings.regimes.names}

    @property
    def several(self) -> list[str]:
        """Networks that were trained several times in each regime."""
        return self.settings.repeats.networks if self.settings.repeats.further else []

    @cached_property
    def keys(self) -> list[str]:
        """Keys of the classifiers."""
        return paths.scored(self.settings.classifiers)

    @cached_property
    def scored(self) -> dict[str, pd.DataFrame]:
        """Key -> table of `misread.metrics.accuracy.of_classifier`."""
        return {key: self._scores("by_noise", key) for key in self.keys}

    @property
    def titles(self) -> dict[str, str]:
        """Key -> name of the classifier in texts."""
        return style.titles(self.scored)

    @cached_property
    def thresholds(self) -> pd.DataFrame:
        """Table of `misread.metrics.sweeps.threshold_table`."""
        return sweeps.threshold_table(
            {key: texts.read_json(paths.scores(key) / "thresholds.json") for key in self.keys}
        )

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Tables of `misread.metrics.sweeps.curves` with a column network."""
        return self._of_all("curves")

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """`misread.metrics.ranking.Ranks.areas` with a column network."""
        return self._of_all("ranking")

    @cached_property
    def ranking_pairs(self) -> pd.DataFrame:
        """`misread.metrics.ranking.Ranks.pairs` with a column network."""
        return self._of_all("ranking_pairs")

    @cached_property
    def ranking_luma(self) -> pd.DataFrame:
        """As `ranking`, at equal energy of the luma."""
        return self._of_all("ranking_luma")

    @cached_property
    def ranking_luma_pairs(self) -> pd.DataFrame:
        """As `ranking_pairs`, at equal energy of the luma."""
        return self._of_all("ranking_luma_pairs")

    @cached_property
    def thresholds_random_options(self) -> pd.DataFrame:
        """As `thresholds`, under noise whose options are drawn for each image; empty if there is no such noise."""
        files = {key: texts.read_json(paths.scores(key) / "thresholds_random_options.json") for key in self.keys}
        return sweeps.threshold_table(files) if any(files.values()) else pd.DataFrame()

    @cached_property
    def thresholds_by_size(self) -> pd.DataFrame:
        """Tables of `misread.metrics.sizes.table` with a column network."""
        return self._of_all("thresholds_by_size")

    @cached_property
    def psychometric(self) -> pd.DataFrame:
        """Tables of `misread.metrics.psychometric.table` with a column network."""
        return self._of_all("psychometric")

    @cached_property
    def track_effects(self) -> pd.DataFrame:
        """Tables of `misread.metrics.track_effects.effects` with a column network."""
        return self._of_all("track_effects")

    @cached_property
    def tracks(self) -> dict[str, float]:
        """`misread.data.tracks.Agreement`: how well known tracks are found."""
        return texts.read_json(paths.TRACKS / "agreement.json")

    @cached_property
    def groups(self) -> int:
        """Number of estimated tracks of the test set."""
        return int(pd.read_csv(paths.TRACKS / "test.csv").group.nunique())

    @cached_property
    def fourier(self) -> pd.DataFrame:
        """Tables of `misread.metrics.sweeps.fourier_sensitivity` with a column network."""
        return self._of_all("fourier")

    @cached_property
    def fragility(self) -> pd.DataFrame:
        """Tables of `misread.metrics.sweeps.fragility` with columns network and noise_type."""
        return self._of_all("fragility")

    @cached_property
    def predictions(self) -> dict[str, pd.DataFrame]:
        """Key -> predictions of the first training for all test sets."""
        return {key: accuracy.trainings(store.read_table(paths.predictions(key)))[0] for key in self.keys}

    @cached_property
    def sweeps(self) -> dict[str, pd.DataFrame]:
        """Key -> predictions of the first training over the fine grids of strengths."""
        return {
            key: accuracy.trainings(store.read_table(paths.sweep(key) / "strengths.parquet"))[0] for key in self.keys
        }

    @cached_property
    def histories(self) -> dict[str, pd.DataFrame]:
        """Key -> losses and accuracies by epoch."""
        return {key: pd.read_csv(paths.history(key)) for key in self.keys}

    @cached_property
    def study(self) -> pd.DataFrame:
        """``reports/results.csv``."""
        return store.read_scores(paths.REPORTS / "results.csv")

    @cached_property
    def minus_clean(self) -> dict[str, dict]:
        """Key -> accuracy minus that of the same network trained on clean signs, from `misread.metrics.summary`."""
        return texts.read_json(TABLES / "summary.json")["minus_clean"]

    @cached_property
    def calibration(self) -> dict[str, pd.DataFrame]:
        """Key -> table of `misread.metrics.calibration.by` noise type and level."""
        return {key: self._scores("calibration", key) for key in self.keys}

    @cached_property
    def calibration_by_strength(self) -> pd.DataFrame:
        """Tables of `misread.metrics.calibration.by` noise type and strength, with a column network."""
        tables = [self._scores("calibration_by_strength", key).assign(network=key) for key in self.keys]
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def agreement(self) -> pd.DataFrame:
        """Table of `misread.metrics.agreement.table`."""
        return store.read_scores(TABLES / "agreement.csv")

    @cached_property
    def confusions(self) -> pd.DataFrame:
        """Table of `misread.metrics.misreadings.tables`."""
        return pd.read_csv(TABLES / "confusions.csv")

    @cached_property
    def permits_more(self) -> pd.DataFrame:
        """Table of `misread.metrics.misreadings.tables`."""
        return pd.read_csv(TABLES / "permits_more.csv")

    @cached_property
    def noise(self) -> dict[str, dict]:
        """``reports/noise.json``."""
        return texts.read_json(paths.REPORTS / "noise.json")

    @cached_property
    def downstream(self) -> pd.DataFrame:
        """Table of `misread.metrics.gan_scores.downstream`."""
        return store.read_scores(TABLES / "downstream.csv")

    @cached_property
    def gains(self) -> pd.DataFrame:
        """Table of `misread.metrics.gan_scores.gains`."""
        return store.read_scores(TABLES / "gains.csv")

    @cached_property
    def gan_scores(self) -> dict[str, dict]:
        """Key of a GAN -> its scores."""
        return {key: texts.read_json(GANS / f"tables/{key}/scores.json") for key in paths.GANS}

    @cached_property
    def gan_proportions(self) -> dict[str, pd.DataFrame]:
        """Key of a GAN -> table of `misread.metrics.gan_scores.proportions`."""
        return self._of_gans("tables/{}/proportions.csv")

    @cached_property
    def gan_classes(self) -> dict[str, pd.DataFrame]:
        """Key of a GAN -> table of `misread.metrics.gan_scores.per_class`."""
        return self._of_gans("tables/{}/per_class.csv")

    @cached_property
    def gan_noise(self) -> dict[str, pd.DataFrame]:
        """Key of a GAN -> table of `misread.metrics.gan_scores.noise_content`."""
        return self._of_gans("tables/{}/noise.csv")

    @cached_property
    def gan_histories(self) -> dict[str, pd.DataFrame]:
        """Key of a GAN -> losses and the discriminator's accuracies by epoch."""
        return self._of_gans("history/{}.csv")

    @cached_property
    def gan_variants(self) -> pd.DataFrame:
        """Table of `misread.experiments.compare_gans`, always for GTSRB."""
        return pd.read_csv("docs/comparisons/gan_variants.csv")

    @cached_property
    def own(self) -> dict[str, pd.DataFrame]:
        """Name of a network of the user's own -> table of `misread.own.measured_tables.accuracy_table`."""
        return {name: store.read_scores(own_results.result(name) / "results.csv") for name in self.settings.own}

    @cached_property
    def own_thresholds(self) -> pd.DataFrame:
        """Table of `misread.metrics.sweeps.threshold_table` of the networks in `own`."""
        return sweeps.threshold_table(
            {name: texts.read_json(own_results.result(name) / "thresholds.json") for name in self.own}
        )

    @cached_property
    def counts(self) -> Counts:
        """Numbers of images."""
        held_out = pd.read_csv(paths.index("train")).validation
        test = int(self.downstream.n.max())
        sweep = self.settings.sweep
        return Counts(
            training=int((~held_out).sum()),
            held_out=int(held_out.sum()),
            test=test,
            sweep=min(test, sweep.images or test),
            fourier=min(test, sweep.fourier.images or test),
            compared=self.settings.gan.evaluation.images,
        )

    def _scores(self, name: str, key: str) -> pd.DataFrame:
        return store.read_scores(paths.scores(key) / f"{name}.csv")

    def _of_all(self, name: str) -> pd.DataFrame:
        return pd.concat([self._scores(name, key) for key in self.keys], ignore_index=True)

    def _of_gans(self, pattern: str) -> dict[str, pd.DataFrame]:
        return {key: pd.read_csv(GANS / pattern.format(key)) for key in paths.GANS}
