"""Scores of the GANs' images, and what their discriminators classify as real."""

import pandas as pd

from misread.report import page, wording
from misread.report.results import Results


def scores(results: Results) -> page.Table:
    """Scores of each GAN."""
    rows = [
        {
            "GAN": key,
            "GAN-test": scores.get("gan_test", {}).get("accuracy"),
            "GAN-train": _gan_train(scores),
            "diversity": scores.get("diversity"),
            "FID": scores["fid"],
            "FID of training signs": scores["fid_floor"],
            "KID": page.Shown(f"{scores['kid']:.2f} ± {scores['kid_spread']:.2f}", scores["kid"]),
            "KID of training signs": page.Shown(
                f"{scores['kid_floor']:.2f} ± {scores['kid_spread_floor']:.2f}", scores["kid_floor"]
            ),
            "precision": scores["precision"],
            "recall": scores["recall"],
            "residual noise": scores["residual_rms"],
        }
        for key, scores in results.gan_scores.items()
    ]
    two_decimals = dict.fromkeys(("FID", "FID of training signs", "diversity", "residual noise"), "{:.2f}".format)
    return page.table(
        pd.DataFrame(rows).astype({"GAN-test": float, "diversity": float}),
        "Scores of the GANs",
        "GAN-test: share of the generated signs that the evaluator, a small CNN trained on real signs, classifies "
        "as the intended class. GAN-train: accuracy on the clean test set of small CNNs trained only on generated "
        "signs, and its standard deviation over them. Diversity within a class: 1 is that of real signs. FID, KID, "
        "precision and recall are in the features of the evaluator's last hidden layer, against "
        f"{_compared(results)} held-out signs of the GAN's own regime, from tracks that it has not seen; a GAN "
        "that copies its training signs would reach the values of the training signs. Values of different regimes have "
        "different references and cannot be compared. "
        "Residual noise: RMS of what a median filter removes, grey levels.",
        two_decimals,
    )


def _gan_train(scores: dict) -> page.Shown:
    """GAN-train with its standard deviation over the trainings; a plain GAN has none."""
    found = scores.get("gan_train", {}).get("clean")
    if found is None:
        return page.Shown("", float("nan"))
    spread = "" if found["spread"] is None else f" ± {found['spread']:.3f}"
    return page.Shown(f"{found['accuracy']:.3f}{spread}", found["accuracy"])


def _compared(results: Results) -> str:
    counts = [scores["compared"] for scores in results.gan_scores.values()]
    return wording.between(min(counts), max(counts), "{:,}".format)


def discriminators(results: Results) -> dict[str, str]:
    """Key of a GAN -> shares of the images of some sets that its discriminator classifies as real, in words."""
    sets = ("generated", "clean", *(f"{kind}-max" for kind in results.settings.noise.types.names))
    found = {}
    for key, table in results.gan_proportions.items():
        shares = table.set_index("measure").value
        found[key] = ", ".join(f"{name} {shares[f'taken_for_real.{name}']:.2f}" for name in sets)
    return found
