"""Bring the ImageNet weights of one backbone, cut where its network needs them: pretrained.py NETWORK."""

import sys

import stage
from misread import params
from misread.data import store


def main() -> None:
    (name,) = sys.argv[1:]
    network = params.load().networks[name]
    target = stage.backbone_weights(name)
    with store.complete_or_absent(target.parent) as folder:
        folder.mkdir()
        if network.weights is None:
            (folder / "random").write_text("no pretrained weights: random initialisation\n", encoding="utf-8")
        else:
            from misread.networks import backbones, pretrained  # which start TensorFlow

            backbone = pretrained.fetch(name, network.image_size, network.cut)
            backbones.save_weights(backbone, folder / target.name)


if __name__ == "__main__":
    stage.run(main)
