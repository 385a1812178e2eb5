#include "qfx/imports/import.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>
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

double random_real(std::mt19937_64& generator) {
  return static_cast<double>(generator() >> 11) * 0x1p-52 - 1;
}

// Samples as the file's network reads them: all over the range of the input's format where that is
// known, whole numbers where the file takes integers.
std::vector<double> random_samples(const Lowered& lowered, bool are_whole) {
  std::mt19937_64 generator(1);
  const graph::Node& input = lowered.model.nodes.front();
  const std::int64_t plane = element_count(input.shape) / input.shape[0];
  std::vector<double> samples;
  for (const std::int64_t at : lowered.input_index) {
    double value = random_real(generator);
    if (!input.spec.learned && input.spec.int_bits) {
      const fixed::Format format = input.spec.format(input.spec.width - *input.spec.int_bits);
      const fixed::Interval held = fixed::held_range(format);
      const double unit = std::ldexp(1.0, -format.frac_bits());
      const double low = static_cast<double>(held.lo) * unit;
      value = low + (value + 1) / 2 * (static_cast<double>(held.hi) * unit - low);
    }
    const std::int64_t c = at / plane;
    if (!lowered.input_factor.empty())
      value = (value - lowered.input_term[c]) / lowered.input_factor[c];
    samples.push_back(are_whole ? std::nearbyint(value) : value);
  }
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
    // A function's infinity (docs/semantics.md, section 5): the logarithm of a softmax that is 0 in a
    // double, where the file, which never divides, still has a number.
    if (std::abs(got[i]) == std::numeric_limits<double>::max()) continue;
    ++numbers;
    largest = std::max(largest, std::abs(wanted[i]));
    const double distance = std::abs(wanted[i] - got[i]);
    if (!(distance <= difference)) difference = std::isnan(distance) ? INFINITY : distance;
  }
  if (numbers == 0) return std::nullopt;
  return difference == 0 ? 0.0 : difference / std::max(largest, 1e-30);
}

// The model and the network as it came, on the same samples; the output that differs most.
void compare(Imported& imported) {
  const Lowered& lowered = imported.lowered;
  const Source& before = *imported.original;
  if (work_of(lowered.model) > kMostWork) return;
  const bool is_quantized = imported.source.is_quantized;
  const std::vector<double> samples = random_samples(lowered, before.inputs.at(0).is_integer);
  const auto wanted = run_original(is_quantized ? without_rounding(before) : before, samples);
  if (!wanted) return;
  const auto got =
      run_as_file(lowered, samples, 1, is_quantized ? Casts::Clamped : Casts::None);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto apart = difference_of((*wanted)[i], got[i]);
    if (apart) imported.difference = std::max(imported.difference.value_or(0), *apart);
  }
  if (!is_quantized) return;
  const auto whole = run_original(before, samples);
  if (!whole) return;
  const auto cast = run_as_file(lowered, samples, 1, Casts::Whole);
  imported.differing = 0;
  for (std::size_t k = 0; k < cast.size(); ++k) {
    double largest = 0;
    for (const double value : (*whole)[k]) largest = std::max(largest, std::abs(value));
    for (std::size_t i = 0; i < cast[k].size(); ++i)
      *imported.differing += !(std::abs(cast[k][i] - (*whole)[k][i]) <= kMostDifference * largest);
  }
}

}  // namespace

std::vector<std::vector<double>> run_as_file(const Lowered& lowered,
                                             const std::vector<double>& samples, std::int64_t batch,
                                             Casts casts) {
  const auto in = std::ssize(lowered.input_index);
  QFX_ASSERT(std::ssize(samples) == in * batch);
  std::vector<double> arranged(samples.size());
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t i = 0; i < in; ++i)
      arranged[b * in + lowered.input_index[i]] = samples[b * in + i];
  }
  const graph::Shape& held_shape = lowered.model.nodes.front().shape;
  const std::int64_t plane = in / held_shape[0];
  for (std::size_t i = 0; !lowered.input_factor.empty() && i < arranged.size(); ++i) {
    const auto c = static_cast<std::int64_t>(i) % in / plane;
    arranged[i] = arranged[i] * lowered.input_factor[c] + lowered.input_term[c];
  }
  const std::vector<double> values = run_float(lowered.model, arranged, batch, casts);
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

// Constants stay rounded: only quantizers of what depends on the samples change.
Source without_rounding(Source source) {
  std::set<std::string> computed{source.inputs.at(0).name};
  for (Node& node : source.nodes) {
    const bool depends = std::ranges::any_of(
        node.inputs, [&](const std::string& input) { return computed.contains(input); });
    if (!depends) continue;
    computed.insert(node.outputs.begin(), node.outputs.end());
    node.is_smooth = true;
  }
  return source;
}

std::optional<std::vector<std::vector<double>>> run_original(const Source& original,
                                                             const std::vector<double>& sample) {
  const SourceInput& input = original.inputs.at(0);
  try {
    auto values = run(original, {{input.name, Tensor::of(*input.shape, sample)}});
    std::vector<std::vector<double>> outputs;
    for (const std::string& output : original.outputs) outputs.push_back(values.at(output).reals);
    return outputs;
  } catch (const NodeFault&) {
    return std::nullopt;  // too large to be computed here
  }
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
  for (std::string& remark : result.lowered.remarks)
    result.source.remarks.push_back(std::move(remark));
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
  result.original = std::move(before);
  compare(result);
  if (result.difference && !(*result.difference <= kMostDifference))
    internal_error(
        "the model made of {} differs from it by {:.2e} of the largest value; please send the file",
        in_quotes(path.string()), *result.difference);
  return result;
}

}  // namespace qfx::imports
