#include "adders/emit.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "adders/digits.h"

namespace qfx::adders {
namespace {

// (negative ? - : +) value << shift, with about what it can be.
struct Part {
  Term term;
  int level = 0;
  double low = 0, high = 0;
};

Part negated(Part part) {
  part.term.negative = !part.term.negative;
  part = {part.term, part.level, -part.high, -part.low};
  return part;
}

Part shifted(Part part, int places) {
  part.term.shift += places;
  part.low = std::ldexp(part.low, places);
  part.high = std::ldexp(part.high, places);
  return part;
}

// Bits that need a full adder: those from where two operands begin, all where the lower one is
// subtracted.
double cost_of(const Part& a, const Part& b) {
  const double most = std::max({std::abs(a.low + b.low), std::abs(a.high + b.high), 1.0});
  return std::log2(most) + 1 - std::max(a.term.shift, b.term.shift);
}

class Emitter {
 public:
  Emitter(const Rows& rows, const Problem& problem, const std::vector<Interval>& inputs)
      : rows_(rows), parts_(static_cast<std::size_t>(rows.size())) {
    graph_.inputs = inputs;
    for (int input = 0; input < rows.inputs(); ++input) {
      const auto i = static_cast<std::size_t>(input);
      const Part part{{input, 0, false},
                      0,
                      static_cast<double>(inputs[i].low),
                      static_cast<double>(inputs[i].high)};
      parts_[i] = shifted(part, problem.input_shifts[i]);
    }
    // An output's own sign is free if the last adder is made for it.
    wanted_negative_.assign(static_cast<std::size_t>(rows.wanted()), true);
    for (const Problem::Output& output : problem.outputs)
      if (output.row >= 0 && !output.negative)
        wanted_negative_[static_cast<std::size_t>(output.row)] = false;
    for (const Problem::Output& output : problem.outputs) {
      if (output.row < 0) {
        graph_.outputs.emplace_back();
        continue;
      }
      Part part = shifted(part_of(rows.inputs() + output.row), output.shift);
      if (output.negative) part = negated(part);
      graph_.outputs.push_back(part.term);
    }
  }

  AdderGraph take() { return std::move(graph_); }

 private:
  const Part& part_of(int value) {
    std::optional<Part>& part = parts_[static_cast<std::size_t>(value)];
    if (!part) part = sum_of(value);
    return *part;
  }

  // The sign that the row is wanted with, where it is.
  std::optional<bool> wanted_sign(int value) const {
    if (value >= rows_.first_shared()) return std::nullopt;
    return wanted_negative_[static_cast<std::size_t>(value - rows_.inputs())];
  }

  std::vector<Part> terms_of(int value) {
    std::vector<Part> terms;
    for (const Entry& entry : rows_.row(value)) {
      const Part part = part_of(entry.value);
      std::int64_t left = entry.factor;
      for (int place = 0; left != 0; ++place, left /= 2) {
        if (left % 2 == 0) continue;
        const std::int64_t digit = 2 - ((left % 4) + 4) % 4;  // 1 or -1
        terms.push_back(shifted(digit < 0 ? negated(part) : part, place));
        left -= digit;
      }
    }
    return terms;
  }

  Part sum_of(int value) {
    std::vector<Part> terms = terms_of(value);
    const std::optional<bool> sign = wanted_sign(value);
    if (rows_.shape().operands == 3 && terms.size() % 2 == 0) add_some(terms, 2, sign);
    while (terms.size() > 1) add_some(terms, rows_.shape().operands, sign);
    return terms.front();
  }

  // Takes some of the lowest terms, and puts their sum in.
  void add_some(std::vector<Part>& terms, int count, std::optional<bool> sign) {
    std::stable_sort(terms.begin(), terms.end(), [](const Part& x, const Part& y) {
      return x.level != y.level ? x.level < y.level : x.term.shift < y.term.shift;
    });
    if (count == 2) bring_partner(terms);
    const std::vector<Part> taken(terms.begin(), terms.begin() + count);
    terms.erase(terms.begin(), terms.begin() + count);
    terms.push_back(sum(taken, free_sign(taken, terms, sign)));
  }

  // Second place: whichever of the next level makes the cheapest adder with the first.
  static void bring_partner(std::vector<Part>& terms) {
    std::size_t best = 1;
    for (std::size_t i = 2; i < terms.size() && terms[i].level == terms[1].level; ++i)
      if (cost_of(terms[0], terms[i]) < cost_of(terms[0], terms[best])) best = i;
    std::swap(terms[1], terms[best]);
  }

  // Of both signs that the sum can be made with: the one in which the lowest term is not
  // subtracted, unless the row then cannot have the sign it is wanted with.
  static bool free_sign(const std::vector<Part>& taken, const std::vector<Part>& rest,
                        std::optional<bool> wanted) {
    const auto has = [](const std::vector<Part>& parts, bool negative) {
      return std::any_of(parts.begin(), parts.end(),
                         [&](const Part& part) { return part.term.negative == negative; });
    };
    const auto lowest =
        std::min_element(taken.begin(), taken.end(), [](const Part& x, const Part& y) {
          return x.term.shift != y.term.shift ? x.term.shift < y.term.shift
                                              : x.term.negative < y.term.negative;
        });
    if (wanted && !has(rest, *wanted) && has(taken, *wanted)) return *wanted;
    return lowest->term.negative;
  }

  Part sum(const std::vector<Part>& parts, bool negative) {
    int base = parts.front().term.shift, level = 0;
    Part result{{static_cast<int>(graph_.inputs.size() + graph_.adders.size()), 0, negative}};
    for (const Part& part : parts) {
      base = std::min(base, part.term.shift);
      level = std::max(level, part.level);
      result.low += part.low;
      result.high += part.high;
    }
    result.term.shift = base;
    result.level = level + 1;
    std::vector<Term> terms;
    for (const Part& part : parts) {
      terms.push_back(part.term);
      terms.back().shift -= base;
      terms.back().negative = part.term.negative != negative;
    }
    Adder adder{.a = terms[0], .b = terms[1], .level = result.level};
    if (terms.size() > 2) adder.c = terms[2];
    graph_.adders.push_back(adder);
    return result;
  }

  const Rows& rows_;
  std::vector<std::optional<Part>> parts_;
  std::vector<bool> wanted_negative_;
  AdderGraph graph_;
};

}  // namespace

AdderGraph emit(const Rows& rows, const Problem& problem, const std::vector<Interval>& inputs) {
  return Emitter(rows, problem, inputs).take();
}

}  // namespace qfx::adders
