// Any bytes as an ONNX file, and as an .npz: a UserError, or a model that verifies and computes
// what the file says; no crash, no undefined behaviour.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "imports/passes/all.h"
#include "unit/onnx/networks.h"
#include "unit/onnx/quantized_networks.h"

#include "qfx/base/error.h"
#include "qfx/graph/verify.h"
#include "qfx/imports/import.h"
#include "qfx/imports/npz.h"
#include "qfx/imports/onnx.h"
#include "qfx/imports/operators.h"

namespace {

using namespace qfx::imports;

// Values that make single precision overflow say nothing about an import.
bool is_ordinary(double value) {
  return std::abs(value) < 1e15;
}

void compare(const Source& before, const Lowered& lowered, Casts casts) {
  const SourceInput& input = before.inputs.at(0);
  if (input.is_integer || work_of(lowered.model) > 1e6) return;
  std::vector<double> samples;
  for (std::int64_t i = 0; i < qfx::element_count(*input.shape); ++i)
    samples.push_back(static_cast<double>((i * 37) % 23 - 11) / 8);
  std::map<std::string, Tensor> values;
  try {
    values = run(before, {{input.name, Tensor::of(*input.shape, samples)}});
  } catch (const NodeFault&) {
    return;  // integers divided by zero and the like
  }
  for (const auto& [name, tensor] : values) {
    if (!std::ranges::all_of(tensor.reals, is_ordinary)) return;
  }
  double largest = 1e-3;
  for (const auto& [name, tensor] : values) {
    for (const double value : tensor.reals) largest = std::max(largest, std::abs(value));
  }
  const std::vector<std::vector<double>> outputs = run_as_file(lowered, samples, 1, casts);
  if (outputs.size() != before.outputs.size()) std::abort();
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const std::vector<double>& wanted = values.at(before.outputs[k]).reals;
    const std::vector<double>& got = outputs[k];
    if (wanted.size() != got.size()) std::abort();
    for (std::size_t i = 0; i < got.size(); ++i) {
      // The logarithm of a softmax that is 0 in a double.
      if (std::abs(got[i]) == std::numeric_limits<double>::max()) continue;
      if (!(std::abs(got[i] - wanted[i]) <= 1e-3 * largest * largest)) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try {
    parse_npz(bytes, "'golden.npz'");
  } catch (const qfx::UserError&) {
  }
  try {
    Source source = parse_onnx(bytes, {}, "'net.onnx'");
    Source before = source;
    const Imported imported = import_source(std::move(source), {}, "net");
    qfx::graph::verify(imported.model());
    report_text(imported, "net.onnx");
    cut(before, {});
    set_input_shape(before, {});
    split_fused(before);
    if (imported.source.is_quantized)
      compare(without_rounding(std::move(before)), imported.lowered, Casts::Clamped);
    else
      compare(before, imported.lowered, Casts::None);
  } catch (const qfx::UserError&) {
  }
  return 0;
}

// Now and then the input becomes one of the networks of the tests.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  static const auto networks = [] {
    auto all = qfx::test::onnx_networks();
    all.merge(qfx::test::quantized_networks());
    return all;
  }();
  if (size >= 64 && seed % 64 != 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string content =
      std::next(networks.begin(), (seed / 64) % networks.size())->second.bytes();
  if (content.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(content.begin(), content.end(), data);
  return content.size();
}
