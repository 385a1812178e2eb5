#include "qfx/runtime/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "qfx/base/error.h"
#include "qfx/graph/outputs.h"
#include "qfx/graph/preprocess.h"
#include "qfx/runtime/quantize_input.h"

namespace qfx::runtime {
namespace {

constexpr std::int64_t kBatch = 256;
constexpr int kByteValues = 256;

// The raw input for every byte on every channel: what quantize_input would say, looked up.
class ByteTable {
 public:
  explicit ByteTable(const graph::FrozenNode& input) : channels_(input.shape[0]) {
    // An image whose plane holds every byte once, so that each channel meets its own mean and std.
    graph::FrozenNode planes = input;
    auto& op = std::get<graph::Input>(planes.op);
    op.shape = planes.shape = {channels_, kByteValues, 1};
    std::vector<float> samples(channels_ * kByteValues);
    for (std::size_t i = 0; i < samples.size(); ++i)
      samples[i] = static_cast<float>(i % kByteValues);
    table_.resize(samples.size());
    quantize_input(planes, samples, table_);
  }

  void look_up(std::span<const std::uint8_t> bytes, std::int64_t images,
               std::span<std::int32_t> raw) const {
    const std::size_t inner = bytes.size() / (images * channels_);
    std::size_t i = 0;
    for (std::int64_t plane = 0; plane < images * channels_; ++plane) {
      const std::int32_t* row = table_.data() + plane % channels_ * kByteValues;
      for (const std::size_t end = i + inner; i < end; ++i) raw[i] = row[bytes[i]];
    }
  }

 private:
  std::int64_t channels_;
  std::vector<std::int32_t> table_;
};

}  // namespace

measure::Answers answers_for(const graph::FrozenModel& model, const data::Dataset& set) {
  const auto& input = std::get<graph::Input>(model.input().op);
  const std::int64_t outputs = graph::output_size(model);
  if (graph::output_ids(model).size() > 1)
    return measure::Answers::of_several(model.task, input, outputs, set);
  return {model.task, input, outputs, set};
}

std::vector<double> real_outputs(const graph::FrozenModel& model,
                                 std::span<const std::int32_t> raw) {
  std::vector<double> steps;  // of each value of a sample
  for (const graph::OutputPart& part : graph::output_parts(model)) {
    const int frac_bits = model.nodes[static_cast<std::size_t>(part.node)].format.frac_bits();
    steps.insert(steps.end(), static_cast<std::size_t>(part.size), std::ldexp(1.0, -frac_bits));
  }
  std::vector<double> real(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) real[i] = raw[i] * steps[i % steps.size()];
  return real;
}

measure::Measures measures_for(const graph::FrozenModel& model, std::int64_t samples) {
  measure::Measures measures(model.task, graph::output_size(model), samples);
  const bool ends_in_softmax =
      std::holds_alternative<graph::Softmax>(graph::first_output(model).op);
  if (ends_in_softmax && model.task.classifies()) measures.forget_loss();
  return measures;
}

Evaluation evaluate(const Engine& engine, const data::Dataset& set,
                    const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const graph::FrozenNode& input = engine.model().input();
  if (!graph::takes_samples(input.shape, set.sample_shape))
    user_error(
        "{}: samples have shape {}, the model's input takes {}; give the data the model was "
        "trained on",
        set.name, graph::to_string(set.sample_shape), graph::to_string(input.shape));
  const std::int64_t in_size = graph::element_count(input.shape);
  const std::int64_t out_size = graph::output_size(engine.model());
  measure::Answers answers = answers_for(engine.model(), set);
  std::optional<ByteTable> table;
  if (!set.bytes.empty()) table.emplace(input);

  Evaluation result{.images = set.size(),
                    .seconds = 0,
                    .outputs = {},
                    .measures = measures_for(engine.model(), set.size())};
  result.outputs.reserve(set.size() * out_size);
  std::vector<float> samples;
  std::vector<std::int32_t> raw;
  for (std::int64_t first = 0; first < set.size(); first += kBatch) {
    const std::int64_t count = std::min(kBatch, set.size() - first);
    raw.resize(count * in_size);
    if (table) {
      table->look_up(std::span(set.bytes).subspan(first * in_size, count * in_size), count, raw);
    } else {
      samples.resize(count * in_size);
      set.copy_samples(first, count, samples.data());
      quantize_input(input, samples, raw);
    }
    const auto start = std::chrono::steady_clock::now();
    const RawTensor outputs = engine.run(raw, count);
    result.seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (answers.known())
      result.measures.add(real_outputs(engine.model(), outputs), answers.of(first, count), first);
    result.outputs.insert(result.outputs.end(), outputs.begin(), outputs.end());
    if (progress) progress(first + count, set.size());
  }
  return result;
}

}  // namespace qfx::runtime
