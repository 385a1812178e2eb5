// loss = "teacher": the network in float says what the one in fixed point should answer. No labels
// take part.
#pragma once

#include <vector>

#include "train/calibration/sample_batches.h"
#include "train/loop/run_context.h"
#include "train/network/network.h"

namespace qfx::train {

// One output among a row of scores, which has all outputs one behind the other.
struct AnswerPart {
  std::int64_t first = 0, size = 0;
  std::int64_t channels = 0;  // of `size`
  // What its values are: where they are those of a softmax, or its input's, the distribution over
  // the channels counts.
  enum class Kind { Values, Logarithms, Probabilities } kind = Kind::Values;
};

// Of what the loss sees (network/loss_input.h).
std::vector<AnswerPart> answer_parts(const graph::Model& model, const graph::Task& task);

// By channel of each part that is no distribution, {channels}: the standard deviation of the
// teacher's answers, at least a tenth of the whole part's. scores: {samples, outputs}.
std::vector<at::Tensor> deviations(const at::Tensor& scores, const std::vector<AnswerPart>& parts);

// A sum over the parts of means over the batch: of a distribution the Kullback-Leibler divergence
// from the teacher's to the network's, averaged over its places; of others (y - t)^2 in units of
// the deviation. Scalar with its gradient; scores and wanted: {batch, outputs}.
at::Tensor teacher_loss(const at::Tensor& scores, const at::Tensor& wanted,
                        const std::vector<AnswerPart>& parts,
                        const std::vector<at::Tensor>& deviations);

class Teacher {
 public:
  // The network in float, with the values that it shall answer by.
  explicit Teacher(std::unique_ptr<Network> network) : network_(std::move(network)) {}

  // The unit of each output, by these samples; before the first loss.
  void measure(const RunContext& context, const SampleBatches& samples);
  // Of a batch: `scores` are the trained network's.
  at::Tensor loss(const RunContext& context, const at::Tensor& scores,
                  const at::Tensor& samples) const;
  // Gives a set that lacks what the task compares with the teacher's answers: its largest output as
  // the class, else its outputs as targets. Returns whether it did.
  bool answer(const RunContext& context, data::Dataset& set) const;

 private:
  at::Tensor scores(const RunContext& context, const at::Tensor& samples) const;

  std::unique_ptr<Network> network_;
  std::vector<AnswerPart> parts_;
  std::vector<at::Tensor> deviations_;
};

}  // namespace qfx::train
