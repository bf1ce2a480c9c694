"""What the numbers are valid for: claims with their evidence and their limits, and earlier claims that did not hold."""

import pandas as pd

from misread.report import page
from misread.report.results import Results
from misread.report.topic import Topic

# Claim, evidence (a section of the page), limit.
CLAIMS = (
    (
        "The strength at which a network fails on 10% of the signs",
        "Where networks start to fail",
        "for this network, image size and resize policy, and for noise that is added after resizing",
    ),
    (
        "One noise disrupts a network more than another at the same energy",
        "Which noise disrupts most",
        "where all four measures agree; at the same energy of the luma (the brightness), the order may be another, "
        "and one period and angle do not represent all periodic noise",
    ),
    (
        "The change of the accuracy by training on noise",
        "Training on noise",
        "for the types of noise in training; a type that is left out is another question",
    ),
    (
        "One network is more robust than another",
        "Where networks start to fail",
        "networks differ in image size, padding and pretraining as well; the order of networks that were trained once "
        "may change in another training",
    ),
    (
        "The change of the accuracy by generated signs as training data",
        "Generated images as training data",
        "for small GANs, each trained once, at one image size",
    ),
)
# Of the study on GTSRB: what earlier versions claimed or suggested, and what is wrong with it.
WITHDRAWN = (
    ("Intervals of the accuracies extend by at most 0.009", "they treated the frames of one track as independent"),
    (
        "Periodic noise lowers the accuracy most for five of nine networks",
        "by four measures, it is the most disruptive for four; and one period and angle do not represent all periodic "
        "noise",
    ),
    (
        "Larger images tolerate noise of a lower PSNR",
        "padding counted as image: without it, a noise has nearly the same PSNR at every size",
    ),
    (
        "Some signs never fail under periodic noise",
        "under the strongest noise, the small CNN trained on clean signs classifies nearly all signs as one or two "
        "classes, so signs of these classes are correct by chance",
    ),
    (
        "Discriminators classify noisy signs as generated",
        "the discriminators differ: several classify most noisy signs as real",
    ),
    (
        "The FID of generated signs can be compared with that of two halves of the training signs",
        "the GANs had seen both halves; held-out tracks are the reference now",
    ),
    (
        "Adding signs of a conditional GAN to the training signs raises the accuracy under salt & pepper noise by 0.04",
        "over three trainings of the classifier, the interval of the change contains 0",
    ),
    (
        "Training on salt & pepper noise costs 0.08 to 0.14 accuracy on clean signs",
        "so it does for padded images; with signs that fill the image (roi), it cost the small CNN 0.025 in one "
        "training",
    ),
    ("Differences of 0.01 between networks or training sets", "another seed may reverse them"),
)
NOT_SHOWN = (
    "Noise of real cameras: sensor noise is added before the sign is cut out and resized, and depends on the signal.",
    "Weather, blur, dirt, and compression.",
    "Signs of other countries, and signs in a scene: GTSRB has cut-out signs of 43 German classes.",
    "Attacks: the noise is random, and nobody has searched for the worst.",
)


def tables(results: Results) -> dict[str, page.Table]:
    """Claims with their evidence and limits."""
    return {
        "claims": page.table(
            pd.DataFrame(CLAIMS, columns=["claim", "evidence: section", "limit"]),
            "What is claimed",
            "Each claim, where its numbers are, and how far it goes.",
        ),
        "withdrawn": page.table(
            pd.DataFrame(WITHDRAWN, columns=["claim", "what is wrong with it"]),
            "Claims of earlier versions",
            "What earlier versions of this page and of the README said or suggested, and what is wrong with it.",
        ),
    }


def text(results: Results) -> dict[str, object]:
    """What the study does not show."""
    return {"not_shown": NOT_SHOWN, "source": results.source}


TOPIC = Topic("What the numbers are valid for", tables=tables, text=text)
