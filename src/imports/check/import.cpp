#include "qfx/imports/import.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <utility>

#include "imports/passes/all.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/outputs.h"
#include "qfx/imports/float_model.h"
#include "qfx/imports/onnx.h"
#include "qfx/imports/operators.h"

namespace qfx::imports {
namespace {

// A second or so.
constexpr double kMostWork = 1e8;
// Weights are rounded to single precision on the way: a network sums thousands of such errors.
constexpr double kMostDifference = 1e-5;

std::vector<double> random_samples(std::int64_t count) {
  std::mt19937_64 generator(1);
  std::vector<double> samples;
  for (std::int64_t i = 0; i < count; ++i)
    samples.push_back(static_cast<double>(generator() >> 11) * 0x1p-52 - 1);
  return samples;
}

// Relative to the largest value of the output; empty where the file's values are no numbers.
std::optional<double> difference_of(const std::vector<double>& wanted, const std::vector<double>& got) {
  QFX_ASSERT(wanted.size() == got.size());
  double largest = 0, difference = 0;
  std::size_t numbers = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    // The root of a random number can be none, and then the file says nothing.
    if (!std::isfinite(wanted[i])) continue;
    ++numbers;
    largest = std::max(largest, std::abs(wanted[i]));
    const double distance = std::abs(wanted[i] - got[i]);
    if (!(distance <= difference)) difference = std::isnan(distance) ? INFINITY : distance;
  }
  if (numbers == 0) return std::nullopt;
  return difference == 0 ? 0.0 : difference / std::max(largest, 1e-30);
}

// The model and the network as it came, on the same samples; the output that differs most.
std::optional<double> compare(const Source& before, const Lowered& lowered) {
  if (work_of(lowered.model) > kMostWork) return std::nullopt;
  const SourceInput& input = before.inputs.at(0);
  const std::vector<double> samples = random_samples(element_count(*input.shape));
  std::map<std::string, Tensor> values;
  try {
    values = run(before, {{input.name, Tensor::of(*input.shape, samples)}});
  } catch (const NodeFault&) {
    return std::nullopt;  // too large to be computed here
  }
  const std::vector<std::vector<double>> outputs = run_as_file(lowered, samples, 1);
  std::optional<double> most;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto apart = difference_of(values.at(before.outputs.at(i)).reals, outputs[i]);
    if (apart) most = std::max(most.value_or(0), *apart);
  }
  return most;
}

}  // namespace

std::vector<std::vector<double>> run_as_file(const Lowered& lowered,
                                             const std::vector<double>& samples,
                                             std::int64_t batch) {
  const auto in = std::ssize(lowered.input_index);
  QFX_ASSERT(std::ssize(samples) == in * batch);
  std::vector<double> arranged(samples.size());
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t i = 0; i < in; ++i)
      arranged[b * in + lowered.input_index[i]] = samples[b * in + i];
  }
  const std::vector<double> values = run_float(lowered.model, arranged, batch);
  const std::int64_t held = graph::output_size(lowered.model);
  const std::vector<graph::OutputPart> parts = graph::output_parts(lowered.model);
  std::vector<std::vector<double>> result;
  for (const LoweredOutput& output : lowered.outputs) {
    const auto part = std::ranges::find(parts, output.node, &graph::OutputPart::node);
    QFX_ASSERT(part != parts.end());
    std::vector<double>& own = result.emplace_back();
    for (std::int64_t b = 0; b < batch; ++b) {
      for (const std::int64_t i : output.index) own.push_back(values[b * held + part->first + i]);
    }
  }
  return result;
}

double work_of(const graph::Model& model) {
  double work = 0;
  for (const graph::Node& node : model.nodes) {
    const auto found = node.params.find(graph::Role::Weight);
    if (found == node.params.end()) continue;
    const double each = static_cast<double>(element_count(found->second.shape)) /
                        static_cast<double>(found->second.shape[0]);
    work += each * static_cast<double>(element_count(node.shape));
  }
  return work;
}

Imported import_source(Source source, const ImportOptions& options, const std::string& name) {
  Imported result{.file_outputs = source.output_names};
  make_plain(source, options);
  result.source = std::move(source);
  result.lowered = lower(result.source, name);
  return result;
}

Imported import_onnx(const std::filesystem::path& path, const ImportOptions& options,
                     const std::string& name) {
  Source source = read_onnx(path);
  // As it came, but for what no evaluator needs to know.
  Source before = source;
  cut(before, options.outputs);
  set_input_shape(before, options.input_shape);
  split_fused(before);
  Imported result = import_source(std::move(source), options, name);
  result.difference = compare(before, result.lowered);
  if (result.difference && !(*result.difference <= kMostDifference))
    internal_error(
        "the model made of {} differs from it by {:.2e} of the largest value; please send the file",
        in_quotes(path.string()), *result.difference);
  return result;
}

}  // namespace qfx::imports
