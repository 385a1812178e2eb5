#!/usr/bin/env python3
"""Sum of LUT1 to LUT6 of two modules through one call of Yosys, into FOLDER/luts.json under a name.

usage: luts.py FOLDER NAME OURS_TOP OURS.v... -- PEER_TOP PEER.v...

An exported project's constants lie in the folder mem beside that of its Verilog; Yosys reads them from where it runs.
"""
import json
import os
import re
import subprocess
import sys


def luts(top, sources):
    sources = [os.path.abspath(source) for source in sources]
    memories = os.path.join(os.path.dirname(sources[0]), '..', 'mem')
    script = (f'read_verilog {" ".join(sources)}; '
              f'synth_xilinx -family xcup -nowidelut -noiopad -noclkbuf -top {top}; stat')
    text = subprocess.run(['yosys', '-p', script], check=True, capture_output=True, text=True,
                          cwd=memories if os.path.isdir(memories) else None).stdout
    # Where the hierarchy is kept, the last part of the statistics is the sum over all of it.
    text = text[text.rindex('Printing statistics.'):]
    if '=== design hierarchy ===' in text:
        text = text[text.index('=== design hierarchy ==='):]
    return sum(int(count) for count in re.findall(r'^\s+LUT[1-6]\s+(\d+)\s*$', text, re.MULTILINE))


def main():
    folder, name = sys.argv[1:3]
    between = sys.argv.index('--')
    ours, peer = sys.argv[3:between], sys.argv[between + 1:]
    path = os.path.join(folder, 'luts.json')
    found = [luts(ours[0], ours[1:]), luts(peer[0], peer[1:])]
    known = json.load(open(path, encoding='ascii')) if os.path.exists(path) else {}
    known[name] = found
    json.dump(known, open(path, 'w', encoding='ascii'))


if __name__ == '__main__':
    main()
