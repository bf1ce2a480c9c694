"""Fetch the ImageNet weights of one network's backbone up to its cut: pretrained NETWORK."""

import sys

from misread import params, paths, stage
from misread.data import store
from misread.networks import NETWORKS


def main() -> None:
    (name,) = sys.argv[1:]
    network = params.load().networks[name]
    target = paths.backbone_weights(name)
    with store.complete_or_absent(target.parent) as folder:
        folder.mkdir()
        if NETWORKS[name].backbone is None:
            (folder / "none").write_text("this network has no backbone\n", encoding="utf-8")
        elif network.weights is None:
            (folder / "random").write_text("no pretrained weights: random initialisation\n", encoding="utf-8")
        else:
            from misread import imagenet  # imports TensorFlow
            from misread.training import backbones

            backbone = imagenet.fetch(name, network.image_size, network.cut)
            backbones.save_weights(backbone, folder / target.name)


if __name__ == "__main__":
    stage.run(main)
