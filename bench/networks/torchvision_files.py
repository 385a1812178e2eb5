#!/usr/bin/env python3
"""Writes torchvision's networks as ONNX files, for networks.py: NAME.onnx of every network here, or of those that are named.

usage: torchvision_files.py FOLDER [NAME,...]

Needs torch and torchvision. Parameters are random (seed 1), as nothing is downloaded, and the batch norms have statistics that differ by channel.
"""

import pathlib
import sys
import warnings

import torch
import torchvision.models as models

NAMES = ("mobilenet_v2", "mobilenet_v3_small", "resnet18", "squeezenet1_1", "shufflenet_v2_x0_5", "mnasnet0_5", "efficientnet_b0",
         "regnet_y_400mf", "googlenet", "densenet121", "lraspp_mobilenet_v3_large", "convnext_tiny")


def network(name):
    options = {"weights": None}
    if name == "googlenet":
        options["init_weights"] = True
    if name.startswith("lraspp"):
        return models.segmentation.lraspp_mobilenet_v3_large(weights_backbone=None, **options)
    return getattr(models, name)(**options)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    for name in sys.argv[2].split(",") if len(sys.argv) == 3 else NAMES:
        if name not in NAMES:
            sys.exit(f"there is no network {name}; there are {', '.join(NAMES)}")
        torch.manual_seed(1)
        made = network(name).eval()
        for layer in made.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.running_mean.normal_(0, 0.1)
                layer.running_var.uniform_(0.5, 1.5)
                layer.weight.data.normal_(1, 0.2)
                layer.bias.data.normal_(0, 0.1)
        torch.onnx.export(made, (torch.randn(1, 3, 224, 224),), str(folder / f"tv_{name}.onnx"), dynamo=False)
        print(f"{name}: written", flush=True)


if __name__ == "__main__":
    main()
