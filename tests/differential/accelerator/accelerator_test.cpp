// The zoo's fracbnn_published, as the naive judge of frozen models computes it, against the
// published accelerator's arithmetic written down statement by statement: which integers it keeps,
// and where it rounds. Its own code, compiled against ap_types, gave the same outputs
// (docs/results/fracbnn.md).
#include <gmock/gmock.h>
#include <numeric>
#include <random>

#include "support/paths.h"
#include "support/reference.h"
#include "support/state_dict_file.h"

#include "qfx/base/file.h"
#include "qfx/fixed/raw.h"
#include "qfx/frontends/recipe.h"
#include "qfx/frontends/state_dict.h"
#include "qfx/graph/affine_batch_norm.h"
#include "qfx/graph/freeze.h"

namespace qfx::frontends {
namespace {

using Numbers = std::vector<std::int64_t>;

// Features have 7 fraction bits and parameters 8.
std::int64_t feature(std::int64_t value, int frac_bits) {
  const std::int64_t half = frac_bits > 7 ? std::int64_t{1} << (frac_bits - 8) : 0;
  return std::clamp<std::int64_t>((value + half) >> (frac_bits - 7), -(1 << 15), (1 << 15) - 1);
}

struct Image {
  std::int64_t channels = 0, side = 0;
  Numbers values;

  Image(std::int64_t c, std::int64_t s) : channels(c), side(s), values(c * s * s) {}
  std::int64_t& at(std::int64_t c, std::int64_t y, std::int64_t x) {
    return values[(c * side + y) * side + x];
  }
  std::int64_t at(std::int64_t c, std::int64_t y, std::int64_t x) const {
    return values[(c * side + y) * side + x];
  }
};

class Accelerator {
 public:
  explicit Accelerator(const store::Safetensors& file) : file_(file) {}

  Numbers run(const Image& bytes) const {
    Image x = first_layer(bytes);
    for (int stage = 1; stage <= 3; ++stage) {
      for (int number = 0; number < 3; ++number) {
        const std::string block = fmt::format("layer{}_{}_", stage, number);
        const bool halves = stage > 1 && number == 0;
        x = half(x, halves ? pooled_twice(x) : x, block, 1, halves ? 2 : 1);
        x = half(x, x, block, 2, 1);
      }
    }
    return classified(x);
  }

 private:
  std::vector<float> floats(const std::string& name) const {
    return store::values_of<float>(file_.tensors.at(name), name);
  }

  // fixed<12,4,RND,SAT>.
  Numbers parameters(const std::string& name) const {
    Numbers raw;
    for (const float value : floats(name))
      raw.push_back(fixed::raw_from_double(value, {.width = 12,
                                                   .int_bits = 4,
                                                   .rounding = fixed::Rounding::RND,
                                                   .overflow = fixed::Overflow::SAT}));
    return raw;
  }

  // 3x3 with zeros around, weights -1 and +1.
  Image convolved(const Image& x, const std::string& name, std::int64_t stride) const {
    const std::vector<float> weights = floats(name);
    Image y(std::ssize(weights) / (x.channels * 9), x.side / stride);
    for (std::int64_t o = 0; o < y.channels; ++o)
      for (std::int64_t i = 0; i < y.side; ++i)
        for (std::int64_t j = 0; j < y.side; ++j)
          for (std::int64_t c = 0; c < x.channels; ++c)
            for (int tap = 0; tap < 9; ++tap) {
              const std::int64_t row = i * stride - 1 + tap / 3, column = j * stride - 1 + tap % 3;
              if (row < 0 || row >= x.side || column < 0 || column >= x.side) continue;
              const bool plus = weights[(o * x.channels + c) * 9 + tap] > 0;
              y.at(o, i, j) += plus ? x.at(c, row, column) : -x.at(c, row, column);
            }
    return y;
  }

  Image first_layer(const Image& bytes) const {
    Image levels(96, bytes.side);
    for (std::int64_t c = 0; c < 96; ++c)
      for (std::int64_t i = 0; i < bytes.side; ++i)
        for (std::int64_t j = 0; j < bytes.side; ++j)
          levels.at(c, i, j) =
              c % 32 < std::nearbyint(static_cast<double>(bytes.at(c / 32, i, j)) / 8) ? 1 : -1;
    Image y = convolved(levels, "conv1_weight", 1);
    const Numbers scale = parameters("bn1_weight"), offset = parameters("bn1_bias");
    for (std::int64_t c = 0; c < y.channels; ++c)
      for (std::int64_t i = 0; i < y.side * y.side; ++i) {
        std::int64_t& value = y.values[c * y.side * y.side + i];
        value = feature(scale[c] * value + offset[c], 8);
      }
    return y;
  }

  Image half(const Image& x, const Image& shortcut, const std::string& block, int number,
             std::int64_t stride) const {
    const std::string conv = fmt::format("{}conv{}_", block, number);
    Image first(x.channels, x.side), second(x.channels, x.side);
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      const std::int64_t level =
          std::clamp<std::int64_t>(((x.values[i] + 128) * 3 + 128) >> 8, 0, 3);
      first.values[i] = level >= 2 ? 1 : -1;
      second.values[i] = level % 2 == 1 ? 1 : -1;
    }
    Image y = convolved(first, conv + "weight", stride);
    const Image more = convolved(second, conv + "weight", stride);
    const auto of = [&](const std::string& name) { return parameters(block + name); };
    const std::string norm = fmt::format("bn{}_", number), after = fmt::format("bn{}_", number + 2);
    const std::string act = fmt::format("rprelu{}_", number);
    const Numbers threshold = parameters(conv + "threshold");
    const Numbers scale = of(norm + "weight"), offset = of(norm + "bias");
    const Numbers shift_x = of(act + "shift_x_bias"), shift_y = of(act + "shift_y_bias");
    const Numbers slope = of(act + "prelu_weight");
    const Numbers scale_after = of(after + "weight"), offset_after = of(after + "bias");
    const std::int64_t size = y.side * y.side;
    for (std::int64_t i = 0; i < y.channels * size; ++i) {
      const std::int64_t c = i / size, sum = y.values[i];
      const std::int64_t added = 171 * sum > threshold[c] ? more.values[i] : 0;
      std::int64_t t = feature(sum * 128, 7);
      t = feature(t * 171, 15);
      t = feature(t * 256 + feature(added * 128, 7) * 85, 15);
      t = feature(scale[c] * t + offset[c] * 128, 15);
      t = feature(t * 2 + shift_x[c], 8);
      if (t < 0) t = feature(t * slope[c], 15);
      t = feature(t * 2 + shift_y[c], 8);
      t = feature(shortcut.values[i] + t, 7);
      y.values[i] = feature(scale_after[c] * t + offset_after[c] * 128, 15);
    }
    return y;
  }

  static Image pooled_twice(const Image& x) {
    Image y(2 * x.channels, x.side / 2);
    for (std::int64_t c = 0; c < y.channels; ++c)
      for (std::int64_t i = 0; i < y.side; ++i)
        for (std::int64_t j = 0; j < y.side; ++j) {
          std::int64_t sum = 0;
          for (int tap = 0; tap < 4; ++tap)
            sum = feature(sum + x.at(c % x.channels, 2 * i + tap / 2, 2 * j + tap % 2), 7);
          y.at(c, i, j) = sum / 4;  // toward zero
        }
    return y;
  }

  Numbers classified(const Image& x) const {
    const Numbers weight = parameters("linear_weight"), bias = parameters("linear_bias");
    Numbers mean(x.channels);
    const std::int64_t size = x.side * x.side;
    for (std::int64_t c = 0; c < x.channels; ++c) {
      std::int64_t sum = 0;  // 22 fraction bits
      for (std::int64_t i = 0; i < size; ++i)
        sum = std::clamp<std::int64_t>(sum + x.values[c * size + i] * (1 << 15), INT32_MIN,
                                       INT32_MAX);
      mean[c] = feature(sum / size, 22);
    }
    Numbers outputs;
    for (std::size_t o = 0; o < bias.size(); ++o) {
      std::int64_t sum = feature(bias[o], 8);
      for (std::int64_t c = 0; c < x.channels; ++c)
        sum = feature(sum * 128 + mean[c] * feature(weight[o * x.channels + c], 8), 14);
      outputs.push_back(sum);
    }
    return outputs;
  }

  const store::Safetensors& file_;
};

// Parameters of sizes like the published ones; with `loud` many sums saturate.
store::Safetensors random_parameters(std::mt19937& generator, bool loud) {
  store::Safetensors file = test::state_dict_of(
      graph::batch_norms_to_affine(zoo("fracbnn", {3, 8, 8}, {}, 10, generator())));
  std::normal_distribution<float> normal;
  for (auto& [name, tensor] : file.tensors) {
    std::vector<float> values = store::values_of<float>(tensor, name);
    const bool is_scale = name.find("bn") != name.npos && name.ends_with("weight");
    const bool is_late = name.find("bn3") != name.npos || name.find("bn4") != name.npos;
    for (float& value : values) {
      value = normal(generator);
      if (is_scale) value = (is_late ? 0.7F : 0.08F) * (1 + 0.5F * value) * (loud ? 4 : 1);
      if (name.ends_with("threshold")) value *= 2;
    }
    tensor = store::make_tensor<float>(tensor.shape, std::span<const float>(values));
  }
  return file;
}

std::string small_recipe() {
  std::string text = read_file(test::source_path("examples/fracbnn_published.toml"));
  const std::string size = "[3, 32, 32]";
  return text.replace(text.find(size), size.size(), "[3, 8, 8]");
}

TEST(Accelerator, TheZoosNetworkGivesItsBits) {
  std::mt19937 generator(3);
  for (const bool loud : {false, true}) {
    const store::Safetensors file = random_parameters(generator, loud);
    Recipe recipe = parse_recipe(small_recipe(), "fracbnn_published.toml");
    load_state_dict(file, "parameters", recipe.zoo, recipe.model);
    const graph::FrozenModel model = graph::freeze(recipe.model);
    for (int image = 0; image < 2; ++image) {
      Image bytes(3, 8);
      std::vector<float> samples;
      for (std::int64_t& value : bytes.values) {
        value = static_cast<std::int64_t>(generator() % 256);
        samples.push_back(static_cast<float>(value));
      }
      const auto trace =
          test::reference_run(model, test::reference_quantize(model.input(), samples), 1);
      const Numbers outputs(trace.raw.back().begin(), trace.raw.back().end());
      EXPECT_EQ(outputs, Accelerator(file).run(bytes)) << "loud " << loud << " image " << image;
      const std::int64_t saturated =
          std::accumulate(trace.overflows.begin(), trace.overflows.end(), std::int64_t{0});
      EXPECT_EQ(saturated > 100, loud) << saturated << " values saturate";
    }
  }
}

}  // namespace
}  // namespace qfx::frontends
