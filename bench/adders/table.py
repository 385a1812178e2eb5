#!/usr/bin/env python3
"""The table of scripts/bench adders, from what both sides found, and whether the targets are met.

usage: table.py FOLDER --out JSON --markdown MD --command TEXT --load TEXT [--note TEXT]...
"""
import argparse
import json
import os

import counts

GROUPS = {'signed 8-bit 8x8': (0.95, 0.97, 0.95), 'signed 8-bit 16x16': (0.95, 0.97, 0.95),
          'signed 8-bit 32x32': (0.95, 0.97, 0.95), '2-hot 8x8': (0.97, None, None), '2-hot 16x16': (0.97, None, None),
          '2-hot 32x32': (0.97, None, None)}
LUTS = 0.90
NETWORK_LUTS = 1.00  # a network's: of its casts, registers' enables and ports too
THREE = 0.92
FIRST_SECONDS = 2.0


def mean(values):
    return sum(values) / len(values)


def load(folder, name):
    path = os.path.join(folder, name)
    return json.load(open(path, encoding='ascii')) if os.path.exists(path) else None


def families(folder, matrices, kind):
    """{family: (n, adders, bits, levels, milliseconds)}, means."""
    grouped, results = {}, []
    for family in dict.fromkeys(family for family, _ in matrices):
        results += load(folder, os.path.join(family, kind + '.json'))
    for (family, matrix), result in zip(matrices, results, strict=True):
        adders, bits, levels, _ = counts.measure(result, matrix)
        grouped.setdefault(family.replace('_', ' '), []).append((adders, bits, levels, 1e3 * result['seconds']))
    return {family: (len(rows), *(mean(column) for column in zip(*rows))) for family, rows in grouped.items()}


def row_of(family, peer, free, deep):
    cells = [family, str(peer[0]), f'{peer[1]:.1f} / {peer[2]:.0f} / {peer[3]:.1f} / {peer[4]:.1f}']
    for ours in (free, deep):
        cells.append(f'{ours[1]:.1f} / {ours[2]:.0f} / {ours[3]:.1f} / {ours[4]:.1f}')
        cells.append(f'{ours[1] / peer[1]:.3f} / {ours[2] / peer[2]:.3f}')
    return '| ' + ' | '.join(cells) + ' |'


def verdicts(peer, free, deep):
    lines = []

    def say(what, value, most):
        lines.append({'what': what, 'value': value, 'most': most, 'met': value <= most})

    for family in peer:
        adders = free[family][1] / peer[family][1]
        most, deep_adders, deep_bits = GROUPS.get(family, (1.00, None, None))
        say(f'{family}: adders', adders, most)
        say(f'{family}: depth at most the peer\'s, adders', deep[family][1] / peer[family][1], deep_adders or 1.00)
        if deep_bits:
            say(f'{family}: depth at most the peer\'s, full-adder bits', deep[family][2] / peer[family][2], deep_bits)
    return lines


def lut_lines(luts, lines):
    rows = []
    for name, (ours, peer) in luts.items():
        rows.append(f'| {name.replace("_", " ")} | {ours:,} | {peer:,} | {ours / peer:.3f} |')
        most = NETWORK_LUTS if name == 'jets' else LUTS
        lines.append({'what': f'{name.replace("_", " ")}: LUTs', 'value': ours / peer, 'most': most,
                      'met': ours / peer <= most})
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('folder')
    for name in ('out', 'markdown', 'command', 'load'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--note', action='append', default=[])
    options = parser.parse_args()

    matrices = counts.read(os.path.join(options.folder, 'matrices.txt'))
    peer, free, deep, three = (families(options.folder, matrices, kind) for kind in ('peer', 'free', 'depth', 'three'))
    lines = verdicts(peer, free, deep)
    text = ['## The run', '', f'`{options.command}`, load before it {options.load}. One thread each; means over n matrices.',
            'Cells: adders / full-adder bits / levels / milliseconds of processor time; ratios: adders / bits to alkaid\'s.', '',
            '| matrices | n | alkaid | QFX, fewest adders | ratio | QFX, fewest bits, no deeper than alkaid | ratio |',
            '|---|---|---|---|---|---|---|']
    text += [row_of(family, peer[family], free[family], deep[family]) for family in peer]

    luts = load(options.folder, 'luts.json')
    if luts:
        text += ['', 'Sum of LUT1 to LUT6 of the first matrix of each, by one call of Yosys:', '',
                 '| | QFX | alkaid | ratio |', '|---|---|---|---|', *lut_lines(luts, lines)]
    first = load(options.folder, 'signed_8-bit_64x64/first.json')
    if first:
        slowest = max(result['seconds'] for result in first)
        lines.append({'what': '64x64: seconds to the first answer', 'value': slowest, 'most': FIRST_SECONDS,
                      'met': slowest <= FIRST_SECONDS})
    text += ['', 'Operators where an adder takes three operands, alkaid after its fusion of pairs, QFX with the search counting so:',
             '', '| matrices | alkaid | QFX | ratio |', '|---|---|---|---|']
    for family, found in three.items():
        fused = load(options.folder, os.path.join(family.replace(' ', '_'), 'fused.json'))
        if not fused:
            continue
        ratio = found[1] / mean(fused)
        text.append(f'| {family} | {found[1] / ratio:.1f} | {found[1]:.1f} | {ratio:.3f} |')
        most = THREE if family in GROUPS and not family.startswith('2-hot') else 1.00
        lines.append({'what': f'{family}: operators of three operands', 'value': ratio, 'most': most, 'met': ratio <= most})
    text += ['', 'Targets:', '']
    for line in lines:
        verdict = 'met' if line['met'] else 'MISSED'
        text.append(f'- {verdict}: {line["what"]} {line["value"]:.3f}, at most {line["most"]:.2f}')
    text += [''] + [f'- left out: {note}' for note in options.note]
    with open(options.markdown, 'w', encoding='utf-8') as out:
        out.write('\n'.join(text).rstrip() + '\n')
    with open(options.out, 'w', encoding='utf-8') as out:
        json.dump({'peer': peer, 'free': free, 'depth': deep, 'luts': luts, 'targets': lines}, out, indent=1)
    print('\n'.join(text))


if __name__ == '__main__':
    main()
