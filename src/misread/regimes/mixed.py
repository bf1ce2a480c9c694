"""Training on the clean and all stored noisy sets: each time an image is drawn, it comes from a random one of them."""

from misread.regime import Regime

REGIME = Regime(
    trained_on="the clean and all noisy sets",
    line=":",
    marker="^",
    sets=lambda selected, noisy: ["clean", *noisy],
)
