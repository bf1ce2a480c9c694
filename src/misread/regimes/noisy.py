"""Training on one stored noisy set, as in the original study; augmentation comes after the noise."""

from misread.regime import Regime

REGIME = Regime(trained_on="signs with {} noise", line="--", marker="s", sets=lambda selected, noisy: [selected])
