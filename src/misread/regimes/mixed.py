"""Training on the clean and all stored noisy sets: each image drawn is taken from one of them, at random."""

from misread.regime import Regime

REGIME = Regime(
    trained_on="the clean and all noisy sets",
    line=":",
    marker="^",
    sets=lambda selected, noisy: ["clean", *noisy],
)
