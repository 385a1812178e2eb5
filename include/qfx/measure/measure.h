// How good outputs are, in the measures of the network's task. Sums only: batches, threads and
// processes add up theirs, and training, runtime and verify measure alike.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "qfx/graph/task.h"

namespace qfx::measure {

// More classes than this have no confusion matrix.
inline constexpr std::int64_t kMaxConfusionClasses = 256;

// The kinds of measures, by the task.
enum class Kind {
  Classes,  // cross_entropy
  Labels,   // bce
  Values,   // mse, mae
  Rebuilt,  // rebuilds_input, whatever the loss
};

Kind kind_of(const graph::Task& task);

// What a batch is compared with, sample by sample.
struct Truth {
  // The classes; where the task rebuilds its input 1 for what is odd, else 0, or empty.
  std::span<const std::int32_t> labels;
  // {batch, outputs}: the values, the labels 0..1, or the sample as the network sees it.
  std::span<const float> targets;
};

// The one number that says how good a network is.
struct Headline {
  std::string name;  // "accuracy", "RMSE", "MAE", "label accuracy", "reconstruction error"
  double value = 0;  // accuracies as fractions
  bool higher_is_better = true;
  std::string text;     // the value for people: "91.23 %", "0.0417"
  std::string details;  // what goes with it: "9,123 of 10,000", "R2 0.9312"

  // Whether this value is better than another of the same measure; NaN is worse than all else.
  bool better_than(double other) const;
};

// One class or one label.
struct ClassMeasure {
  std::int64_t there = 0, said = 0, right = 0;  // samples that are, that are said to be, and both
  double accuracy = 0;  // samples on which truth and answer agree about it, 0..1
  std::optional<double> recall, precision;  // empty where they divide by 0
};

// One output, or all.
struct ValueMeasure {
  double rmse = 0, mae = 0;
  // 1 - squared error / squared distance from the mean target; empty where all targets are equal.
  // Of all outputs: the mean of theirs.
  std::optional<double> r2;
};

class Measures {
 public:
  // outputs: how many values the network has. samples: those of the whole set, of which the
  // reconstruction error is then kept one by one, as auc() asks.
  Measures(graph::Task task, std::int64_t outputs, std::int64_t samples = 0);

  // A batch of real outputs {batch, outputs}. first: the batch's first sample in the set. Labels
  // are below outputs.
  void add(std::span<const double> outputs, const Truth& truth, std::int64_t first = 0);
  // The same of raw integers, whose value is raw * 2^-frac_bits.
  void add(std::span<const std::int32_t> outputs, int frac_bits, const Truth& truth,
           std::int64_t first = 0);

  // What another of the same task, outputs and samples has added.
  void merge(const Measures& other);
  // All that is kept. Those of several processes, added up element by element, are one's.
  std::vector<double>& sums() { return sums_; }
  const std::vector<double>& sums() const { return sums_; }

  const graph::Task& task() const { return task_; }
  Kind kind() const { return kind_of(task_); }
  std::int64_t outputs() const { return outputs_; }
  // Of output i: its name, else its number.
  std::string name_of(std::int64_t i) const;

  std::int64_t samples() const;  // compared so far; all below asks for at least one
  double loss() const;           // the mean of the task's; NaN where it is not known
  // Outputs of a softmax that ends the network are no outputs that training's loss looks at.
  void forget_loss() { knows_loss_ = false; }
  Headline headline() const;
  // What the headline would be if the network always answered the same, the best of such answers.
  // Empty where these sums do not tell (mae, Rebuilt).
  std::optional<double> constant_answer() const;

  // ---- Classes: the class of a sample is its largest output, the first of equals
  std::int64_t correct() const;
  double accuracy() const;
  // [label * outputs + answer], samples; empty beyond kMaxConfusionClasses.
  std::span<const double> confusion() const;

  // ---- Classes: by class; Labels: by label, said to be there where sigmoid(output) > 0.5, that
  // is, output > 0
  std::vector<ClassMeasure> classes() const;

  // ---- Labels
  double label_accuracy() const;  // of all labels of all samples
  double exact_match() const;     // samples with every label right

  // ---- Values
  std::vector<ValueMeasure> values() const;  // by output
  ValueMeasure all_values() const;

  // ---- Rebuilt: mean square of what is missed (of sigmoid(output) under bce)
  double reconstruction_error() const;  // over all samples
  std::int64_t labelled() const;        // samples of which a label says whether they are odd
  std::int64_t odd() const;             // those that are
  std::optional<double> error_of(bool odd) const;  // its mean over the labelled ones
  std::span<const double> errors() const;          // sample by sample
  // The chance that an odd sample has a larger error than another, ties half. Empty unless
  // labels tell of both kinds, and the whole set has been added.
  std::optional<double> auc() const;

 private:
  void add_class(std::span<const double> row, std::int32_t label);
  void add_labels(std::span<const double> row, std::span<const float> targets);
  void add_values(std::span<const double> row, std::span<const float> targets);
  void add_rebuilt(std::span<const double> row, std::span<const float> targets,
                   std::optional<std::int32_t> label, std::int64_t sample);
  double* at(std::int64_t place) { return sums_.data() + place; }
  const double* at(std::int64_t place) const { return sums_.data() + place; }
  bool keeps_confusion() const { return outputs_ <= kMaxConfusionClasses; }
  Headline value_headline() const;
  Headline rebuilt_headline() const;

  graph::Task task_;
  std::int64_t outputs_;
  std::int64_t set_samples_;
  bool knows_loss_ = true;
  std::vector<double> sums_;
};

}  // namespace qfx::measure
