#!/usr/bin/env python3
"""Brings the passes of a training benchmark together: a table a network, and whether the goals are met.

usage: merge.py FOLDER --out training.json --markdown FILE [--load TEXT] [--command TEXT] [--note TEXT]...

FOLDER holds NET.PASS.json (bench_training: modes in turns), NET.MODE.memory.json (one mode alone) and
NET.PEER.PASS.json (peers.py). Figures are medians of the passes; a ratio to float is the median of the passes' ratios.
"""

import argparse
import glob
import json
import os
import platform
import statistics
import time

GOAL_TO_FLOAT, GOAL_TO_PEER, GOAL_MEMORY, GOAL_K_HOT = 1.0, 2.5, 1.3, 1.05
OURS = {
    "float": "float, torch (ours: C++, channels last)",
    "fixed": "**QFX**, every tensor in fixed point",
    "k_hot": "QFX, every constant of at most two signed digits",
    "nodes": "QFX, node by node",
    "operators": "QFX, fusing off: torch's plain operators",
}
PEERS = {
    "torch": "float, the peers' torch (Python, channels last)",
    "brevitas": "Brevitas",
    "pquant": "PQuantML",
    "pquant-hgq": "PQuantML, high granularity",
    "hgq2": "HGQ2 on JAX",
}


def cpu_model():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return f"{line.split(':', 1)[1].strip()}, {os.cpu_count()} cores"
    return platform.machine()


def read(path):
    with open(path) as file:
        return json.load(file)


def network(folder, net):
    passes = [read(path) for path in sorted(glob.glob(f"{folder}/{net}.[0-9]*.json"))]
    rows = {}
    for mode in passes[0]["modes"]:
        steps = [one["modes"][mode]["step_ms"] for one in passes]
        rows[mode] = {
            "name": OURS[mode],
            "step_ms": statistics.median(steps),
            "to_float": statistics.median(step / one["modes"]["float"]["step_ms"] for step, one in zip(steps, passes)),
            "to_fixed": statistics.median(step / one["modes"]["fixed"]["step_ms"] for step, one in zip(steps, passes)),
        }
        memory = f"{folder}/{net}.{mode}.memory.json"
        if os.path.exists(memory):
            rows[mode]["peak_megabytes"] = read(memory)["peak_megabytes"]
    for peer, name in PEERS.items():
        figures = [read(path)["step_ms"] for path in sorted(glob.glob(f"{folder}/{net}.{peer}.[0-9]*.json"))]
        if figures:
            step = statistics.median(figures)
            rows[peer] = {"name": name, "step_ms": step, "to_float": step / rows["float"]["step_ms"],
                          "to_qfx": step / rows["fixed"]["step_ms"]}
    return rows


def table(net, rows):
    lines = [f"### {net}, batch 128", "", "| | ms a step | of float | times QFX | peak memory |", "|---|---|---|---|---|"]
    for row in rows.values():
        memory = f"{row['peak_megabytes']:.0f} MB" if "peak_megabytes" in row else ""
        times = f"{row['to_qfx']:.2f}" if "to_qfx" in row else ""
        lines.append(f"| {row['name']} | {row['step_ms']:.0f} | {row['to_float']:.2f} | {times} | {memory} |")
    return lines + [""]


def goals(net, rows):
    def line(what, value, goal, met):
        return f"- {net}: {what} {value:.2f}, goal {goal}: {'met' if met else '**missed**'}"

    qfx = rows["fixed"]
    yield line("QFX costs of float", qfx["to_float"], f"at most {GOAL_TO_FLOAT}", qfx["to_float"] <= GOAL_TO_FLOAT)
    if "peak_megabytes" in qfx and "peak_megabytes" in rows["float"]:
        memory = qfx["peak_megabytes"] / rows["float"]["peak_megabytes"]
        yield line("peak memory of float's", memory, f"at most {GOAL_MEMORY}", memory <= GOAL_MEMORY)
    k_hot = rows["k_hot"]["to_fixed"]
    yield line("K-hot costs of QFX without", k_hot, f"at most {GOAL_K_HOT}", k_hot <= GOAL_K_HOT)
    for peer, row in rows.items():
        if "to_qfx" in row and peer != "torch":
            yield line(f"faster than {row['name']} by", row["to_qfx"], f"at least {GOAL_TO_PEER}",
                       row["to_qfx"] >= GOAL_TO_PEER)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--out", required=True)
    parser.add_argument("--markdown", required=True)
    parser.add_argument("--load", default="")
    parser.add_argument("--command", default="")
    parser.add_argument("--note", action="append", default=[])
    options = parser.parse_args()
    nets = sorted({os.path.basename(path).split(".")[0] for path in glob.glob(f"{options.folder}/*.[0-9]*.json")},
                  reverse=True)
    rows = {net: network(options.folder, net) for net in nets}
    date = time.strftime("%Y-%m-%d", time.gmtime())
    text = ["## The run", "", f"`{options.command}`, {date}, {cpu_model()}, load before it: {options.load}.", ""]
    for net in nets:
        text += table(net, rows[net])
    met = [line for net in nets for line in goals(net, rows[net])]
    text += ["### Goals", ""] + met
    if options.note:
        text += ["", "Left out:", ""] + [f"- {note}" for note in options.note]
    with open(options.markdown, "w") as file:
        file.write("\n".join(text) + "\n")
    with open(options.out, "w") as file:
        json.dump({"date": date, "machine": cpu_model(), "load": options.load, "networks": rows,
                   "left_out": options.note}, file, indent=2)
    print("\n".join(text))


if __name__ == "__main__":
    main()
