#!/usr/bin/env python3
"""Brings the passes of a runtime benchmark together: microseconds of an image, ratios, and whether the goals are met.

usage: merge.py FOLDER --out runtime.json --markdown FILE [--load TEXT] [--command TEXT] [--note TEXT]...

FOLDER holds ours.PASS.json (bench_runtime) and peers.PASS.json (peers.py). A figure is the least of all passes: what else the
machine does makes it larger.
"""

import argparse
import glob
import json
import os
import platform
import time

# The faster of ONNX Runtime's float and int8 takes at least so many times as long.
GOAL_TO_PEER = {"resnet20": 2.2, "mobilenet_small": 1.5}
GOAL_CONVOLUTIONS = {"resnet20": 0.6}
# Images a second of the published accelerator on an Ultra96 (FPGA'21), which one core exceeds.
GOAL_IMAGES = {"fracbnn": 2807, "fracbnn_published": 2807}
OURS, CONVOLUTIONS = "8 bits, 1 thread", "convolutions alone, 8 bits"
PEERS = {"float32": "ONNX Runtime, float32, 1 thread", "int8": "ONNX Runtime, int8, 1 thread"}


def cpu_model():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return f"{line.split(':', 1)[1].strip()}, {os.cpu_count()} cores"
    return platform.machine()


def least(folder, who):
    """{network: {row: microseconds}}"""
    figures = {}
    for path in sorted(glob.glob(f"{folder}/{who}.*.json")):
        with open(path) as file:
            for network, rows in json.load(file).items():
                for row, figure in rows.items():
                    figure = figure["microseconds"] if isinstance(figure, dict) else figure
                    known = figures.setdefault(network, {})
                    known[row] = min(figure, known.get(row, figure))
    return figures


def reference_of(ours):
    return ours.get(OURS) or next(figure for row, figure in ours.items() if row.endswith(", 1 thread"))


def table(network, ours, peers):
    lines = [f"### {network}", "", "| | us an image | images a second | times QFX |", "|---|---|---|---|"]
    reference = reference_of(ours)
    rows = {f"QFX, {row}": figure for row, figure in ours.items()}
    rows |= {PEERS[kind]: figure for kind, figure in peers.items()}
    for row, figure in rows.items():
        lines.append(f"| {row} | {figure:.1f} | {1e6 / figure:,.0f} | {figure / reference:.2f} |")
    return lines + [""]


def goals(network, ours, peers):
    def line(what, value, goal):
        return f"- {network}: {what} {value:.2f}, goal at least {goal}: {'met' if value >= goal else '**missed**'}"

    if network in GOAL_TO_PEER and peers:
        kind = min(peers, key=peers.get)
        yield line(f"times as fast as the faster of ONNX Runtime's ({kind})", peers[kind] / ours[OURS],
                   GOAL_TO_PEER[network])
    if network in GOAL_IMAGES:
        value, goal = 1e6 / reference_of(ours), GOAL_IMAGES[network]
        yield (f"- {network}: images a second on one core {value:,.0f}, the accelerator's {goal:,}: "
               f"{'met' if value > goal else '**missed**'}")
    if network in GOAL_CONVOLUTIONS:
        yield line("convolutions alone, of the whole", ours[CONVOLUTIONS] / ours[OURS], GOAL_CONVOLUTIONS[network])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--out", required=True)
    parser.add_argument("--markdown", required=True)
    parser.add_argument("--load", default="")
    parser.add_argument("--command", default="")
    parser.add_argument("--note", action="append", default=[])
    options = parser.parse_args()
    ours, peers = least(options.folder, "ours"), least(options.folder, "peers")
    date = time.strftime("%Y-%m-%d", time.gmtime())
    text = ["## The run", "", f"`{options.command}`, {date}, {cpu_model()}, load before it: {options.load}.", ""]
    for network in ours:
        text += table(network, ours[network], peers.get(network, {}))
    text += ["### Goals", ""]
    for network in ours:
        text += goals(network, ours[network], peers.get(network, {}))
    if options.note:
        text += ["", "Left out:", ""] + [f"- {note}" for note in options.note]
    with open(options.markdown, "w") as file:
        file.write("\n".join(text) + "\n")
    with open(options.out, "w") as file:
        json.dump({"date": date, "machine": cpu_model(), "load": options.load, "ours": ours, "peers": peers,
                   "left_out": options.note}, file, indent=2)
    print("\n".join(text))


if __name__ == "__main__":
    main()
