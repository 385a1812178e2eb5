#include "frontends/zoo.h"

#include <algorithm>

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/frontends/recipe.h"

namespace qfx::frontends {
namespace {

struct ZooEntry {
  const char* name;
  ZooNetwork build;
  bool needs_image;
  bool takes_bytes = false;  // as they are
};

constexpr ZooEntry kZoo[] = {
    {"mlp", build_mlp, false},
    {"lenet", build_lenet, true},
    {"lenet_bn", build_lenet_bn, true},
    {"tiny_resnet", build_tiny_resnet, true},
    {"resnet8", build_resnet8, true},
    {"resnet20", build_resnet20, true},
    {"mobilenet_small", build_mobilenet_small, true},
    {"fracbnn", build_fracbnn, true, true},
    {"fracbnn_published", build_fracbnn_published, true, true},
    {"fracbnn_imagenet", build_fracbnn_imagenet, true, true},
};

}  // namespace

std::vector<std::string> zoo_names() {
  std::vector<std::string> names;
  for (const ZooEntry& entry : kZoo) names.push_back(entry.name);
  return names;
}

graph::Model zoo(const std::string& name, const graph::Shape& input,
                 const graph::Preprocess& preprocess, std::int64_t classes, std::uint64_t seed) {
  const auto* entry = std::find_if(std::begin(kZoo), std::end(kZoo),
                                   [&](const ZooEntry& e) { return e.name == name; });
  if (entry == std::end(kZoo)) {
    user_error("the zoo has no network '{}'; did you mean '{}'? It has {}", name,
               nearest(name, zoo_names()), join(zoo_names(), ", "));
  }
  if (entry->needs_image && input.size() != 3) {
    user_error(
        "the zoo's {} takes images [channels, height, width], and the samples are {}; use 'mlp'",
        name, graph::to_string(input));
  }
  if (entry->takes_bytes &&
      (preprocess.divisor != 1 || !preprocess.mean.empty() || !preprocess.std.empty())) {
    user_error(
        "the zoo's {} takes bytes as they are, from 0 to 255, and makes them binary by itself; "
        "write data.normalize = {{ divisor = 1 }}",
        name);
  }
  if (classes < 1)
    user_error("the zoo's {} cannot tell {} classes apart; 1 or more are allowed", name, classes);
  try {
    graph::Builder builder(name, seed);
    entry->build(builder, builder.input(input, preprocess), classes);
    return builder.finish();
  } catch (const UserError& error) {
    user_error("the zoo's {} does not fit an input of {}: {}", name, graph::to_string(input),
               error.what());
  }
}

}  // namespace qfx::frontends
