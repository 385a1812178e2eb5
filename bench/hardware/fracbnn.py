#!/usr/bin/env python3
"""What FracBNN takes of an FPGA, with ordinary constants and with few ones, as rows of a table.

usage: scripts/bench fracbnn DATA PARAMETERS --rows '16/12:calibrated,?-signed:calibrated' --out RUNS
       python3 bench/hardware/fracbnn.py RUNS [--fast] [--goals NAME,...] [--rows NAME,...] [--qfx PROGRAM]

Each row is one call of qfx estimate, which is printed; by Yosys or, with --fast, by the cost table. The element-wise
part is all engines between the sums of products: scales, offsets, slopes, thresholds, casts.
"""

import argparse
import json
import pathlib
import subprocess
import sys

ROWS = {"12 bits": "16_12_calibrated", "K = 1": "1-signed_calibrated", "K = 2": "2-signed_calibrated",
        "K = 3": "3-signed_calibrated"}
GOALS = {"published rate": ["--images-per-second", "2807"], "ZU3EG": ["--luts", "70560"]}
COLUMNS = ("luts", "memory_luts", "dsps", "registers", "brams")


def sums(parts):
    return {column: sum(part[column] for part in parts) for column in COLUMNS}


def line(name, counts, cycles, rate):
    return f"| {name} | " + " | ".join(f"{counts[column]:,}" for column in COLUMNS) + f" | {cycles} | {rate} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=pathlib.Path)
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--goals", type=lambda text: text.split(","), default=list(GOALS))
    parser.add_argument("--rows", type=lambda text: text.split(","), default=list(ROWS))
    parser.add_argument("--qfx", default="build/release/bin/qfx")
    options = parser.parse_args()
    elements, whole = [], []
    for goal in options.goals:
        for row in options.rows:
            command = [options.qfx, "estimate", str(options.runs / ROWS[row] / "model.qfx"), "--clock", "4", *GOALS[goal],
                       *(["--fast"] if options.fast else [])]
            print("+", *command, file=sys.stderr, flush=True)
            found = json.loads(subprocess.run([*command, "--json"], check=True, capture_output=True, text=True).stdout)
            cycles, rate = f"{found['interval_cycles']:,}", f"{found['images_per_second']:,.0f}"
            part = sums([engine for engine in found["engines"] if engine["kind"] == "elements"])
            elements.append(line(f"{row}, {goal}", part, "", ""))
            whole.append(line(f"{row}, {goal}", found["total"], cycles, rate))
    head = "| {} | LUT | LUT memory | DSP | FF | BRAM18 | cycles | images/s |\n" + "|---" * 8 + "|"
    print(head.format("element-wise part"), *elements, "", head.format("whole network"), *whole, sep="\n")


if __name__ == "__main__":
    main()
