"""The most frequent confusions between classes."""

import pandas as pd


def frequent_confusions(predictions: pd.DataFrame, count: int) -> pd.DataFrame:
    """The most frequent confusions in one set.

    Args:
        predictions: a row for each image: label, prediction.
        count: largest number of rows of the result.

    Returns:
        At most ``count`` rows, the most frequent first: label, prediction, images, share (of the images of the class).

    """
    wrong = predictions[predictions.label != predictions.prediction]
    pairs = wrong.groupby(["label", "prediction"]).size().rename("images").reset_index()
    pairs = pairs.sort_values(["images", "label", "prediction"], ascending=[False, True, True]).head(count)
    sizes = predictions.groupby("label").size()
    pairs["share"] = pairs.images / sizes[pairs.label].to_numpy()
    return pairs.reset_index(drop=True)
