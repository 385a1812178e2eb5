#!/usr/bin/env python3
"""Fits the prices of src/circuit/cost_table.h to whole engines that Yosys counted, and says how far they are off on
engines that they were not fitted to.

usage: build/release/bench/hardware/bench_hardware --networks 60 >engines.jsonl
       python3 bench/hardware/fit.py engines.jsonl... [--write]

Every third network is held out: no engine of it takes part in the fit. Errors are |table - Yosys| / Yosys of engines
with at least 20 of what is counted (one of DSPs and block RAMs). --write puts prices and errors into the table.
"""

import argparse
import json
import pathlib

TABLE = pathlib.Path(__file__).resolve().parents[2] / "src/circuit/cost_table.h"
RESOURCES = ("luts", "memory_luts", "registers", "dsps", "brams")
LEAST = {"luts": 20, "memory_luts": 8, "registers": 20, "dsps": 1, "brams": 1}

# LUTs and flip-flops that a piece is expected to take: what it costs where nothing that was counted says more.
EXPECTED = {
    "Ring": (40, 30), "Walk": (40, 30), "Plane": (20, 15), "Chain": (4, 3), "Softmax": (100, 60), "Join": (15, 8),
    "Reorder": (20, 20), "Fork": (4, 2), "Repack": (5, 5), "Fifo": (2, 0), "Rim": (40, 40), "RingAddress": (1, 1),
    "MultiplyBit": (1.75, 0), "SignedBit": (1, 1), "ShiftBit": (1, 0), "CountedBit": (1.4, 0.7), "TreeBit": (1, 0),
    "TreeRegister": (0, 1), "AccumulateBit": (1, 1), "AlignBit": (1, 1), "GateBit": (1.5, 1), "GraphBit": (1, 0),
    "GraphRegister": (0, 0.33), "AddBit": (1, 0), "CompareBit": (0.5, 0), "SelectBit": (0.5, 0), "RoundBit": (1, 0),
    "ClampBit": (0.7, 0), "MeanBit": (1, 0.3), "RomBit": (1, 0), "RomWord": (0, 1), "RamWord": (0, 1),
    "WindowBit": (0, 1), "Register": (0, 1), "OutputBit": (0, 1), "CounterBit": (1, 1), "RepackedBit": (0, 1),
    "RepackChoice": (0.5, 0), "RepackSelect": (1, 0), "JoinedBit": (0.5, 0), "BeatBit": (0.5, 0.5)}
TRUST = 0.05  # of what is expected, beside an engine


def read(paths):
    engines = []
    for path in paths:
        engines += [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
    return engines


def is_held_out(engine):
    return int(engine["network"].split()[-1]) % 3 == 2


def fitted(engines, resource, column, pieces):
    """Prices, none negative, that make relative errors small: least squares, weighted anew until they are absolute."""
    rows = [([engine["table"]["amounts"].get(piece, 0.0) for piece in pieces], engine["yosys"][resource])
            for engine in engines]
    price = [EXPECTED[piece][column] for piece in pieces]
    kinds = range(len(pieces))
    for _ in range(25):
        gram = [[0.0] * len(pieces) for _ in kinds]
        side = [0.0] * len(pieces)
        size = [0.0] * len(pieces)
        for amounts, counted in rows:
            used = [k for k in kinds if amounts[k]]
            scale = counted + 10
            error = abs(sum(amounts[k] * price[k] for k in used) - counted) / scale
            weight = 1 / (scale * scale * max(error, 0.02))
            for k in used:
                side[k] += weight * amounts[k] * counted
                size[k] = max(size[k], (amounts[k] / scale) ** 2)
                for j in used:
                    gram[k][j] += weight * amounts[k] * amounts[j]
        for k in kinds:
            trust = TRUST * (size[k] or 1) / 0.02
            gram[k][k] += trust
            side[k] += trust * EXPECTED[pieces[k]][column]
        for _ in range(300):
            for k in kinds:
                rest = side[k] - sum(gram[k][j] * price[j] for j in kinds) + gram[k][k] * price[k]
                price[k] = max(0.0, rest / gram[k][k])
    return price


def by_table(engine, prices):
    amounts = engine["table"]["amounts"]
    return {"luts": sum(amount * prices[piece][0] for piece, amount in amounts.items()),
            "registers": sum(amount * prices[piece][1] for piece, amount in amounts.items()),
            **{name: engine["table"][name] for name in ("memory_luts", "dsps", "brams")}}


def quantile(values, part):
    return sorted(values)[min(len(values) - 1, int(part * len(values)))] if values else 0.0


def errors(engines, prices):
    """Of each resource: how many engines, the median and the 90th percentile, and that of the sum of all."""
    result = {}
    for resource in RESOURCES:
        pairs = [(by_table(engine, prices)[resource], engine["yosys"][resource]) for engine in engines]
        relative = [abs(table - counted) / counted for table, counted in pairs if counted >= LEAST[resource]]
        counted = sum(counted for _, counted in pairs)
        whole = sum(table for table, _ in pairs) / counted - 1 if counted else 0.0
        result[resource] = (len(relative), quantile(relative, 0.5), quantile(relative, 0.9), whole)
    return result


def show(title, engines, prices):
    print(f"\n| {title} | engines | median | 90th percentile | sum of all |\n|---|---|---|---|---|")
    for resource, (count, median, most, whole) in errors(engines, prices).items():
        print(f"| {resource} | {count} | {100 * median:.0f} % | {100 * most:.0f} % | {100 * whole:+.0f} % |")


def write(pieces, prices, held_out, count):
    text = TABLE.read_text()
    head = text[:text.index("inline constexpr std::array<Price")]
    lines = "".join(f"    {{{prices[piece][0]:.3g}, {prices[piece][1]:.3g}}},  // {piece}\n" for piece in pieces)
    fields = "".join(f"    .{name} = {{{median:.2f}, {most:.2f}}},\n"
                     for name, (_, median, most, _) in errors(held_out, prices).items())
    TABLE.write_text(
        head + f"inline constexpr std::array<Price, kPieces> kPrices{{{{\n{lines}}}}};\n\n"
        f"// Fitted to {count} engines.\ninline constexpr TableErrors kErrors{{\n    .engines = {len(held_out)},\n{fields}}};\n\n"
        "}  // namespace qfx::circuit::cost\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engines", nargs="+")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    engines = read(options.engines)
    fit = [engine for engine in engines if not is_held_out(engine)]
    held_out = [engine for engine in engines if is_held_out(engine)]
    pieces = list(EXPECTED)
    luts = fitted(fit, "luts", 0, pieces)
    registers = fitted(fit, "registers", 1, pieces)
    prices = dict(zip(pieces, zip(luts, registers)))
    show("fitted to", fit, prices)
    show("held out", held_out, prices)
    for kind in sorted({engine["kind"] for engine in engines}):
        show(f"all: {kind}", [engine for engine in engines if engine["kind"] == kind], prices)
    if options.write:
        write(pieces, prices, held_out, len(fit))


if __name__ == "__main__":
    main()
