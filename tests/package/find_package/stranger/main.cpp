// Builds a small network, freezes it with given binary points and runs it in integers.
#include <cstdio>
#include <qfx/base/error.h>
#include <qfx/frontends/recipe.h>
#include <qfx/graph/builder.h>
#include <qfx/graph/freeze.h>
#include <qfx/runtime/engine.h>

int main() {
  try {
    qfx::frontends::parse_recipe("[network", "recipe");
    return 1;
  } catch (const qfx::UserError&) {
  }
  qfx::graph::Builder net("stranger");
  auto x = net.input({1, 8, 8}, {.divisor = 256.0});
  x = net.relu(net.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}}));
  x = net.linear(net.flatten(net.global_avg_pool2d(x)), {.out_features = 10});
  qfx::graph::Model model = net.finish();
  for (auto& node : model.nodes) {
    node.frac_bits = {6};
    for (auto& [name, param] : node.params) param.frac_bits = {6};
  }
  const qfx::runtime::Engine engine(qfx::graph::freeze(model));
  const std::vector<std::int32_t> image(64, 32);
  const auto once = engine.run(image, 1);
  const bool exact = once == engine.run_all(image, 1).back();
  std::printf("%zu logits, %s\n", once.size(), exact ? "exact" : "different");
  return exact ? 0 : 1;
}
