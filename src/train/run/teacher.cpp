#include "train/run/teacher.h"

#include <algorithm>

#include "train/loop/examine.h"
#include "train/loop/live_count.h"
#include "train/network/loss_input.h"
#include "train/network/samples_at_once.h"
#include "train/samples/samples.h"
#include "train/tensors/values.h"

#include "qfx/graph/outputs.h"
#include "qfx/measure/answers.h"

namespace qfx::train {
namespace {

// An output that hardly varies does not outweigh the others.
constexpr double kLeastShare = 0.1;
constexpr double kLeastProbability = 1e-4;

at::Tensor part_of(const at::Tensor& scores, const AnswerPart& part) {
  return scores.slice(1, part.first, part.first + part.size)
      .reshape({scores.size(0), part.channels, part.size / part.channels});
}

bool is_answered(const graph::Task& task, const Network& network, const data::Dataset& set) {
  const graph::Model& model = network.structure();
  const std::int64_t outputs = graph::output_size(model);
  if (graph::output_ids(model).size() > 1)
    return measure::Answers::of_several(task, network.input(), outputs, set).known();
  return measure::Answers(task, network.input(), outputs, set).known();
}

// A fixed-point probability may be 0.
at::Tensor logarithm(const at::Tensor& probability) {
  return at::log(at::clamp_min(probability, kLeastProbability));
}

at::Tensor divergence(const at::Tensor& p, const at::Tensor& log_p, const at::Tensor& log_q) {
  return at::mean(at::sum(p * (log_p - log_q), {1}));
}

}  // namespace

std::vector<AnswerPart> answer_parts(const graph::Model& model, const graph::Task& task) {
  using Kind = AnswerPart::Kind;
  const graph::NodeId seen = loss_input(model, task);
  if (seen != kAllOutputs && !graph::is_output(model, seen)) {
    const graph::Shape& shape = model.nodes[seen].shape;
    return {{.size = graph::element_count(shape), .channels = shape[0], .kind = Kind::Logarithms}};
  }
  std::vector<AnswerPart> parts;
  for (const graph::OutputPart& part : graph::output_parts(model)) {
    const graph::Op& op = model.nodes[graph::format_source(model.nodes, part.node)].op;
    const bool is_softmax = std::holds_alternative<graph::Softmax>(op);
    parts.push_back({.first = part.first,
                     .size = part.size,
                     .channels = model.nodes[part.node].shape[0],
                     .kind = is_softmax ? Kind::Probabilities : Kind::Values});
  }
  return parts;
}

std::vector<at::Tensor> deviations(const at::Tensor& scores, const std::vector<AnswerPart>& parts) {
  std::vector<at::Tensor> all;
  for (const AnswerPart& part : parts) {
    const at::Tensor values = part_of(scores.to(at::kDouble), part);
    const std::vector<std::int64_t> all_but_channels{0, 2};
    const at::Tensor own = at::std(values, at::IntArrayRef(all_but_channels), false);
    const double all_over = at::sqrt(at::mean(at::square(own))).item<double>();
    const double least = all_over > 0 ? kLeastShare * all_over : 1;
    all.push_back(at::clamp_min(own, least).to(at::kFloat));
  }
  return all;
}

at::Tensor teacher_loss(const at::Tensor& scores, const at::Tensor& wanted,
                        const std::vector<AnswerPart>& parts,
                        const std::vector<at::Tensor>& deviations) {
  at::Tensor sum;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const at::Tensor y = part_of(scores.to(at::kFloat), parts[i]);
    const at::Tensor t = part_of(wanted.to(at::kFloat), parts[i]);
    at::Tensor loss;
    switch (parts[i].kind) {
      case AnswerPart::Kind::Logarithms:
        loss = divergence(at::softmax(t, 1), at::log_softmax(t, 1), at::log_softmax(y, 1));
        break;
      case AnswerPart::Kind::Probabilities:
        loss = divergence(t, logarithm(t), logarithm(y));
        break;
      case AnswerPart::Kind::Values: {
        const at::Tensor unit = deviations[i].to(y.device()).reshape({1, parts[i].channels, 1});
        loss = at::mean(at::square((y - t) / unit));
      }
    }
    sum = sum.defined() ? sum + loss : loss;
  }
  return sum;
}

at::Tensor Teacher::scores(const RunContext& context, const at::Tensor& samples) const {
  const at::NoGradGuard no_grad;
  return outputs_of(context, PhaseKind::Float, *network_, samples, {}).scores;
}

void Teacher::measure(const RunContext& context, const SampleBatches& samples) {
  parts_ = answer_parts(network_->structure(), context.recipe.model.task);
  std::vector<at::Tensor> all;
  for (std::int64_t b = 0; b < samples.count(); ++b)
    all.push_back(scores(context, samples.at(b)).cpu());
  deviations_ = deviations(at::cat(all), parts_);
}

at::Tensor Teacher::loss(const RunContext& context, const at::Tensor& scores,
                         const at::Tensor& samples) const {
  return teacher_loss(scores, this->scores(context, samples), parts_, deviations_);
}

bool Teacher::answer(const RunContext& context, data::Dataset& set) const {
  const graph::Task& task = context.recipe.model.task;
  const std::int64_t outputs = graph::output_size(network_->structure());
  if (set.size() == 0 || is_answered(task, *network_, set)) return false;
  const at::NoGradGuard no_grad;
  const std::int64_t batch = samples_at_once(*network_, 256);
  const LiveCount live(context, "float");
  for (std::int64_t first = 0; first < set.size(); first += batch) {
    const std::int64_t count = std::min(batch, set.size() - first);
    const at::Tensor samples = preprocessed(network_->input(), set, first, count);
    const at::Tensor values =
        outputs_of(context, PhaseKind::Float, *network_, samples, {}).values.cpu();
    if (task.classifies()) {
      const at::Tensor classes = at::argmax(values, 1).to(at::kInt).contiguous();
      const auto* row = classes.data_ptr<std::int32_t>();
      set.labels.insert(set.labels.end(), row, row + count);
    } else {
      const std::vector<float> row = floats(values.to(at::kFloat).contiguous());
      set.targets.insert(set.targets.end(), row.begin(), row.end());
    }
    live(first + count, set.size());
  }
  if (task.classifies())
    set.class_count = static_cast<int>(outputs);
  else
    set.target_size = outputs;
  return true;
}

}  // namespace qfx::train
