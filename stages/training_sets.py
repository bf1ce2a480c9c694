"""What each regime learns from."""

from pathlib import Path

from misread import params


def folders(regime: str, noise: params.Noise, size: int) -> list[Path]:
    """Folders of the training sets of a regime, at a size in pixels.

    ``clean``: the clean set; ``noisy``: the selected noisy one; ``mixed``: the clean and all noisy ones.
    """
    clean = Path(f"data/clean/{size}/train")
    noisy = Path("data/noisy")
    return {
        "clean": [clean],
        "noisy": [noisy / f"{noise.type}-{noise.level}/{size}/train"],
        "mixed": [
            clean,
            *(noisy / f"{kind}-{level}/{size}/train" for kind in params.NOISE_TYPES for level in params.LEVELS),
        ],
    }[regime]
