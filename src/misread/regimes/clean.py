"""Training on clean signs."""

from misread.regime import Regime

REGIME = Regime(trained_on="clean signs", line="-", marker="o", sets=lambda selected, noisy: ["clean"])
