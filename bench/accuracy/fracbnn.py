#!/usr/bin/env python3
"""Accuracy of FracBNN on CIFAR-10 from its published parameters: hand-chosen formats, calibrated, and trained by QFX.

usage: fracbnn.py DATA PARAMETERS [--rows PATTERN,...] [--epochs N] [--out FOLDER] [--qfx PROGRAM] [--list] [--markdown FILE]

DATA is the folder of the official binary batches, PARAMETERS the published file as safetensors. A row is named after
its widths, of features and of parameters, and what is done: 16/12:hand, 8/8:calibrated, 6/6:trained; or after what its
constants may have at 16/12, K ones (2-hot) or signed digits (2-signed): 2-signed:trained. `--rows` takes globs over
these names, `--list` prints them; without it every row is done. `--epochs` are those of fine-tuning. The seed is 1
throughout. What is done is kept in FOLDER and not done again: stop it and go on at will.

Accuracies are those of `qfx run`, of the integer model on all 10,000 test images: training itself looks at 500 of them,
which decide nothing.
"""

import argparse
import fnmatch
import pathlib

from runs import Runs

WIDTHS = ((16, 12), (12, 10), (10, 8), (8, 8), (8, 6), (6, 6))
KHOT_WIDTHS = (16, 12)

HEAD = """name = "{name}"
seed = 1
start = "{start}"
{untrained}
[network]
zoo = "{zoo}"
{batch_norm}
[data]
source = "cifar10:{data}"
input = [3, 32, 32]
classes = 10
batch_size = 128
test_limit = 500
normalize = {{ divisor = 1 }}
augment = {{ flip = true, crop_padding = 4 }}
"""

# Of features and of parameters: the published ones, and for fewer bits what does best on the first 1,000 test images
# among 4 to 9 of features and 1 to 4 of parameters.
HAND_INT_BITS = {(16, 12): (9, 4), (12, 10): (8, 3), (10, 8): (7, 3), (8, 8): (6, 3), (8, 6): (6, 2), (6, 6): (6, 2)}

HAND = """
[format]
format = "fixed<{features},{feature_int},RND,SAT>"
[format.input]
format = "ufixed<8,8>"
[format.scales]
format = "fixed<{parameters},{parameter_int},RND,SAT>"
[format.offsets]
format = "fixed<{parameters},{parameter_int},RND,SAT>"
[format.slopes]
format = "fixed<{parameters},{parameter_int},RND,SAT>"
[format.biases]
format = "fixed<{parameters},{parameter_int},RND,SAT>"
[format.weights]
format = "fixed<{parameters},{weight_int},RND,SAT>"
[[format.override]]
match = ["conv1", "*.conv?", "*.msb_sum", "*.msb_left", "*.lsb_sum", "*.threshold"]
format = "fixed<12,12>"
[[format.override]]
match = "*.lsb_third"
format = "fixed<23,8>"
[[format.override]]
match = "*.shortcut.pool"
format = "fixed<{features},{feature_int},TRN_ZERO,SAT>"
[[format.override]]
match = "pool"
format = "fixed<32,10,TRN_ZERO,SAT>"

[calibration]
images = 16                         # nothing is calibrated
"""

LEARNED = """
[format]
width = {parameters}
k_hot = {k}
{signed}
[format.activations]
width = {features}
[format.input]
format = "ufixed<8,8>"
[[format.override]]
match = ["conv1", "*.conv?"]
format = "fixed<12,12>"

[calibration]
method = "mse"

[fixed]
epochs = {epochs}
optimizer = "adam"
learning_rate = {rate}
weight_decay = 0
"""


class Table:
    def __init__(self, options):
        self.options = options
        self.runs = Runs(options.out, options.qfx)

    def head(self, name, zoo):
        is_trained = zoo == "fracbnn"
        return HEAD.format(name=name, zoo=zoo, data=self.options.data, start=self.runs.folder / f"start_{zoo}",
                           untrained='untrained = ["conv1.weight", "*.conv?.weight"]' if is_trained else "",
                           batch_norm='batch_norm = "affine"' if is_trained else "")

    def start(self, zoo):
        """The published parameters, as a start for this form of the network."""
        name = f"start_{zoo}"
        if not (self.runs.folder / name / "float.safetensors").exists():
            recipe = self.runs.recipe(name, self.head(name, zoo))
            self.runs.call(name, ["start", self.options.parameters, "--recipe", str(recipe)])

    def row(self, name):
        """The accuracy of a row."""
        formats, how = name.split(":")
        key = formats.replace("/", "_") + "_" + how
        if how == "trained":
            key += f"_{self.options.epochs:g}"
        zoo = "fracbnn_published" if how == "hand" else "fracbnn"
        self.start(zoo)
        text = self.head(key, zoo) + (self.hand(formats) if how == "hand" else self.learned(formats))
        return self.runs.integer_accuracy("train" if how == "trained" else "ptq", key, text)

    def hand(self, formats):
        widths = tuple(int(width) for width in formats.split("/"))
        feature_int, parameter_int = HAND_INT_BITS[widths]
        return HAND.format(features=widths[0], feature_int=feature_int, parameters=widths[1],
                           parameter_int=parameter_int, weight_int=parameter_int + 1)

    def learned(self, formats):
        if "/" in formats:
            (features, parameters), k, signed = formats.split("/"), 0, ""
        else:
            k, form = formats.split("-")
            features, parameters = KHOT_WIDTHS
            signed = "signed_digits = true" if form == "signed" else ""
        return LEARNED.format(features=features, parameters=parameters, k=k, signed=signed,
                              epochs=self.options.epochs, rate=self.options.rate)


def formats_of_rows():
    """The formats of the rows, and what is done with each."""
    widths = [(f"{features}/{parameters}", ("hand", "calibrated", "trained")) for features, parameters in WIDTHS]
    khot = [(f"{k}-{form}", ("calibrated", "trained")) for form in ("hot", "signed") for k in (1, 2, 3, 4)]
    return widths + khot


def row_names():
    return [f"{formats}:{how}" for formats, all_done in formats_of_rows() for how in all_done]


def table_of(accuracies):
    """Markdown of the rows that are done: a line for each format."""
    lines = ["| features/parameters, or K | hand-chosen | calibrated | trained |", "|---|---|---|---|"]
    for formats, _ in formats_of_rows():
        cells = [accuracies.get(f"{formats}:{how}") for how in ("hand", "calibrated", "trained")]
        if any(cell is not None for cell in cells):
            shown = ["-" if cell is None else f"{100 * cell:.2f} %" for cell in cells]
            lines.append(f"| {formats} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("parameters")
    parser.add_argument("--rows", type=lambda text: text.split(","), default=["*"])
    parser.add_argument("--epochs", type=float, default=1)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--out", default="runs/fracbnn_table")
    parser.add_argument("--qfx", default="build/release/bin/qfx")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--markdown")
    options = parser.parse_args()
    names = [name for name in row_names() if any(fnmatch.fnmatch(name, pattern) for pattern in options.rows)]
    if options.list:
        print("\n".join(names))
        return
    table = Table(options)
    accuracies = {}
    for name in names:
        accuracies[name] = table.row(name)
        print(f"{name} {100 * accuracies[name]:.2f} %", flush=True)
    if options.markdown:
        pathlib.Path(options.markdown).write_text(table_of(accuracies))


if __name__ == "__main__":
    main()
