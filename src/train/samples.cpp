#include "train/samples.h"

#include "qfx/base/error.h"
#include "qfx/graph/preprocess.h"

namespace qfx::train {

at::Tensor preprocessed(const graph::Model& model, const std::vector<float>& samples,
                        std::int64_t batch) {
  const auto& input = std::get<graph::Input>(model.nodes.at(0).op);
  const std::int64_t needed = batch * graph::element_count(input.shape);
  if (static_cast<std::int64_t>(samples.size()) != needed) {
    user_error("{} sample values were given, a batch of {} samples of shape {} has {}",
               samples.size(), batch, graph::to_string(input.shape), needed);
  }
  std::vector<std::int64_t> shape = input.shape;
  shape.insert(shape.begin(), batch);
  at::Tensor out = at::empty(shape, at::kFloat);
  graph::preprocess(input.preprocess, input.shape, samples,
                    {out.data_ptr<float>(), static_cast<std::size_t>(out.numel())});
  return out;
}

at::Tensor preprocessed(const graph::Model& model, const data::Dataset& set, std::int64_t first,
                        std::int64_t count) {
  std::vector<float> samples(count * set.sample_size());
  set.copy_samples(first, count, samples.data());
  return preprocessed(model, samples, count);
}

}  // namespace qfx::train
