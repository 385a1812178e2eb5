#!/usr/bin/env python3
"""Measures the pieces of src/circuit/cost_table.h with Yosys: LUTs are sums of LUT1 to LUT6.

    python3 bench/hardware/cost_table.py [--only NAME]

Prints a line for each piece: what Yosys counts, and what the table's formula says."""
import argparse
import re
import subprocess
import tempfile
from pathlib import Path

SYNTH = "synth_xilinx -family xcup -nowidelut -noiopad -noclkbuf -flatten"


def multiply(a, b):
    return (f"module top(input clk, input signed [{a - 1}:0] a, input signed [{b - 1}:0] b, "
            f"output reg signed [{a + b - 1}:0] y); always @(posedge clk) y <= a * b; endmodule")


def shifts(width, ways):
    bits = (ways - 1).bit_length()
    return (f"module top(input clk, input [{width - 1}:0] a, input [{bits - 1}:0] s, "
            f"output reg [{width + ways - 2}:0] y); always @(posedge clk) y <= a << s; endmodule")


def tree(operands, a, b):
    ports = "".join(f"input signed [{a - 1}:0] a{i}, input signed [{b - 1}:0] b{i}, " for i in range(operands))
    terms = " + ".join(f"a{i} * b{i}" for i in range(operands))
    width = a + b + (operands - 1).bit_length()
    return (f"module top(input clk, {ports}output reg signed [{width - 1}:0] y); "
            f"always @(posedge clk) y <= {terms}; endmodule")


def count_ones(bits):
    return (f"module top(input clk, input [{bits - 1}:0] a, input [{bits - 1}:0] b, output reg [{bits.bit_length() - 1}:0] y); "
            f"integer i; reg [{bits.bit_length() - 1}:0] n; wire [{bits - 1}:0] same = ~(a ^ b); "
            f"always @(*) begin n = 0; for (i = 0; i < {bits}; i = i + 1) n = n + same[i]; end "
            "always @(posedge clk) y <= n; endmodule")


def cast(width, drop, out):
    rest = width - drop + 1
    high, low = (1 << (out - 1)) - 1, -(1 << (out - 1))
    return (f"module top(input clk, input signed [{width - 1}:0] a, output reg signed [{out - 1}:0] y); "
            f"wire signed [{width}:0] r = a + {width + 1}'sd{1 << (drop - 1)}; "
            f"wire signed [{rest - 1}:0] q = r[{width}:{drop}]; always @(posedge clk) "
            f"y <= q > {high} ? {out}'sd{high} : q < {low} ? -{out}'sd{-low} : q[{out - 1}:0]; endmodule")


def add(width):
    return (f"module top(input clk, input signed [{width - 1}:0] a, input signed [{width - 1}:0] b, "
            f"output reg signed [{width}:0] y); always @(posedge clk) y <= a + b; endmodule")


def compare(width):
    return (f"module top(input clk, input signed [{width - 1}:0] a, output reg y); "
            f"always @(posedge clk) y <= a > {width}'sd{(1 << (width - 2)) + 5}; endmodule")


# Name, module, flags, what the table says in LUTs.
PIECES = [
    ("multiply 4x4", multiply(4, 4), "-nodsp", 4 * 4 * 1.5),
    ("multiply 8x8", multiply(8, 8), "-nodsp", 8 * 8 * 1.75),
    ("multiply 16x12", multiply(16, 12), "-nodsp", 16 * 12 * (2 - 2 / 12)),
    ("shift 16 by 0..3", shifts(16, 4), "", 16 * 1.1),
    ("shift 16 by 0..7", shifts(16, 8), "", 16 * 2.15),
    ("shift 16 by 0..15", shifts(16, 16), "", 16 * 3.2),
    ("sum of 8 products 16x12", tree(8, 16, 12), "", 7 * 29 * 1.35),
    ("count of 144 that agree", count_ones(144), "", 144 * 1.67),
    ("cast 28 to 16", cast(28, 6, 16), "", 28),
    ("add 16", add(16), "", 16),
    ("compare 16", compare(16), "", 8),
]


def measure(module, flags):
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "top.v"
        source.write_text(module + "\n")
        text = subprocess.run(["yosys", "-p", f"read_verilog {source}; {SYNTH} {flags} -top top; stat"],
                              capture_output=True, text=True, check=True).stdout
    cells = dict(re.findall(r"^\s+(\w+)\s+(\d+)$", text[text.rindex("Number of cells"):], re.M))
    luts = sum(int(cells.get(f"LUT{i}", 0)) for i in range(1, 7))
    return luts, int(cells.get("DSP48E2", 0))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="pieces whose name holds this")
    only = parser.parse_args().only
    print("| piece | LUT | DSP | table |\n|---|---|---|---|")
    for name, module, flags, table in PIECES:
        if only in name:
            luts, dsps = measure(module, flags)
            print(f"| {name} | {luts} | {dsps} | {table:.0f} |", flush=True)


if __name__ == "__main__":
    main()
