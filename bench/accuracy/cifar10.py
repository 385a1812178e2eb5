#!/usr/bin/env python3
"""Accuracy of CIFAR-10 ResNet-20 over widths: float, calibration alone (the best of the calibrators), QFX.

usage: cifar10.py DATA [--out FOLDER] [--qfx PROGRAM] [--float-epochs N] [--epochs N] [--elements W,...] [--products W,...]
                  [--methods M,...] [--markdown FILE]

DATA is the folder of the official binary batches. One float baseline is trained, then every pair of widths starts from
it: `elements` is the width of everything between the convolutions (sums, BatchNorm's pair and result, adds),
`products` that of the convolutions' operands (weights, activations; the first layer and the last keep at least 8).
`--epochs` are those of fine-tuning. What is done is kept in FOLDER and not done again: stop it and go on at will, or
ask for other widths or epochs. The seed is 1 throughout.
"""

import argparse
import pathlib

from runs import Runs

METHODS = ("max", "mean3sd", "percentile", "mse", "kl")

HEAD = """name = "{name}"
seed = 1
{start}
[network]
zoo = "resnet20"

[data]
source = "cifar10:{data}"
batch_size = 128
normalize = {{ divisor = 255, mean = [0.4914, 0.4822, 0.4465], std = [0.2470, 0.2435, 0.2616] }}
augment = {{ flip = true, crop_padding = 4 }}
"""
FLOAT = """
[float]
epochs = {epochs}
learning_rate = 0.1
weight_decay = 5e-4
warmup_epochs = 1

[fixed]
epochs = 0
"""
FIXED = """
[format]
width = {elements}

[format.input]
width = 8

[format.weights]
width = {products}
granularity = "channel"

[[format.override]]
match = ["*relu*"]
width = {products}

[[format.override]]
match = ["conv1.weight", "classifier.weight", "classifier.bias"]
width = {ends}

[[format.override]]
match = ["classifier"]
width = 16

[calibration]
method = "{method}"

[fixed]
epochs = {epochs}
learning_rate = 0.01
"""


class Widths:
    def __init__(self, options):
        self.options = options
        self.runs = Runs(options.out, options.qfx)

    def head(self, name, start=""):
        return HEAD.format(name=name, data=self.options.data, start=start)

    def baseline(self):
        text = self.head("float") + FLOAT.format(epochs=self.options.float_epochs)
        return self.runs.run("train", "float", text)["float_accuracy"]

    def fixed(self, verb, name, elements, products, method):
        start = f'start = "{self.runs.folder / "float"}"\n'
        text = self.head(name, start) + FIXED.format(elements=elements, products=products, ends=max(products, 8),
                                                     method=method, epochs=self.options.epochs)
        return self.runs.run(verb, name, text)


def numbers(text):
    return [int(part) for part in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--out", default="runs/accuracy")
    parser.add_argument("--qfx", default="build/release/bin/qfx")
    parser.add_argument("--float-epochs", type=float, default=15)
    parser.add_argument("--epochs", type=float, default=5)
    parser.add_argument("--elements", type=numbers, default=[16, 12, 10, 8, 6, 5, 4])
    parser.add_argument("--products", type=numbers, default=[8, 4])
    parser.add_argument("--methods", type=lambda text: text.split(","), default=list(METHODS))
    parser.add_argument("--markdown")
    options = parser.parse_args()
    runs = Widths(options)
    accuracy = runs.baseline()
    lines = [f"Float: {100 * accuracy:.2f} %.", "",
             "| convolutions | between them | calibrated (best method) | QFX | QFX less float |", "|---|---|---|---|---|"]
    for products in options.products:
        for elements in options.elements:
            name = f"p{products}_e{elements}"
            ptq = {method: runs.fixed("ptq", f"{name}_ptq_{method}", elements, products, method)["ptq_accuracy"]
                   for method in options.methods}
            best = max(ptq, key=ptq.get)
            fixed = runs.fixed("train", f"{name}_qfx{options.epochs:g}", elements, products, "mse")["fixed_accuracy"]
            lines.append(f"| {products}/{products} | {elements} bits | {100 * ptq[best]:.2f} % ({best}) | "
                         f"{100 * fixed:.2f} % | {100 * (fixed - accuracy):+.2f} |")
            print(lines[-1], flush=True)
    if options.markdown:
        pathlib.Path(options.markdown).write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
