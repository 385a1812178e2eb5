// What the samples of a set should give, as a network's task asks.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/data/dataset.h"
#include "qfx/graph/op.h"
#include "qfx/graph/task.h"
#include "qfx/measure/measure.h"

namespace qfx::measure {

class Answers {
 public:
  // Task, input and number of outputs are the network's; the set must outlive this. Raises
  // UserError where the set has classes or targets that the network cannot answer: a label that is
  // not below outputs, another number of targets than outputs, a bce target outside 0..1.
  Answers(graph::Task task, const graph::Input& input, std::int64_t outputs,
          const data::Dataset& set);

  // Of a network with several outputs: known where the task is about values and the set has one for
  // each value of all outputs.
  static Answers of_several(graph::Task task, const graph::Input& input, std::int64_t outputs,
                            const data::Dataset& set);

  // false: the set does not say, there is nothing to compare with.
  bool known() const { return known_; }

  // Of the samples [first, first + count). What it refers to lives until the next call.
  Truth of(std::int64_t first, std::int64_t count);

 private:
  explicit Answers(const data::Dataset& set) : input_{set.sample_shape, {}}, set_(set) {}

  graph::Task task_;
  graph::Input input_;
  std::int64_t outputs_ = 0;
  const data::Dataset& set_;
  bool known_ = false;
  bool labels_tell_odd_ = false;
  std::vector<float> samples_, rebuilt_;
};

}  // namespace qfx::measure
