#include "qfx/imports/float_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "imports/check/float_domain.h"
#include "imports/operators/quantizer.h"

#include "qfx/base/error.h"
#include "qfx/graph/outputs.h"

namespace qfx::imports {
namespace {

static_assert(graph::WindowDomain<FloatDomain>);

// Over the channels, at each pixel.
std::vector<double> softmax(const FloatInput& input, std::int64_t batch) {
  const std::int64_t channels = input.shape[0], plane = element_count(input.shape) / channels;
  std::vector<double> result = *input.values;
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t p = 0; p < plane; ++p) {
      double* first = result.data() + b * channels * plane + p;
      double largest = -std::numeric_limits<double>::infinity(), sum = 0;
      for (std::int64_t c = 0; c < channels; ++c) largest = std::max(largest, first[c * plane]);
      for (std::int64_t c = 0; c < channels; ++c) {
        first[c * plane] = std::exp(first[c * plane] - largest);
        sum += first[c * plane];
      }
      for (std::int64_t c = 0; c < channels; ++c) first[c * plane] /= sum;
    }
  }
  return result;
}

template <graph::IsMove Kind>
std::vector<double> moved(const Kind& kind, const FloatInput& input, std::int64_t batch) {
  const std::vector<std::int64_t> sources = graph::sources_of(
      graph::moves_of(kind.view(input.shape), input.shape, graph::Arrangement::RowMajor));
  std::vector<double> result;
  result.reserve(static_cast<std::size_t>(batch) * sources.size());
  for (std::int64_t b = 0; b < batch; ++b)
    for (const std::int64_t source : sources)
      result.push_back((*input.values)[b * element_count(input.shape) + source]);
  return result;
}

template <class Kind>
std::vector<double> by_channels(const Kind& kind, const graph::Node& node,
                                std::vector<FloatInput> inputs, std::int64_t batch) {
  FloatDomain domain(node, std::move(inputs), batch);
  const std::int64_t channels = node.shape[0], plane = element_count(node.shape) / channels;
  std::vector<double> result(static_cast<std::size_t>(batch * channels * plane));
  for (std::int64_t c = 0; c < channels; ++c) {
    domain.set_channel(c);
    const Reals values = graph::value(domain, kind);
    for (std::int64_t b = 0; b < batch; ++b) {
      for (std::int64_t p = 0; p < plane; ++p)
        result[(b * channels + c) * plane + p] =
            values.values[values.values.size() == 1 ? 0 : b * plane + p];
    }
  }
  return result;
}

std::vector<double> compute(const graph::Node& node, std::vector<FloatInput> inputs,
                            std::int64_t batch) {
  return std::visit(
      [&](const auto& kind) -> std::vector<double> {
        using Kind = std::decay_t<decltype(kind)>;
        if constexpr (std::is_same_v<Kind, graph::Input>)
          internal_error("a model has two inputs");
        else if constexpr (std::is_same_v<Kind, graph::Softmax>)
          return softmax(inputs[0], batch);
        else if constexpr (graph::IsMove<Kind>)
          return moved(kind, inputs[0], batch);
        else if constexpr (std::is_same_v<decltype(std::declval<const Kind&>().form()),
                                          graph::Form>) {
          if (std::holds_alternative<graph::Rename>(kind.form())) return *inputs[0].values;
          return by_channels(kind, node, std::move(inputs), batch);
        } else {
          return by_channels(kind, node, std::move(inputs), batch);
        }
      },
      node.op);
}

// A value's assignment to its node's format, as far as that is fixed. Overflow saturates in what an
// import makes; other modes are left alone.
void assign(const graph::Node& node, Casts casts, std::vector<double>& values) {
  if (casts == Casts::None || node.spec.learned || !node.spec.int_bits) return;
  if (graph::keeps_format(node.op) || graph::own_format(node.op)) return;
  const fixed::Format format = node.spec.format(node.spec.width - *node.spec.int_bits);
  const fixed::Interval held = fixed::held_range(format);
  for (double& value : values) {
    double raw = std::ldexp(value, format.frac_bits());
    if (casts == Casts::Whole) raw = rounded(raw, format.rounding);
    raw = std::clamp(raw, static_cast<double>(held.lo), static_cast<double>(held.hi));
    value = std::ldexp(raw, -format.frac_bits());
  }
}

}  // namespace

std::vector<double> run_float(const graph::Model& model, std::span<const double> samples,
                              std::int64_t batch, Casts casts) {
  QFX_ASSERT(std::ssize(samples) == batch * element_count(model.nodes.front().shape));
  // The values that leave the network stay.
  std::vector<std::size_t> last_reader(model.nodes.size(), 0);
  for (std::size_t id = 0; id < model.nodes.size(); ++id) {
    for (const graph::NodeId input : model.nodes[id].inputs) last_reader[input] = id;
  }
  for (const graph::NodeId id : graph::output_ids(model)) last_reader[id] = model.nodes.size();
  std::vector<std::vector<double>> values(model.nodes.size());
  values[0].assign(samples.begin(), samples.end());
  assign(model.nodes[0], casts, values[0]);
  for (std::size_t id = 1; id < model.nodes.size(); ++id) {
    const graph::Node& node = model.nodes[id];
    std::vector<FloatInput> inputs;
    for (const graph::NodeId input : node.inputs)
      inputs.push_back({.values = &values[input], .shape = model.nodes[input].shape});
    values[id] = compute(node, std::move(inputs), batch);
    assign(node, casts, values[id]);
    for (const graph::NodeId input : node.inputs) {
      if (last_reader[input] == id) std::vector<double>().swap(values[input]);
    }
  }
  const std::vector<graph::OutputPart> parts = graph::output_parts(model);
  if (parts.size() == 1) return std::move(values[parts[0].node]);
  std::vector<double> rows;
  for (std::int64_t sample = 0; sample < batch; ++sample) {
    for (const graph::OutputPart& part : parts) {
      const auto begin = values[part.node].begin() + sample * part.size;
      rows.insert(rows.end(), begin, begin + part.size);
    }
  }
  return rows;
}

}  // namespace qfx::imports
