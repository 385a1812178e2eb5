"""One measure for everybody's adder graphs: adders, bits that need a full adder, levels; and a proof."""


def bits_of(low, high):
    """Of two's complement, or of an unsigned number where there is no negative one."""
    if low >= 0:
        return high.bit_length()
    return max((~low).bit_length(), high.bit_length()) + 1


def measure(graph, matrix, low=-128, high=127):
    """(adders, bits, levels, operands) of {adders, outputs} over inputs from low to high; raises where it is not the
    matrix.

    A value is a linear form of the inputs times a power of two. What one operand alone reaches passes as wires, unless
    that operand is subtracted; a value of which only the negative was made counts with its sign changed for nothing,
    an output's sign does not.
    """
    inputs = len(matrix[0])
    values = [([int(i == j) for j in range(inputs)], 0, 0) for i in range(inputs)]  # form, place of its 1, level
    signs = [False] * inputs

    def term(entry):
        value, shift, negative = entry
        form, place, level = values[value]
        return form, place + shift, level, negative != signs[value]

    def interval(form):
        return (sum(c * (low if c > 0 else high) for c in form), sum(c * (high if c > 0 else low) for c in form))

    bits = 0
    for adder in graph['adders']:
        terms = sorted((term(entry) for entry in adder), key=lambda t: (t[1], t[3]))
        all_negative = all(t[3] for t in terms)
        place = terms[0][1]
        form = [0] * inputs
        for other, at, _, negative in terms:
            sign = -1 if negative and not all_negative else 1
            for i, c in enumerate(other):
                form[i] += sign * (c << (at - place))
        lowest_is_subtracted = terms[0][3] and not all_negative
        start = 0 if lowest_is_subtracted else terms[1][1] - place
        bits += max(0, bits_of(*interval(form)) - start)
        values.append((form, place, max(t[2] for t in terms) + 1))
        signs.append(all_negative)

    levels, negated = 0, set()
    for entry, row in zip(graph['outputs'], matrix, strict=True):
        form = [0] * inputs
        if entry[0] >= 0:
            shown, place, level, negative = term(entry)
            levels = max(levels, level)
            form = [(-c if negative else c) * 2**place for c in shown]
            if negative and entry[0] not in negated:
                negated.add(entry[0])
                bits += bits_of(*interval([-c for c in shown]))
        if form != row:
            raise ValueError('a graph is not its matrix')
    return len(graph['adders']), bits, levels, max((len(a) for a in graph['adders']), default=2)


def read(file):
    """[(family, matrix)], the matrix a list of rows."""
    matrices = []
    for line in open(file, encoding='ascii'):
        words = line.split()
        rows, columns = int(words[1]), int(words[2])
        values = [int(word) for word in words[3:]]
        matrices.append((words[0], [values[r * columns:(r + 1) * columns] for r in range(rows)]))
    return matrices
