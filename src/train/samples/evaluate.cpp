#include "train/samples/evaluate.h"

#include <algorithm>
#include <span>

#include "train/network/samples_at_once.h"
#include "train/samples/samples.h"

#include "qfx/graph/outputs.h"
#include "qfx/measure/answers.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kLargestBatch = 250;

at::Tensor rows_of(const at::Tensor& values, at::ScalarType type) {
  return values.detach().flatten(1).cpu().to(type).contiguous();
}

// Whether all outputs are alike: each process looks at its own, then all at each other's first.
class Sameness {
 public:
  explicit Sameness(std::int64_t outputs) : outputs_(outputs) {}

  void add(std::span<const double> rows) {
    if (first_.empty()) first_.assign(rows.begin(), rows.begin() + outputs_);
    for (std::size_t at = 0; at < rows.size() && is_same_; at += first_.size())
      is_same_ = std::equal(first_.begin(), first_.end(), rows.begin() + static_cast<long>(at));
  }

  bool everywhere(const Peers& peers) const {
    // Of each process: whether it has seen a sample, whether its own differ, its first.
    const std::size_t each = static_cast<std::size_t>(outputs_) + 2;
    std::vector<double> all(each * static_cast<std::size_t>(peers.size()));
    double* own = all.data() + each * static_cast<std::size_t>(peers.rank());
    own[0] = first_.empty() ? 0 : 1;
    own[1] = is_same_ ? 0 : 1;
    std::copy(first_.begin(), first_.end(), own + 2);
    peers.add_up(all);
    for (std::size_t at = 0; at < all.size(); at += each) {
      const double* other = all.data() + at;
      if (other[0] == 0) continue;
      if (other[1] != 0 || !std::equal(other + 2, other + each, all.data() + 2)) return false;
    }
    return true;
  }

 private:
  std::int64_t outputs_;
  std::vector<double> first_;
  bool is_same_ = true;
};

}  // namespace

std::int64_t count_correct(const at::Tensor& outputs, const std::int64_t* labels) {
  const at::Tensor rows = rows_of(outputs, at::kDouble);
  const double* values = rows.data_ptr<double>();
  const std::int64_t classes = rows.size(1);
  std::int64_t correct = 0;
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    const double* row = values + i * classes;
    correct += std::max_element(row, row + classes) - row == labels[i];
  }
  return correct;
}

Evaluation evaluate(Network& network, const graph::Task& task, const data::Dataset& set,
                    const Peers& peers, const Forward& forward, const Counter& done) {
  const at::NoGradGuard no_grad;
  const std::int64_t outputs = graph::output_size(network.structure());
  Evaluation result{.measures = measure::Measures(task, outputs, set.size())};
  const bool has_one = graph::output_ids(network.structure()).size() == 1;
  measure::Answers answers =
      has_one ? measure::Answers(task, network.input(), outputs, set)
              : measure::Answers::of_several(task, network.input(), outputs, set);
  Sameness sameness(outputs);
  const std::int64_t batch = samples_at_once(network, kLargestBatch);
  for (std::int64_t first = peers.rank() * batch; first < set.size();
       first += peers.size() * batch) {
    const std::int64_t count = std::min(batch, set.size() - first);
    const at::Tensor samples = preprocessed(network.input(), set, first, count);
    const at::Tensor rows = rows_of(forward(samples), at::kDouble);
    const std::span<const double> values(rows.data_ptr<double>(),
                                         static_cast<std::size_t>(rows.numel()));
    if (answers.known()) result.measures.add(values, answers.of(first, count), first);
    sameness.add(values);
    if (done) done(std::min(first + peers.size() * batch, set.size()), set.size());
  }
  peers.add_up(result.measures.sums());
  result.is_constant = set.size() > 1 && sameness.everywhere(peers);
  return result;
}

}  // namespace qfx::train
