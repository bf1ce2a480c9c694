"""What the report says of each figure: what is seen, and of how many images."""

from typing import NamedTuple


class Counts(NamedTuple):
    """Numbers of images."""

    learnt: int  # learnt from, and as many generated
    held_out: int  # for validation
    test: int  # in the whole test set
    sweep: int  # in the part of it that the fine grids of noise are measured on
    waves: int  # in the part that the grid of waves is measured on
    compared: int  # at most, generated and real ones, between which distances are measured


def captions(counts: Counts, noise: str) -> dict[str, tuple[str, str]]:
    """What is said under each figure, and instead of it to those who cannot see it; by its name in ``reports/figures``.

    Args:
        counts: of images.
        noise: what the selected noisy set is called.

    """
    every, part, waves = f"n = {counts.test:,}", f"n = {counts.sweep:,}", f"n = {counts.waves:,}"
    trained = f"n = {counts.learnt:,} and {counts.held_out:,}"
    return {
        "data/samples": ("Test signs, one of each class.", "A grid of traffic signs, one of each class"),
        "data/class_distribution": (
            f"Images of each class in the training, validation and test sets, {counts.learnt:,}, {counts.held_out:,} "
            f"and {counts.test:,} in all.",
            "Bars for each class, for the training, validation and test sets",
        ),
        "data/noise_grid": (
            "A sign under each type and level of noise.",
            "One sign nine times, under salt and pepper, periodic and Gaussian noise, each at three levels",
        ),
        "results/training_curves": (
            f"Accuracy on training and validation images after each epoch; {trained}.",
            "Curves of training and validation accuracy for each network and regime",
        ),
        "results/accuracy_by_level": (
            f"Accuracy against the level of each noise, with 95% intervals; {every}.",
            "Lines of accuracy over the level of noise, for each network and regime, a panel for each type of noise",
        ),
        "results/before_and_after": (
            f"Some test signs, and what they are read as without noise and under {noise} noise.",
            "Pairs of signs before and after noise, with the classes that the network predicts",
        ),
        "results/confusion": (
            f"Share of each class read as another under {noise} noise; {every}.",
            "Confusion matrices, one for each network and regime",
        ),
        "failure/curves": (
            "Noise-induced misclassification over strength: dots measured, lines fitted so that they never "
            f"fall; grey: 5%, 10% and 50%. Of {part} test images those that are right without noise.",
            "Curves of failures over strength, a panel for each of three types of noise",
        ),
        "failure/thresholds": (
            f"The strength at which 10% fail, with 95% bootstrap intervals; {part} less those misread without noise. "
            "An arrow: the interval ends outside the grid.",
            "Dots with intervals for each network and type of noise",
        ),
        "failure/equal_energy": (
            f"Accuracy against PSNR after clipping; {part}.",
            "Curves for three types of noise, a panel for each network and regime",
        ),
        "failure/waves": (
            f"Accuracy under periodic noise of one amplitude over its period and angle; {waves}.",
            "Heat maps of accuracy over period and angle, one for each network and regime",
        ),
        "failure/transfer": (
            f"Accuracy of every network and regime on every test set; {every}.",
            "A heat map with a row for each network and regime and a column for each test set",
        ),
        "failure/permits_more": (
            "Share of commanding signs read as something that permits more, with 95% intervals, without noise and "
            f"under {noise} noise; of {every} all that command.",
            "Dots with intervals, open without noise and filled with it, for each network and regime",
        ),
        "failure/fragility": (
            f"The smallest noise at which signs of each class fail: median and middle half; {part} less those misread "
            "without noise. Never: on the whole grid of strengths. A class of a few signs says little.",
            "Dots with bars for each class, the most fragile classes first; right of a line those that never fail",
        ),
        "gans/samples": (
            "Generated signs; those of the conditional GANs have a column for each class.",
            "Grids of generated traffic signs",
        ),
        "gans/training": (
            "Losses and the discriminator's accuracy after each epoch.",
            "Curves of two losses and two accuracies for each GAN",
        ),
        "gans/by_class": (
            "Above, plain GANs: which classes the judge sees in their signs, beside the training images. Below, "
            f"conditional GANs: how often it sees the wanted class, with 95% intervals; "
            f"n = {counts.learnt:,} signs of each GAN.",
            "Bars for each class and GAN",
        ),
        "gans/closeness": (
            "Distances of generated from real signs; black: those of other real signs; at most "
            f"{counts.compared:,} of each.",
            "Bars for each GAN beside the floor of real signs",
        ),
        "gans/taken_for_real": (
            "Share of images that each discriminator takes for real, with 95% intervals; "
            f"n = {counts.learnt:,} generated ones and as many learnt from, {counts.held_out:,} held out, "
            f"{counts.test:,} of each test set.",
            "Points with intervals for generated, real and noisy images",
        ),
        "gans/lessons": (
            f"Accuracy of small networks that learnt from real signs, generated ones, or both; {every}.",
            "Lines of accuracy over the level of noise, one for each student",
        ),
        "gans/gains": (
            f"What generated signs add to the accuracy of real ones, paired, with 95% intervals; {every}.",
            "Points with intervals beside a line at zero, for each test set",
        ),
        "gans/noise": (
            "Noise in generated images beside that in clean and noisy training sets; at most "
            f"{counts.compared:,} images of each.",
            "Bars of noise left after a median filter, and the power at the frequency of the periodic noise",
        ),
    }
