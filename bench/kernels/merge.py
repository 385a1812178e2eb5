#!/usr/bin/env python3
"""Brings the passes of the benchmark programs together: one table, one JSON, what meets its target and what does not.

usage: merge.py PASS.json... --out kernels.json [--markdown FILE] [--load TEXT] [--command TEXT] [--note TEXT]...

Names of passes begin with the program (casts, conv: ours; anything else is a peer). A figure is the best of its passes,
for a kernel and for its copy alike.
"""

import argparse
import json
import os
import platform
import statistics
import time

REFERENCE = "ONNX Runtime: u8 x s8 -> u8"  # its fastest int8
TARGETS = {"forward": 0.8, "backward": 0.6, "copies": 4.0, "conv": 0.75}


def cpu_model():
    with open("/proc/cpuinfo") as file:
        fields = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    flags = set(fields.get("flags", "").split())
    sets = [name for name in ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "amx_int8") if name in flags]
    return f"{fields.get('model name', platform.machine())} (family {fields.get('cpu family')}, model " \
           f"{fields.get('model')}; {', '.join(sets)}), {os.cpu_count()} cores"


def read(paths):
    """Rows of all passes, casts and convolutions, best of the passes; and what programs left out."""
    casts, convs, left_out, target = {}, {}, [], None
    for path in paths:
        with open(path) as file:
            data = json.load(file)
        ours = os.path.basename(path).split(".")[0] in ("casts", "conv")
        target = data.get("target", target)
        left_out += [note for note in data.get("left_out", []) if note not in left_out]
        for row in data.get("figures", []):
            if "gmac_a_second" in row:
                continue
            row = {**row, "ours": ours}
            key = (row["kernel"], row["layout"], row["array_bytes"], row["threads"])
            best = casts.setdefault(key, row)
            for rate in ("gigabytes_a_second", "copy_gigabytes_a_second"):
                best[rate] = max(best[rate], row[rate])
            best["same_values"] = best.get("same_values", True) and row.get("same_values", True)
        for row in data.get("convolutions", []) + data.get("figures", []):
            if "gmac_a_second" not in row:
                continue
            # exact: none where the program compares nothing
            row = {"ours": ours, "in_channels": row.get("channels"), "threads": 1, "exact": None, **row}
            best = convs.setdefault((row["kernel"], shape_of(row), row["threads"]), row)
            best["gmac_a_second"] = max(best["gmac_a_second"], row["gmac_a_second"])
            if not row["exact"]:
                best["exact"] = row["exact"]
    return list(casts.values()), list(convs.values()), left_out, target


def shape_of(row):
    shape = f"{row['in_channels']},{row['out_channels']},{row['size']}"
    kernel = row.get("kernel_size", 3)
    return shape + (f" {kernel}x{kernel}" if kernel != 3 else "") + (" depthwise" if row.get("groups", 1) > 1 else "")


def judge_casts(casts):
    """Adds the ratio. A copy now and then has a bad day of its own (where its two arrays lie to each other within a
    page decides over a factor of ten on Zen 3), so it counts for no less than the program's usual copy."""
    usual = {}
    for row in casts:
        usual.setdefault((row["array_bytes"], row["threads"], row["ours"]), []).append(row["copy_gigabytes_a_second"])
    for row in casts:
        copies = usual[row["array_bytes"], row["threads"], row["ours"]]
        copy = max(row["copy_gigabytes_a_second"], statistics.median(copies))
        row["copy_gigabytes_a_second"] = copy
        row["ratio"] = row["gigabytes_a_second"] / copy


def disagreements(casts):
    """A copy is a copy: where ours and the peers' differ, the way one of them takes its figures is in doubt."""
    lines = []
    for size in sorted({(row["array_bytes"], row["threads"]) for row in casts}):
        ours, peers = ([row["copy_gigabytes_a_second"] for row in casts
                        if (row["array_bytes"], row["threads"]) == size and row["ours"] == who]
                       for who in (True, False))
        if not ours or not peers:
            continue
        ours, peers = statistics.median(ours), statistics.median(peers)
        if max(ours, peers) > 1.4 * min(ours, peers):
            where = {"array_bytes": size[0], "threads": size[1]}
            lines.append(f"{size_text(where)}, {threads_text(where)}: a copy moves {ours:.1f} GB/s in our program and "
                         f"{peers:.1f} in the peers'; ratios there are not comparable")
    return lines


def forward_and_backward(casts):
    """Ours with a learned point, in copies: a forward moves 2 arrays, a backward 3, a copy 2."""
    rows = {(r["kernel"], r["layout"], r["array_bytes"], r["threads"]): r for r in casts if r["ours"]}
    for (kernel, layout, *size), backward in list(rows.items()):
        forward = rows.get((kernel.replace("_backward", ""), layout, *size))
        if not kernel.startswith("fake_cast_backward ") or forward is None:
            continue
        copies = 1 / forward["ratio"] + 1.5 / backward["ratio"]
        copy = backward["copy_gigabytes_a_second"]
        casts.append({**backward, "kernel": kernel.replace("fake_cast_backward", "fake_cast, forward + backward"),
                      "gigabytes_a_second": 5 / 2 * copy / copies, "ratio": 5 / 2 / copies, "copies": copies})


def judge_convs(convs):
    """Adds the ratio to ONNX Runtime's fastest int8, and to the fastest of its int8 kernels that are exact here."""
    reference = {shape_of(row): row["gmac_a_second"] for row in convs if row["kernel"] == REFERENCE}
    exact = {}
    for row in convs:
        if row["kernel"].startswith("ONNX Runtime: ") and "8 ->" in row["kernel"] and row["exact"]:
            exact[shape_of(row)] = max(exact.get(shape_of(row), 0), row["gmac_a_second"])
    for row in convs:
        if row["threads"] == 1 and shape_of(row) in exact:
            row["ratio_to_exact"] = row["gmac_a_second"] / exact[shape_of(row)]
        if row["threads"] == 1 and shape_of(row) in reference:
            row["ratio"] = row["gmac_a_second"] / reference[shape_of(row)]


def faster_engine(rows):
    """Of a shape and its operands, the faster of ours: one wants channels together, the other apart."""
    best = {}
    for row in rows:
        key = (shape_of(row), row["kernel"].split(": ")[1])
        if key not in best or row["gmac_a_second"] > best[key]["gmac_a_second"]:
            best[key] = row
    return list(best.values())


MET = {True: "met", False: "missed", None: "not measured"}
WORDS = {True: "yes", False: "no", None: "tests"}  # tests: tests/property compares it, not this run


def verdicts(casts, convs):
    """One line a target: how many figures meet it, the worst."""
    ours = [row for row in casts if row["ours"]]
    int8 = faster_engine([row for row in convs if row["ours"] and row["exact"] and "8 -> s32" in row["kernel"]])
    groups = (
        ("fake_cast forward, share of a copy's bytes/s", [(r["ratio"], r) for r in ours
         if r["kernel"].startswith("fake_cast ")], TARGETS["forward"], False),
        ("fake_cast backward, share of a copy's bytes/s", [(r["ratio"], r) for r in ours
         if r["kernel"].startswith("fake_cast_backward ")], TARGETS["backward"], False),
        ("forward + backward with learned point, in copies", [(r["copies"], r) for r in ours
         if r["kernel"].startswith("fake_cast, forward + backward")], TARGETS["copies"], True),
        (f"int8 convolution, the faster of ours, share of {REFERENCE}", [(r["ratio"], r) for r in int8
         if "ratio" in r], TARGETS["conv"], False),
        ("int8 convolution, the faster of ours, share of ONNX Runtime's fastest int8 that is exact here", [
            (r["ratio_to_exact"], r) for r in int8 if "ratio_to_exact" in r], TARGETS["conv"], False),
    )
    lines = []
    for what, figures, target, most in groups:
        if not figures:
            lines.append({"target": what, "met": None, "text": what})
            continue
        met = [f for f, _ in figures if (f <= target if most else f >= target)]
        worst, row = (max if most else min)(figures, key=lambda pair: pair[0])
        where = shape_of(row) if "in_channels" in row else \
            f"{row['layout']}, {size_text(row)}, {threads_text(row)}"
        lines.append({
            "target": what, "limit": target, "met": len(met) == len(figures), "worst": worst,
            "text": f"{what}: {'at most' if most else 'at least'} {target:g}; {len(met)} of {len(figures)} figures "
                    f"meet it, the worst is {worst:.2f} ({row['kernel']}, {where})",
        })
    return lines


def size_text(row):
    kib = row["array_bytes"] >> 10
    return f"{kib >> 10} MiB" if kib >= 1024 else f"{kib} KiB"


def threads_text(row):
    return f"{row['threads']} thread{'s' if row['threads'] > 1 else ''}"


def label(row):
    layout = "" if row.get("layout", "flat") == "flat" else f" ({row['layout']})"
    return ("QFX: " if row["ours"] else "") + row["kernel"] + layout


def print_tables(casts, convs):
    order = sorted(casts, key=lambda r: (r["array_bytes"], r["threads"], not r["ours"], -r["ratio"]))
    print(f"{'kernel':72} {'size':>8} {'threads':>7} {'GB/s':>8} {'copy':>7} {'ratio':>7} {'copies':>7}")
    for row in order:
        copies = f"{row['copies']:7.1f}" if "copies" in row else ""
        print(f"{label(row):72} {size_text(row):>8} {row['threads']:>7} {row['gigabytes_a_second']:8.2f} "
              f"{row['copy_gigabytes_a_second']:7.1f} {row['ratio']:7.3f} {copies}"
              f"{'' if row.get('same_values', True) else '  other values'}")
    print(f"\n{'convolution':48} {'shape':>22} {'threads':>7} {'GMAC/s':>8} {'exact':>6} {'to ORT int8':>11}")
    shapes = list(dict.fromkeys(shape_of(row) for row in convs))
    for row in sorted(convs, key=lambda r: (shapes.index(shape_of(r)), not r["ours"], -r["gmac_a_second"])):
        ratio = f"{row['ratio']:11.2f}" if "ratio" in row else ""
        print(f"{label(row):48} {shape_of(row):>22} {row['threads']:>7} {row['gmac_a_second']:8.2f} "
              f"{WORDS[row['exact']]:>6} {ratio}")


def markdown(casts, convs, machine, targets, doubts, left_out):
    """The section `## The run` of docs/results/kernels.md. Casts: a row a kernel, a column a size; convolutions: a
    column a shape."""
    lines = ["## The run", "", f"`{machine['command']}` on {machine['cpu']}; {machine['date']}, load before the run "
             f"{machine['load_before'] or 'not noted'}; kernels for {machine['target']}.", ""]
    lines += [f"- **{MET[line['met']]}**: {line['text']}" for line in targets]
    lines += [f"- in doubt: {doubt}" for doubt in doubts]
    lines += [f"- left out: {note}" for note in left_out] + [""]
    columns = sorted({(r["array_bytes"], r["threads"]) for r in casts})
    copy = {c: statistics.median(r["copy_gigabytes_a_second"] for r in casts
                                 if (r["array_bytes"], r["threads"]) == c) for c in columns}
    names = [f"{size_text({'array_bytes': b})}, {threads_text({'threads': t})}" for b, t in columns]
    lines.append("| kernel | " + " | ".join(names) + " |")
    lines.append("|---|" + "---|" * len(columns))
    lines.append("| **plain copy**, GB/s | " + " | ".join(f"{copy[c]:.1f}" for c in columns) + " |")
    for name in dict.fromkeys(label(r) for r in sorted(casts, key=lambda r: not r["ours"])):
        cells = {(r["array_bytes"], r["threads"]): r for r in casts if label(r) == name}
        lines.append(f"| {name} | " + " | ".join(cast_cell(cells.get(c)) for c in columns) + " |")
    lines += ["", "GB/s and, in brackets, its share of the plain copy's; forward + backward also in copies.", ""]
    shapes = list(dict.fromkeys(shape_of(row) for row in convs))
    lines.append("| convolution 3x3 | exact | " + " | ".join(shapes) + " |")
    lines.append("|---|---|" + "---|" * len(shapes))
    for name in dict.fromkeys(label(r) + threads_suffix(r) for r in sorted(convs, key=lambda r: not r["ours"])):
        cells = {shape_of(r): r for r in convs if label(r) + threads_suffix(r) == name}
        exact = {r["exact"] for r in cells.values()}
        word = WORDS[exact.pop()] if len(exact) == 1 else "depthwise only" if all(
            r["exact"] == (r.get("groups", 1) > 1) for r in cells.values()) else "in part"
        lines.append(f"| {name} | {word} | " + " | ".join(conv_cell(cells.get(s)) for s in shapes) + " |")
    lines += ["", f"GMAC/s and, in brackets, its ratio to {REFERENCE}.", ""]
    return "\n".join(lines)


def threads_suffix(row):
    return f", {row['threads']} threads" if row["threads"] > 1 else ""


def cast_cell(row):
    if row is None:
        return ""
    copies = f"; {row['copies']:.1f} copies" if "forward + backward" in row["kernel"] else ""
    digits = 1 if row["gigabytes_a_second"] >= 10 else 2
    return f"{row['gigabytes_a_second']:.{digits}f} ({row['ratio']:.{2 if row['ratio'] >= 0.1 else 3}f}{copies})"


def conv_cell(row):
    if row is None:
        return ""
    rate = row["gmac_a_second"]
    ratio = f" ({row['ratio']:.{2 if row['ratio'] >= 0.1 else 4}f})" if "ratio" in row else ""
    return f"{rate:.{1 if rate >= 10 else 2}f}{ratio}"


def main():
    parser = argparse.ArgumentParser(description="Merges the passes of the kernel benchmarks.")
    parser.add_argument("passes", nargs="+")
    parser.add_argument("--out", required=True, help="the merged JSON")
    parser.add_argument("--markdown", help="the tables as Markdown")
    parser.add_argument("--command", default="scripts/bench kernels", help="how the run was started")
    parser.add_argument("--load", default="", help="the load average before the run")
    parser.add_argument("--note", action="append", default=[], help="a peer left out, and why")
    arguments = parser.parse_args()

    casts, convs, left_out, target = read(arguments.passes)
    judge_casts(casts)
    doubts = disagreements(casts)
    forward_and_backward(casts)
    judge_convs(convs)
    machine = {"cpu": cpu_model(), "date": time.strftime("%Y-%m-%d %H:%M"), "load_before": arguments.load,
               "target": target, "command": arguments.command}
    targets = verdicts(casts, convs)
    print(f"{machine['cpu']}; {machine['date']}; load before the run {machine['load_before'] or 'not noted'}\n")
    print_tables(casts, convs)
    print()
    for line in targets:
        print(f"{MET[line['met']]}: {line['text']}")
    for doubt in doubts:
        print("in doubt: " + doubt)
    for note in left_out + arguments.note:
        print("left out: " + note)
    with open(arguments.out, "w") as file:
        json.dump({"machine": machine, "targets": targets, "in_doubt": doubts,
                   "left_out": left_out + arguments.note, "figures": casts,
                   "convolutions": convs}, file, indent=1)
    if arguments.markdown:  # what scripts/bench puts into docs/results
        with open(arguments.markdown, "w") as file:
            file.write(markdown(casts, convs, machine, targets, doubts, left_out + arguments.note))


if __name__ == "__main__":
    main()
