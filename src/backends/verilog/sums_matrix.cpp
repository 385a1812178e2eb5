#include "backends/verilog/sums_matrix.h"

#include <algorithm>
#include <fmt/format.h>

#include "backends/verilog/instance.h"
#include "backends/verilog/memory_text.h"
#include "backends/verilog/print_matrix.h"

#include "qfx/adders/pipeline.h"
#include "qfx/adders/synthesize.h"
#include "qfx/base/error.h"
#include "qfx/circuit/pipeline.h"
#include "qfx/fixed/raw.h"

namespace qfx::backends::verilog {
namespace {

// Steps of the search: so that the text is the same on every machine, and no layer takes long.
std::int64_t search_steps(std::int64_t factors) {
  return factors <= 256 ? 1000 : factors <= 1024 ? 200 : factors <= 4096 ? 20 : 0;
}

}  // namespace

SumsMatrix sums_matrix(const std::string& name, const SumsShape& shape, int input_width,
                       int stages) {
  adders::Matrix matrix{.rows = shape.sums.pe, .columns = shape.operands, .values = {}};
  for (std::int64_t lane = 0; lane < matrix.rows; ++lane) {
    const auto output = shape.output_of(0, lane);
    for (std::int64_t operand = 0; operand < matrix.columns; ++operand)
      matrix.values.push_back(output ? shape.weight(*output, 0, operand) : 0);
  }
  const adders::Interval input =
      shape.work.gate ? adders::Interval{-1, 1}
                      : adders::Interval{fixed::min_raw(shape.input), fixed::max_raw(shape.input)};
  const adders::AdderGraph graph = adders::synthesize(
      matrix,
      {.inputs = std::vector<adders::Interval>(static_cast<std::size_t>(matrix.columns), input),
       .max_depth = stages * circuit::kLevelsPerStage,
       .steps = search_steps(matrix.rows * matrix.columns)});
  SumsMatrix result;
  result.name = name;
  std::int64_t least = 0, most = 0;
  for (const adders::Term& output : graph.outputs) {
    const adders::Interval range = adders::range_of(graph, output);
    least = std::min(least, range.low);
    most = std::max(most, range.high);
  }
  result.output_width = signed_bits(least, most);
  result.late = stages - adders::matrix_stages(graph, circuit::kLevelsPerStage);
  QFX_ASSERT(result.late >= 0);
  result.text = print_matrix(name, graph, circuit::kLevelsPerStage,
                             {.input_width = input_width, .output_width = result.output_width});
  return result;
}

std::string SumsMatrix::instance(const std::string& wire, const std::string& input,
                                 std::int64_t outputs) const {
  const std::string bits = range(outputs * output_width);
  const auto stage = [&](int at) {
    return at == late ? wire + "_sums" : fmt::format("{}_sums_{}", wire, at);
  };
  std::string out = fmt::format("  wire {}{};\n", bits, stage(0)) + Instance(name, wire + "_matrix")
                                                                        .ports({"clk", "en"})
                                                                        .port("x", input)
                                                                        .port("y", stage(0))
                                                                        .text();
  for (int at = 1; at <= late; ++at)
    out += fmt::format("  reg {0}{1};\n  always @(posedge clk) if (en) {1} <= {2};\n", bits,
                       stage(at), stage(at - 1));
  return out;
}

}  // namespace qfx::backends::verilog
