#include "random_network.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "support/random_numbers.h"

#include "qfx/frontends/recipe.h"
#include "qfx/graph/builder.h"

namespace qfx::bench {
namespace {

using graph::Builder;
using graph::NodeId;
using graph::Pair;
using test::Rng;

// Layers one behind the other, each of a kind that fits what comes.
class Drawn {
 public:
  explicit Drawn(Rng& rng) : rng_(rng), builder_("drawn") {}

  graph::Model run() {
    const std::int64_t size = rng_.between(6, 16);
    x_ = builder_.input({rng_.pick(std::vector<std::int64_t>{1, 3, 4, 8, 16}), size, size});
    const std::int64_t layers = rng_.between(2, 4);
    for (std::int64_t i = 0; i < layers; ++i) layer();
    if (rng_.chance(0.5)) x_ = builder_.global_avg_pool2d(x_);
    x_ = builder_.flatten(x_);
    x_ = builder_.linear(x_, {.out_features = rng_.between(4, 40)});
    if (rng_.chance(0.3)) x_ = builder_.softmax(x_);
    return builder_.finish();
  }

 private:
  std::int64_t channels() const { return builder_.shape(x_)[0]; }
  std::int64_t size() const { return builder_.shape(x_)[1]; }

  NodeId conv(NodeId x, std::int64_t outputs, std::int64_t stride, std::int64_t groups = 1) {
    const std::int64_t kernel = size() < 5 ? 1 : rng_.pick(std::vector<std::int64_t>{1, 3, 3, 5});
    return builder_.conv2d(x, {.out_channels = outputs,
                               .kernel = {kernel, kernel},
                               .stride = {stride, stride},
                               .padding = {kernel / 2, kernel / 2},
                               .groups = groups});
  }

  void layer() {
    const std::int64_t outputs =
        rng_.pick(std::vector<std::int64_t>{4, 6, 8, 10, 16, 24, 32, 48});
    switch (rng_.between(0, 5)) {
      case 0:
      case 1:
        x_ = conv(x_, outputs, rng_.between(1, 2));
        break;
      case 2:
        x_ = conv(x_, channels(), 1, channels());
        break;
      case 3:
        x_ = builder_.add(x_, conv(x_, channels(), 1));
        break;
      case 4:
        x_ = builder_.concat({conv(x_, outputs, 1), x_});
        break;
      default:
        if (size() < 4) break;
        x_ = rng_.chance(0.5)
                 ? builder_.max_pool2d(x_, {.kernel = {2, 2}, .stride = {2, 2}})
                 : builder_.avg_pool2d(x_, {.kernel = {3, 3}, .stride = {2, 2}});
    }
    if (rng_.chance(0.5)) x_ = builder_.affine(x_);
    switch (rng_.between(0, 3)) {
      case 0:
      case 1:
        x_ = builder_.relu(x_);
        break;
      case 2:
        x_ = builder_.prelu(x_);
        break;
      default:
        x_ = builder_.function(x_, rng_.chance(0.5) ? graph::FunctionName::Sigmoid
                                                    : graph::FunctionName::Tanh);
    }
  }

  Rng& rng_;
  Builder builder_;
  NodeId x_ = 0;
};

graph::Model structure(Rng& rng, std::string& from) {
  static const std::vector<std::string> kZoo{"lenet",           "tiny_resnet", "resnet8",
                                             "mobilenet_small", "fracbnn",     "fracbnn"};
  if (rng.chance(0.6)) return Drawn(rng).run();
  from = rng.pick(kZoo);
  return frontends::zoo(from, {3, 32, 32}, {.divisor = 1, .mean = {}, .std = {}}, 10, 1);
}

}  // namespace

RandomNetwork random_network(Rng& rng) {
  RandomNetwork result{.from = "drawn", .model = {}};
  const graph::Model model = structure(rng, result.from);
  const auto activations = static_cast<int>(rng.between(4, 16));
  test::RandomNumbers how{.seed = static_cast<std::uint64_t>(rng.between(1, 1 << 30)),
                          .width = static_cast<int>(rng.between(3, 12)),
                          .per_channel = rng.chance(0.3)};
  if (rng.chance(0.5)) {
    how.k_hot = static_cast<int>(rng.between(1, 3));
    how.signed_digits = rng.chance(0.7);
  }
  const bool rounds = rng.chance(0.7), saturates = rng.chance(0.7);
  how.adjust = [=](graph::FrozenNode& node) {
    node.format.width = activations;
    node.format.rounding = rounds ? fixed::Rounding::RND : fixed::Rounding::TRN;
    node.format.overflow = saturates ? fixed::Overflow::SAT : fixed::Overflow::WRAP;
    // A table of 64 Ki words is nobody's.
    if (std::holds_alternative<graph::Softmax>(node.op)) node.format.width = std::min(activations, 8);
  };
  result.model = test::with_random_numbers(model, how);
  return result;
}

}  // namespace qfx::bench
