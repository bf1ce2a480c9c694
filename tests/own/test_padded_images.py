"""RMSE and PSNR of noise on padded images are those of the images' own pixels, however the images are measured."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from misread.own import files
from misread.own.command import main
from misread.own.files import Request

pytestmark = pytest.mark.usefixtures("one_process")
KEYS = ["image", "noise_type", "strength"]
CLASSES = ["first", "second", "third"]
NOISE = ["--strengths", "gaussian=15,80,333.25", "--strengths", "salt_pepper=0.3,0.6"]


def test_padding_has_the_same_weight_in_both_measurements(few_bands, tmp_path):
    few_bands.write(tmp_path / "data")
    rng = np.random.default_rng(0)
    for number, path in enumerate(sorted((tmp_path / "data").rglob("*.png"))):
        darkest = 80 * CLASSES.index(path.parent.name)
        values = rng.integers(darkest, darkest + 60, (12, 3 + number % 10, 3), np.uint8)  # most need padding
        Image.fromarray(values).save(path)
    code = "import numpy as np\n\ndef predict(images):\n    return np.eye(3)[images.max(axis=(1, 2, 3)) // 80 % 3]\n"
    (tmp_path / "brightest.py").write_text(code, encoding="utf-8")
    resized = ["--size", "12", "--resize", "letterbox"]
    main(["noise", f"{tmp_path / 'data'}", "--out", f"{tmp_path / 'noisy'}", *NOISE, *resized])
    manifest = pd.read_csv(tmp_path / "noisy/manifest.csv")
    manifest[KEYS].assign(prediction=manifest.label).to_csv(tmp_path / "predictions.csv", index=False)
    strengths = [("gaussian", [15.0, 80.0, 333.25]), ("salt_pepper", [0.3, 0.6])]
    direct, stored = (
        files.measure(Request(str(tmp_path / model), str(tmp_path / data), tmp_path / "out", **options))
        for model, data, options in (
            (
                "brightest.py:predict",
                "data",
                {"size": (12, 12), "resize": "letterbox", "strengths": strengths, "refine": 0},
            ),
            ("predictions.csv", "noisy", {}),
        )
    )
    columns = ["noise_type", "strength", "rmse", "psnr"]
    pd.testing.assert_frame_equal(stored.accuracy[columns], direct.accuracy[columns])
