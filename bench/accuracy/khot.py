#!/usr/bin/env python3
"""CIFAR-10 ResNet-20 at 8 bits with at most K ones in every constant: weights, scales and slopes.

usage: khot.py DATA [--out FOLDER] [--qfx PROGRAM] [--float-epochs N] [--epochs N] [--rows K,...] [--markdown FILE]

DATA is the folder of the official binary batches. The float baseline is that of cifar10.py, and shared with it in FOLDER. A row
is 8 (no limit), or 1 to 4 followed by m (ones of the magnitude) or s (signed digits): 2s. Each is calibrated alone, and fine-tuned
for `--epochs`. What is done is kept in FOLDER and not done again: stop it and go on at will. The seed is 1 throughout.
"""

import argparse
import pathlib

from cifar10 import FLOAT, HEAD
from runs import Runs

FIXED = """
[format]
width = 8
{k_hot}
[format.weights]
granularity = "channel"

[[format.override]]
match = ["classifier"]
width = 16

[calibration]
method = "mse"

[fixed]
epochs = {epochs}
learning_rate = 0.01
"""
ROWS = ["8"] + [f"{k}{form}" for form in "ms" for k in (1, 2, 3, 4)]
FORMS = {"m": "ones of the magnitude", "s": "signed digits"}


def row_name(row):
    return "8 bits, no limit" if row == "8" else f"K = {row[0]}, {FORMS[row[1]]}"


def row_keys(row):
    if row == "8":
        return ""
    return f"k_hot = {row[0]}\n" + ("signed_digits = true\n" if row[1] == "s" else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--out", default="runs/accuracy")
    parser.add_argument("--qfx", default="build/release/bin/qfx")
    parser.add_argument("--float-epochs", type=float, default=15)
    parser.add_argument("--epochs", type=float, default=5)
    parser.add_argument("--rows", type=lambda text: text.split(","), default=ROWS)
    parser.add_argument("--markdown")
    options = parser.parse_args()
    for row in options.rows:
        if row not in ROWS:
            parser.error(f"there is no row {row}; there are {', '.join(ROWS)}")

    runs = Runs(options.out, options.qfx)
    head = {"data": options.data}
    baseline = runs.run("train", "float", HEAD.format(name="float", start="", **head) +
                        FLOAT.format(epochs=options.float_epochs))["float_accuracy"]
    start = f'start = "{runs.folder / "float"}"\n'
    lines = [f"Float: {100 * baseline:.2f} %.", "", "| constants | calibrated | QFX | QFX less float |", "|---|---|---|---|"]
    for row in options.rows:
        keys = FIXED.format(k_hot=row_keys(row), epochs=options.epochs)
        figures = {}
        for verb, key in (("ptq", "ptq_accuracy"), ("train", "fixed_accuracy")):
            name = f"khot_{row}_{verb}" + (f"{options.epochs:g}" if verb == "train" else "")
            figures[verb] = runs.run(verb, name, HEAD.format(name=name, start=start, **head) + keys)[key]
        lines.append(f"| {row_name(row)} | {100 * figures['ptq']:.2f} % | {100 * figures['train']:.2f} % | "
                     f"{100 * (figures['train'] - baseline):+.2f} |")
        print(lines[-1], flush=True)
    if options.markdown:
        pathlib.Path(options.markdown).write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
