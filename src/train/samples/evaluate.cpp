#include "train/samples/evaluate.h"

#include <algorithm>

#include "train/samples/samples.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kBatch = 250;

}  // namespace

std::int64_t count_correct(const at::Tensor& outputs, const std::int64_t* labels) {
  const at::Tensor rows = outputs.detach().flatten(1).cpu().to(at::kDouble).contiguous();
  const double* values = rows.data_ptr<double>();
  const std::int64_t classes = rows.size(1);
  std::int64_t correct = 0;
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    const double* row = values + i * classes;
    correct += std::max_element(row, row + classes) - row == labels[i];
  }
  return correct;
}

double accuracy(Network& network, const data::Dataset& set, const Peers& peers,
                const Forward& forward) {
  const at::NoGradGuard no_grad;
  std::int64_t correct = 0;
  for (std::int64_t first = peers.rank() * kBatch; first < set.size();
       first += peers.size() * kBatch) {
    const std::int64_t count = std::min(kBatch, set.size() - first);
    const std::vector<std::int64_t> labels(set.labels.begin() + first,
                                           set.labels.begin() + first + count);
    correct +=
        count_correct(forward(preprocessed(network.input(), set, first, count)), labels.data());
  }
  std::vector<double> all{static_cast<double>(correct)};
  peers.add_up(all);
  return set.size() == 0 ? 0 : all[0] / static_cast<double>(set.size());
}

}  // namespace qfx::train
