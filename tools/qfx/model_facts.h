// What there is to know about a frozen model without running it: formats, ranges, widths, work.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "qfx/graph/analyzed.h"
#include "qfx/graph/task.h"
#include "qfx/graph/totals.h"

namespace qfx::command {

// Operations one image costs, at one multiplier or adder each.
struct Work {
  std::int64_t multiplies = 0;  // by constants that are not K-hot; and softmax's divisions
  std::int64_t shifts = 0;      // by the ones of K-hot constants
  std::int64_t adds = 0;        // of products, shifted terms, biases, residuals and means

  Work& operator+=(const Work& other);
};

struct NodeFacts {
  std::string name;
  std::string kind;  // "conv2d 3x3 stride 2x2"
  graph::Shape shape;
  std::string format;         // "fixed<8,3,RND,SAT>"
  double low = 0, high = 0;   // real values it can produce, by range analysis
  int accumulator_width = 0;  // 0: it has none
  bool can_overflow = false;
  std::string kernel;  // the runtime's; empty where there is none
  Work work;
  Work ordinary_work;  // if K-hot constants were multiplied by like others
  // In exported C++ that nobody folds: cycles of an image, and products of a cycle; 0: it has none.
  std::int64_t cycles = 0, products_at_once = 0;
  // Of those products, the ones that multiply: not by constants of few ones or of one bit.
  std::int64_t multipliers() const { return work.multiplies > 0 ? products_at_once : 0; }
};

struct ParamFacts {
  std::string name;  // "conv1.weight"
  graph::Shape shape;
  std::string format;
  std::string points;        // fraction bits where channels differ: "3..7"; else empty
  double low = 0, high = 0;  // real values it has
  int k_hot = 0;
  bool signed_digits = false;
  std::int64_t count = 0;
  std::vector<std::int64_t>
      ones;  // ones[i]: constants with i ones (signed digits where the spec counts those)
};

struct OutputFacts {
  std::string name;
  std::int64_t values = 0;
};

struct ModelFacts {
  std::string name;
  graph::Task task;
  std::vector<OutputFacts> outputs;
  std::vector<NodeFacts> nodes;
  std::vector<ParamFacts> params;
  graph::Totals totals;
  Work work;
  Work ordinary_work;
};

ModelFacts describe(const graph::Analyzed& model);

}  // namespace qfx::command
