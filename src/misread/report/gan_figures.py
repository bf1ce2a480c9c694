"""Figures of the GANs: samples, training, how true their images are, what these teach, the noise in them."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from misread.analysis.scores import set_name
from misread.params import LEVELS, NOISE_TYPES
from misread.report import style

# Okabe and Ito's palette.
GAN_COLORS = {"gan": "#CC79A7", "cgan": "#E69F00"}
REGIME_MARKERS = {"clean": "o", "noisy": "s"}
# Controls are grey and black, told apart by their lines.
STUDENT_STYLES = {
    "real": ("#000000", ":"),
    "label_safe": ("#000000", "-"),
    "noise": ("#7f7f7f", "--"),
    "generated-clean": ("#E69F00", "-"),
    "generated-noisy": ("#E69F00", "--"),
    "augmented-clean": ("#56B4E9", "-"),
    "augmented-noisy": ("#56B4E9", "--"),
}


def samples(grids: dict[str, np.ndarray], rows: int, source: str) -> Figure:
    """Generated signs of each GAN, one grid under the other; those of the conditional ones have a column a class.

    Args:
        grids: key (``KIND-REGIME``) -> image, uint8 ``(H, W, 3)``.
        rows: of signs to show of each.
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


def training(histories: dict[str, pd.DataFrame], source: str) -> Figure:
    """Losses and the discriminator's accuracy after each epoch, a column for each GAN.

    Args:
        histories: key -> table of `misread.gans.training.train`.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, panels = plt.subplots(2, len(histories), figsize=(2.9 * len(histories), 4.6), sharex="col", squeeze=False)
    for (losses, shares), (key, history) in zip(panels.T, histories.items(), strict=True):
        losses.plot(history.epoch, history.discriminator_loss, color="#0072B2", label="discriminator")
        losses.plot(history.epoch, history.generator_loss, color="#D55E00", label="generator")
        losses.set(title=key)
        shares.plot(history.epoch, history.real_accuracy, color="#0072B2", label="real, taken for real")
        shares.plot(history.epoch, history.fake_accuracy, color="#D55E00", label="generated, taken for generated")
        shares.set(xlabel="epoch", ylim=(0, 1.02))
        shares.xaxis.get_major_locator().set_params(integer=True)
    panels[0, 0].set_ylabel("loss")
    panels[1, 0].set_ylabel("discriminator's accuracy")
    for axes in panels[:, 0]:
        axes.legend(fontsize=7)
    style.source_note(figure, source)
    return figure


def lessons(students: pd.DataFrame, source: str) -> Figure:
    """Accuracy of every student against the noise level with 95% intervals, a panel for each noise type.

    Args:
        students: table of `misread.analysis.gan_scores.students`.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, panels = plt.subplots(1, len(NOISE_TYPES), figsize=(10.5, 4.1), sharey=True)
    steps = ["clean", *LEVELS]
    for axes, noise_type in zip(panels, NOISE_TYPES, strict=True):
        for student, table in students.groupby("student", sort=False):
            values = table[table.noise_type.isin(["none", noise_type])]
            errors = np.abs(values[["low", "high"]].to_numpy().T - values.accuracy.to_numpy())
            color, line = STUDENT_STYLES[student]
            axes.errorbar(
                range(len(steps)), values.accuracy, errors, color=color, ls=line, marker="o", ms=3, capsize=2, lw=1.4,
                label=student,
            )  # fmt: skip
        axes.set(title=style.NOISE_NAMES[noise_type], xlabel="noise level", ylim=(0, 1.02))
        axes.set_xticks(range(len(steps)), steps)
    panels[0].set_ylabel(f"accuracy on {students.n.max():,} test images")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize=8)
    style.source_note(figure, source)
    return figure


def gains(table: pd.DataFrame, source: str) -> Figure:
    """What generated images add to each control, with 95% intervals; a panel for each regime of the GAN.

    Args:
        table: of `misread.analysis.gan_scores.gains`.
        source: ``gtsrb`` or ``synthetic``.

    """
    students = table.student.unique()
    figure, panels = plt.subplots(1, len(students), figsize=(4.8 * len(students), 4.4), sharey=True, squeeze=False)
    for axes, student in zip(panels[0], students, strict=True):
        part = table[table.student == student]
        controls = part.control.unique()
        for offset, control in zip(np.linspace(-0.25, 0.25, len(controls)), controls, strict=True):
            values = part[part.control == control]
            sets = [set_name(*name) for name in zip(values.noise_type, values.noise_level, strict=True)]
            color, line = STUDENT_STYLES[control]
            axes.errorbar(
                values.gain, np.arange(len(sets)) + offset, xerr=(values.gain - values.low, values.high - values.gain),
                fmt="o", ms=4, mfc=color if line == "-" else "white", color=color, ls="none", label=f"less {control}",
            )  # fmt: skip
        axes.axvline(0, color="black", lw=0.8)
        axes.set(title=student, xlabel="difference of accuracy, same images")
        axes.set_yticks(range(len(sets)), sets)
    panels[0, 0].invert_yaxis()
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    style.source_note(figure, source)
    return figure


def by_class(tables: dict[str, pd.DataFrame], source: str) -> Figure:
    """What the judge sees in the images of each class, a panel for each GAN.

    Of a conditional GAN the share of the images of a class in which the judge sees this class, with 95% intervals; of a
    plain one the share of all images in which it sees the class, beside that of the training images.

    Args:
        tables: key (``KIND-REGIME``) -> table of `misread.analysis.gan_scores.per_class`.
        source: ``gtsrb`` or ``synthetic``.

    """
    figure, panels = plt.subplots(len(tables), 1, figsize=(10, 1.9 * len(tables)), sharex=True, squeeze=False)
    for axes, (key, table) in zip(panels[:, 0], tables.items(), strict=True):
        color = GAN_COLORS[key.partition("-")[0]]
        if "gan_test" in table:
            errors = np.abs(table[["low", "high"]].to_numpy().T - table.gan_test.to_numpy())
            axes.bar(table.class_id, table.gan_test, color=color, yerr=errors, ecolor="#555555", capsize=1.5)
            axes.set(title=key, ylabel="seen as its class", ylim=(0, 1.02))
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


def closeness(metrics: dict[str, dict], source: str) -> Figure:
    """FID, KID, precision and recall of each GAN; a black line where the training images lie.

    Args:
        metrics: key -> fid, kid, precision and recall, each also with the ending ``_floor``.
        source: ``gtsrb`` or ``synthetic``.

    """
    measures = {
        "fid": "FID (lower is closer)",
        "kid": "KID (lower is closer)",
        "precision": "precision",
        "recall": "recall",
    }
    figure, panels = plt.subplots(1, len(measures), figsize=(10.5, 2.3), sharey=True)
    rows = range(len(metrics))
    for axes, (measure, title) in zip(panels, measures.items(), strict=True):
        axes.barh(
            rows,
            [one[measure] for one in metrics.values()],
            color=[GAN_COLORS[key.partition("-")[0]] for key in metrics],
        )
        axes.plot([one[f"{measure}_floor"] for one in metrics.values()], rows, "k|", ms=16, mew=2)
        axes.set(title=title)
        axes.grid(visible=False, axis="y")
        if measure in ("precision", "recall"):
            axes.set_xlim(0, 1)
    panels[0].set_yticks(rows, metrics)
    panels[0].invert_yaxis()
    style.source_note(figure, source)
    return figure


def taken_for_real(tables: dict[str, pd.DataFrame], source: str) -> Figure:
    """Share of the images of each set that the discriminators take for real, with 95% intervals.

    Args:
        tables: key -> table of `misread.analysis.gan_scores.proportions`.
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
    axes.set(xlabel="taken for real by the discriminator (share of the images)", xlim=(-0.02, 1.02))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize=8)
    style.source_note(figure, source)
    return figure


def noise(tables: dict[str, pd.DataFrame], source: str) -> Figure:
    """What a median filter takes away from generated images, beside the same of the real sets.

    Args:
        tables: key -> table of `misread.analysis.gan_scores.noise_content`; its first row is of the generated images.
        source: ``gtsrb`` or ``synthetic``.

    """
    real = next(iter(tables.values())).iloc[1:]
    names = [*tables, *real.images]
    values = [*(table.residual_rms.iloc[0] for table in tables.values()), *real.residual_rms]
    waves = [*(table.wave_power.iloc[0] for table in tables.values()), *real.wave_power]
    colors = ["#E69F00"] * len(tables) + ["#7f7f7f"] * len(real)
    figure, panels = plt.subplots(1, 2, figsize=(9.5, 4.2), sharey=True)
    for axes, numbers, title in zip(
        panels, (values, waves), ("residual of a median filter, RMS grey levels", "power at the frequency of the wave"),
        strict=True,
    ):  # fmt: skip
        axes.barh(names, numbers, color=colors)
        axes.set(xlabel=title)
    panels[1].set_xscale("log")
    panels[0].invert_yaxis()
    style.source_note(figure, source)
    return figure
