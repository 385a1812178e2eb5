// kind = "conv_transpose2d" against torch's operator of that name.
#include <gtest/gtest.h>

#include "support/recipes.h"
#include "train/network/float_forward.h"

namespace qfx::train {
namespace {

struct Case {
  std::int64_t kernel, stride, padding, added;
};

// The weight of the phases, [out * s * s, in, k / s, k / s], from torch's [in, out, k, k].
at::Tensor phases_of(const at::Tensor& weight, std::int64_t stride) {
  const std::int64_t in = weight.size(0), out = weight.size(1), taps = weight.size(2) / stride;
  at::Tensor phases = at::zeros({stride * stride * out, in, taps, taps});
  for (std::int64_t row = 0; row < weight.size(2); ++row)
    for (std::int64_t column = 0; column < weight.size(3); ++column)
      for (std::int64_t o = 0; o < out; ++o) {
        const std::int64_t phase = row % stride * stride + column % stride;
        phases.select(0, phase * out + o)
            .select(1, taps - 1 - row / stride)
            .select(1, taps - 1 - column / stride)
            .copy_(weight.select(1, o).select(1, row).select(1, column));
      }
  return phases;
}

TEST(Transposed, IsTorchsOperator) {
  at::manual_seed(2);
  for (const Case& c : std::vector<Case>{
           {4, 2, 1, 0}, {2, 2, 0, 0}, {4, 2, 0, 1}, {6, 3, 2, 1}, {3, 1, 1, 0}, {2, 2, 1, 1}}) {
    const std::string text = fmt::format(
        "[network]\n[[network.layers]]\nkind = \"conv_transpose2d\"\nname = \"up\"\n"
        "out_channels = 3\nkernel_size = {}\nstride = {}\npadding = {}\noutput_padding = {}\n"
        "[[network.layers]]\nkind = \"flatten\"\n"
        "[[network.layers]]\nkind = \"linear\"\nout_features = 10\n"
        "[data]\nsource = \"idx:nowhere\"\ninput = [1, 5, 4]\nclasses = 10\n"
        "normalize = {{ divisor = 256 }}\n",
        c.kernel, c.stride, c.padding, c.added);
    graph::Model model = frontends::parse_recipe(text, "recipe.toml").model;
    const at::Tensor weight = at::randn({1, 3, c.kernel, c.kernel}), bias = at::randn({3});
    const at::Tensor phases = phases_of(weight, c.stride).contiguous();
    graph::Node& conv = model.nodes[1];
    ASSERT_EQ(conv.params.at(graph::Role::Weight).shape, graph::Shape(phases.sizes().vec()));
    conv.params.at(graph::Role::Weight)
        .values.assign(phases.data_ptr<float>(), phases.data_ptr<float>() + phases.numel());
    const at::Tensor many = bias.repeat({c.stride * c.stride}).contiguous();
    conv.params.at(graph::Role::Bias)
        .values.assign(many.data_ptr<float>(), many.data_ptr<float>() + many.numel());
    model.nodes.erase(model.nodes.end() - 2, model.nodes.end());  // what makes classes of it
    Network network(model);
    const at::Tensor x = at::randn({2, 1, 5, 4});
    const at::NoGradGuard no_grad;
    const at::Tensor y = float_forward(network, x, false);
    const at::Tensor wanted = at::conv_transpose2d(x, weight, bias, {c.stride, c.stride},
                                                   {c.padding, c.padding}, {c.added, c.added});
    ASSERT_EQ(y.sizes(), wanted.sizes()) << c.kernel << " " << c.stride;
    EXPECT_TRUE(at::allclose(y, wanted, 1e-5, 1e-5)) << c.kernel << " " << c.stride;
  }
}

}  // namespace
}  // namespace qfx::train
