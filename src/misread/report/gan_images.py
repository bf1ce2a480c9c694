"""The images that the GANs generate: samples, fidelity, and the noise in them."""

from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread import paths
from misread.report import gan_fidelity, page, style
from misread.report.results import GANS, Results
from misread.report.topic import Drawn, Topic

ROWS = 3  # rows of samples
GAN_COLORS = {"gan": "#CC79A7", "cgan": "#E69F00"}  # Okabe and Ito's palette
REGIME_MARKERS = {"clean": "o", "noisy": "s"}


def samples(grids: dict[str, np.ndarray], rows: int, source: str) -> Figure:
    """Generated signs of each GAN, one grid below the other; grids of conditional GANs have a column for each class.

    Args:
        grids: key (``KIND-REGIME``) -> image, uint8 ``(H, W, 3)``.
        rows: number of rows of signs of each GAN.
        source: ``gtsrb`` or ``synthetic``.

    """
    size = [grid.shape[0] // rows for grid in grids.values()]
    heights = [rows * grid.shape[0] / grid.shape[1] for grid in grids.values()]
    figure, panels = plt.subplots(
        len(grids), 1, figsize=(11, 11 * sum(heights) / rows + 0.3 * len(size)), height_ratios=heights, squeeze=False
    )
    for axes, (key, grid) in zip(panels[:, 0], grids.items(), strict=True):
        style.show(axes, grid, key)
    style.source_note(figure, source)
    return figure


def last_grid(folder: Path, size: int) -> np.ndarray:
    """The top rows of the samples that were generated after the last epoch."""
    return cv2.imread(str(max(folder.glob("epoch-*.png"))))[: ROWS * size, :, ::-1]


def training(histories: dict[str, pd.DataFrame], source: str) -> Figure:
    """Losses and the discriminator's accuracy in each epoch, a column for each GAN.

    Args:
        histories: key -> table of `misread.gans.fitting.train`.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, panels = plt.subplots(2, len(histories), figsize=(2.9 * len(histories), 4.6), sharex="col", squeeze=False)
    for (losses, shares), (key, history) in zip(panels.T, histories.items(), strict=True):
        losses.plot(history.epoch, history.discriminator_loss, color="#0072B2", label="discriminator")
        losses.plot(history.epoch, history.generator_loss, color="#D55E00", label="generator")
        losses.set(title=key)
        shares.plot(history.epoch, history.real_accuracy, color="#0072B2", label="on real images")
        shares.plot(history.epoch, history.fake_accuracy, color="#D55E00", label="on generated images")
        shares.set(xlabel="epoch", ylim=(0, 1.02))
        shares.xaxis.get_major_locator().set_params(integer=True)
    panels[0, 0].set_ylabel("loss")
    panels[1, 0].set_ylabel("discriminator's accuracy")
    for axes in panels[:, 0]:
        axes.legend(fontsize=7)
    style.source_note(figure, source)
    return figure


def by_class(tables: dict[str, pd.DataFrame], source: str) -> Figure:
    """Which classes the evaluator predicts for the generated images, a panel for each GAN.

    For a conditional GAN: the share of each class's images for which the evaluator predicts the class, with 95%
    intervals. For a plain GAN: the share of all images for which the evaluator predicts the class, beside the share of
    the class in the training images.

    Args:
        tables: key (``KIND-REGIME``) -> table of `misread.metrics.gan_scores.per_class`.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, panels = plt.subplots(len(tables), 1, figsize=(10, 1.9 * len(tables)), sharex=True, squeeze=False)
    for axes, (key, table) in zip(panels[:, 0], tables.items(), strict=True):
        color = GAN_COLORS[key.partition("-")[0]]
        if "gan_test" in table:
            errors = np.abs(table[["low", "high"]].to_numpy().T - table.gan_test.to_numpy())
            axes.bar(table.class_id, table.gan_test, color=color, yerr=errors, ecolor="#555555", capsize=1.5)
            axes.set(title=key, ylabel="GAN-test", ylim=(0, 1.02))
        else:
            axes.bar(table.class_id, table.seen_share, color=color, label="generated")
            axes.plot(table.class_id, table.training_share, "k_", ms=8, label="training images")
            axes.set(title=key, ylabel="share of images")
            axes.legend(fontsize=7)
        axes.grid(visible=False, axis="x")
    panels[-1, 0].set(xlabel="class")
    panels[-1, 0].set_xticks(range(0, int(table.class_id.max()) + 1, 2))
    style.source_note(figure, source)
    return figure


def fidelity(scores: dict[str, dict], source: str) -> Figure:
    """FID, KID, precision and recall of each GAN, with a black line at the value of the training images.

    Args:
        scores: key -> fid, kid, precision and recall, each also with the suffix ``_floor``.
        source: ``gtsrb`` or ``synthetic``.

    """
    measures = {
        "fid": "FID (lower is closer)",
        "kid": "KID (lower is closer)",
        "precision": "precision",
        "recall": "recall",
    }
    figure, panels = plt.subplots(1, len(measures), figsize=(10.5, 2.3), sharey=True)
    rows = range(len(scores))
    for axes, (measure, title) in zip(panels, measures.items(), strict=True):
        axes.barh(
            rows,
            [one[measure] for one in scores.values()],
            color=[GAN_COLORS[key.partition("-")[0]] for key in scores],
        )
        axes.plot([one[f"{measure}_floor"] for one in scores.values()], rows, "k|", ms=16, mew=2)
        axes.set(title=title)
        axes.grid(visible=False, axis="y")
        if measure in ("precision", "recall"):
            axes.set_xlim(0, 1)
    panels[0].set_yticks(rows, scores)
    panels[0].invert_yaxis()
    style.source_note(figure, source)
    return figure


def taken_for_real(tables: dict[str, pd.DataFrame], source: str) -> Figure:
    """Share of the images of each set that the discriminators classify as real, with 95% intervals.

    Args:
        tables: key -> table of `misread.metrics.gan_scores.proportions`.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, axes = plt.subplots(figsize=(7, 4.2))
    for offset, (key, table) in zip(np.linspace(-0.25, 0.25, len(tables)), tables.items(), strict=True):
        kind, regime = key.split("-")
        values = table[table.measure.str.startswith("taken_for_real.")]
        names = values.measure.str.removeprefix("taken_for_real.")
        axes.errorbar(
            values.value, np.arange(len(names)) + offset, xerr=(values.value - values.low, values.high - values.value),
            fmt=REGIME_MARKERS[regime], ms=4, color=GAN_COLORS[kind], mfc="white" if regime == "noisy" else None,
            label=key,
        )  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set(xlabel="share of images that the discriminator classifies as real", xlim=(-0.02, 1.02))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize=8)
    style.source_note(figure, source)
    return figure


def noise(tables: dict[str, pd.DataFrame], source: str) -> Figure:
    """The residual of a median filter in generated images and in real sets.

    Args:
        tables: key -> table of `misread.metrics.gan_scores.noise_content`; its first row is that of the generated
            images.
        source: ``gtsrb`` or ``synthetic``.

    """
    real = next(iter(tables.values())).iloc[1:]
    names = [*tables, *real.images]
    measures = {
        "residual_rms": "residual of a median filter, RMS grey levels",
        "periodic_power": "power at the frequency of the periodic noise",
    }
    measures = {measure: title for measure, title in measures.items() if measure in real}
    colors = ["#E69F00"] * len(tables) + ["#7f7f7f"] * len(real)
    figure, panels = plt.subplots(1, len(measures), figsize=(4.75 * len(measures), 4.2), sharey=True, squeeze=False)
    for axes, (measure, title) in zip(panels[0], measures.items(), strict=True):
        values = [*(table[measure].iloc[0] for table in tables.values()), *real[measure]]
        if measure == "periodic_power":  # over several powers of ten, which bars cannot show
            axes.scatter(values, names, color=colors)
            axes.set_xscale("log")
        else:
            axes.barh(names, values, color=colors)
        axes.set(xlabel=title)
    panels[0, 0].invert_yaxis()
    style.source_note(figure, source)
    return figure


def figures(results: Results) -> dict[str, Drawn]:
    """Samples, training, classes, fidelity, the discriminators' decisions, and noise."""
    counts, source = results.counts, results.source
    grids = {key: last_grid(GANS / f"training/{key}", results.settings.gan.image_size) for key in paths.GANS}
    scores = {
        key: one | dict(zip(results.gan_proportions[key].measure, results.gan_proportions[key].value, strict=True))
        for key, one in results.gan_scores.items()
    }
    compared = f"n = {counts.compared:,} images of each at most"
    return {
        "samples": Drawn(
            samples(grids, ROWS, source),
            "Generated signs. The conditional GANs (cgan) have a column for each class.",
            "Grids of generated traffic signs",
            photographs=True,
        ),
        "training": Drawn(
            training(results.gan_histories, source),
            "Losses and the discriminator's accuracy after each epoch.",
            "Curves of two losses and two accuracies for each GAN",
        ),
        "by_class": Drawn(
            by_class(results.gan_classes, source),
            "Plain GANs (gan): share of each class among the generated images, as the evaluator classifies them, and "
            "among the training images. Conditional GANs (cgan): GAN-test of each class, with 95% intervals; "
            f"n = {counts.training:,} images of each GAN.",
            "Bars for each class and GAN",
        ),
        "fidelity": Drawn(
            fidelity(scores, source),
            f"Fidelity of the generated signs; black: that of the training signs; {compared}. GANs of "
            "the two regimes have different references, so their values are not comparable.",
            "Bars for each GAN beside those of its training images",
        ),
        "taken_for_real": Drawn(
            taken_for_real(results.gan_proportions, source),
            "Share of images that each discriminator classifies as real, with 95% intervals; "
            f"n = {counts.training:,} generated and training images, {counts.held_out:,} held out, {counts.test:,} in "
            "each test set.",
            "Points with intervals for generated, real and noisy images",
        ),
        "noise": Drawn(
            noise(results.gan_noise, source),
            f"Noise in generated images, and in the clean and noisy training sets; {compared}.",
            "Bars of noise left after a median filter, and points of the power at the frequency of the periodic noise",
        ),
    }


def tables(results: Results) -> dict[str, page.Table]:
    """Scores of each GAN, and ways to train the conditional one."""
    return {
        "scores": gan_fidelity.scores(results),
        "variants": page.table(
            results.gan_variants,
            "Ways to train the conditional GAN",
            "Measured once on GTSRB, clean signs: how the discriminator gets the class, the loss, the batch size, "
            "Adam's learning rate. The first row holds the default settings of this project, the last row those of "
            "the original study. FID was measured from other real signs than above: compare it within this table only.",
            {"FID": "{:.1f}".format, "learning rate": "{:g}".format},
        ),
    }


def text(results: Results) -> dict[str, object]:
    """What each discriminator classifies as real."""
    return {"source": results.source, "discriminators": gan_fidelity.discriminators(results)}


TOPIC = Topic("Images generated by GANs", figures=figures, tables=tables, text=text)
