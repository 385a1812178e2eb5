#include "frontends/recipe_data.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "frontends/recipe_loss.h"

#include "qfx/base/error.h"
#include "qfx/data/dataset.h"
#include "qfx/graph/preprocess.h"

namespace qfx::frontends {
namespace {

constexpr std::int64_t kMaxImages = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMaxSide = 1 << 16;
constexpr std::int64_t kMaxElements = 1 << 22;

// A byte divided by 256 is an exact 8-bit fraction: the hardware takes the byte as it is.
constexpr double kByteDivisor = 256;

graph::Preprocess read_normalize(const TableReader& table) {
  graph::Preprocess preprocess;
  const RealBounds divisor{0, 1e9, true}, any{-1e9, 1e9};
  if (const auto value = table.real("divisor", divisor)) preprocess.divisor = *value;
  if (auto values = table.reals("mean", any)) preprocess.mean = std::move(*values);
  if (auto values = table.reals("std", divisor)) preprocess.std = std::move(*values);
  return preprocess;
}

void check_channels(const TableReader& table, const char* key, const std::vector<double>& values,
                    std::int64_t channels) {
  if (values.empty() || static_cast<std::int64_t>(values.size()) == channels) return;
  table.fail(key, fmt::format("the data has {} channels, so {} numbers are allowed, not {}",
                              channels, channels, values.size()));
}

graph::Shape read_shape(const TableReader& table) {
  const auto sizes = table.integers("input", {1, kMaxElements});
  if (!sizes) return {};
  std::int64_t elements = 1;
  for (const std::int64_t size : *sizes) {
    if (sizes->size() == 3 && size > kMaxSide) {
      table.fail("input", fmt::format("each size of an image is at most {}", kMaxSide));
    }
    elements *= size;
  }
  if (sizes->empty() || sizes->size() > 3 || elements > kMaxElements) {
    table.fail("input",
               fmt::format("[channels, height, width], [channels, length] or [values] is allowed, "
                           "at most {} values in all",
                           kMaxElements));
  }
  return *sizes;
}

// Shape, classes and the default divisor where the table does not say them, and whether what it
// says is true.
void complete_from_data(const TableReader& table, const std::string& source, DataFacts& facts) {
  data::Dataset set;
  try {
    set = data::load(source, data::Split::Train, 1);
  } catch (const UserError& error) {
    table.fail("source", error.what());
  }
  if (!facts.shape.empty() && !graph::takes_samples(facts.shape, set.sample_shape)) {
    table.fail("input",
               fmt::format("the samples of {} have the shape {}; leave this key out, or write that",
                           source, graph::to_string(set.sample_shape)));
  }
  if (facts.classes != 0 && facts.classes < set.class_count) {
    table.fail("classes", fmt::format("{} has {} classes; leave this key out, or write that",
                                      source, set.class_count));
  }
  if (facts.shape.empty()) facts.shape = set.sample_shape;
  if (facts.classes == 0) facts.classes = set.class_count;
  facts.preprocess.signed_samples = !set.floats.empty();
  if (!facts.preprocess_given && set.floats.empty()) facts.preprocess.divisor = kByteDivisor;
}

DataFacts read_facts(const TableReader& table, const std::string& source) {
  DataFacts facts;
  facts.shape = read_shape(table);
  facts.classes = table.integer("classes", {2, 1 << 20}).value_or(0);
  const auto normalize = table.table("normalize", {"divisor", "mean", "std"});
  facts.preprocess_given = normalize.has_value();
  if (normalize) facts.preprocess = read_normalize(*normalize);
  // NPY files alone hold floats as well as bytes.
  const bool may_be_float = source.starts_with("npy:");
  if (facts.shape.empty() || facts.classes == 0 || !normalize || may_be_float)
    complete_from_data(table, source, facts);
  if (normalize) {
    check_channels(*normalize, "mean", facts.preprocess.mean, facts.shape.front());
    check_channels(*normalize, "std", facts.preprocess.std, facts.shape.front());
  }
  return facts;
}

Augment read_augment(const TableReader& table, const graph::Shape& sample) {
  Augment augment;
  augment.flip = table.boolean("flip").value_or(false);
  augment.crop_padding = static_cast<int>(table.integer("crop_padding", {0, 1024}).value_or(0));
  const bool is_image = sample.size() == 3;
  if (augment.flip && !is_image)
    table.fail("flip", "the samples are not images; leave this key out");
  if (augment.crop_padding == 0) return augment;
  if (!is_image) table.fail("crop_padding", "the samples are not images; leave this key out");
  // One more would let a crop hold nothing of the image.
  const std::int64_t side = std::min(sample[1], sample[2]);
  if (augment.crop_padding >= side) {
    table.fail("crop_padding",
               fmt::format("the images have {} x {} pixels, and the padding must be less than "
                           "the smaller side; a whole number from 0 to {} is allowed",
                           sample[1], sample[2], side - 1));
  }
  return augment;
}

}  // namespace

DataFacts read_data(const TableReader& root, Recipe& recipe) {
  const auto table = root.table("data", {"source", "input", "classes", "batch_size", "train_limit",
                                         "test_limit", "normalize", "augment", "target"});
  if (!table || !table->has("source")) {
    (table ? *table : root)
        .fail(
            "the recipe names no data; write source = \"fashion-mnist\" (or idx:DIR, cifar10:DIR, "
            "npy:DIR, folder:DIR) under [data]");
  }
  recipe.data.text = *table->text("source");
  read_loss(root, *table, recipe);
  recipe.batch_size = table->integer("batch_size", {1, 65536}).value_or(recipe.batch_size);
  recipe.train_limit = table->integer("train_limit", {0, kMaxImages}).value_or(0);
  recipe.test_limit = table->integer("test_limit", {0, kMaxImages}).value_or(0);
  DataFacts facts = read_facts(*table, recipe.data.text);
  if (recipe.model.task.rebuilds_input) facts.classes = graph::element_count(facts.shape);
  if (const auto augment = table->table("augment", {"flip", "crop_padding"}))
    recipe.augment = read_augment(*augment, facts.shape);
  return facts;
}

}  // namespace qfx::frontends
