"""Bring the ImageNet weights of one backbone, cut where its network needs them: pretrained.py NETWORK."""

import sys
from pathlib import Path

import stage
from misread import params
from misread.data import store
from misread.networks import backbones, pretrained


def main() -> None:
    (name,) = sys.argv[1:]
    network = params.load().networks[name]
    with store.complete_or_absent(Path(f"models/pretrained/{name}")) as folder:
        folder.mkdir()
        if network.weights is None:
            (folder / "random").write_text("no pretrained weights: random initialisation\n", encoding="utf-8")
        else:
            backbone = pretrained.fetch(name, network.image_size, network.cut)
            backbones.save_weights(backbone, folder / pretrained.FILE)


if __name__ == "__main__":
    stage.run(main)
