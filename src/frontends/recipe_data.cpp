#include "frontends/recipe_data.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "frontends/recipe_loss.h"
#include "frontends/recipe_normalize.h"
#include "frontends/recipe_source.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/data/dataset.h"
#include "qfx/graph/preprocess.h"

namespace qfx::frontends {
namespace {

constexpr std::int64_t kMaxImages = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMaxSide = 1 << 16;
constexpr std::int64_t kMaxElements = 1 << 22;
constexpr std::size_t kMaxOutputName = 100;

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

// What `input` may be instead, where the samples are no sequences of its shape.
std::string shape_advice(const graph::Shape& input, const graph::Shape& samples) {
  const bool is_plane = samples.size() == 3 && samples[0] == 1;
  if (is_plane && input == graph::Shape{samples[2], samples[1]})
    return "their axes are the other way round: write layout = \"channels_last\" beside this key";
  if (is_plane)
    return fmt::format(
        "leave this key out, or write that, or [{}, {}] to read them as sequences of {} channels",
        samples[1], samples[2], samples[1]);
  return "leave this key out, or write that";
}

std::int64_t outputs_of(const data::Dataset& set) {
  return set.target_size > 0 ? set.target_size : set.class_count;
}

void check_outputs(const TableReader& table, const data::Source& source, const data::Dataset& set,
                   std::int64_t classes) {
  if (classes == 0) return;
  if (source.targets == data::Targets::Values && classes != set.target_size)
    table.fail("classes", fmt::format("{} has {} values a sample to predict; leave this key out, "
                                      "or write that",
                                      source.text, set.target_size));
  if (source.targets == data::Targets::Classes && classes < set.class_count)
    table.fail("classes", fmt::format("{} has {} classes; leave this key out, or write that",
                                      source.text, set.class_count));
}

// What can be the name of an output: data may name its classes as it likes.
bool can_be_name(const std::string& name) {
  return !name.empty() && name.size() <= kMaxOutputName &&
         std::ranges::all_of(name, [](unsigned char c) { return c >= ' ' && c != 0x7f; });
}

// Of the outputs, where the data names them all.
std::vector<std::string> names_of(const data::Dataset& set, std::int64_t outputs) {
  std::vector<std::string> names = set.target_size > 0 ? set.target_names : set.class_names;
  if (names.empty() || !std::ranges::all_of(names, can_be_name)) return {};
  while (std::ssize(names) < outputs) names.push_back(fmt::format("class {}", names.size()));
  return names;
}

// Shape, outputs, their names and the default divisor where the table does not say them, and
// whether what it says is true.
void complete_from_data(const TableReader& table, const data::Source& source,
                        const data::Dataset& first, bool has_names, DataFacts& facts) {
  if (!facts.shape.empty() && !graph::takes_samples(facts.shape, first.sample_shape)) {
    table.fail("input", fmt::format("the samples of {} have the shape {}; {}", source.text,
                                    graph::to_string(first.sample_shape),
                                    shape_advice(facts.shape, first.sample_shape)));
  }
  check_outputs(table, source, first, facts.classes);
  if (facts.shape.empty()) facts.shape = first.sample_shape;
  if (facts.classes == 0) facts.classes = outputs_of(first);
  if (facts.output_names.empty() && has_names) facts.output_names = names_of(first, facts.classes);
  if (!facts.preprocess_given && first.floats.empty()) facts.preprocess.divisor = kByteDivisor;
}

// As many names as outputs, each once.
void check_names(const TableReader& table, const DataFacts& facts) {
  const std::vector<std::string>& names = facts.output_names;
  if (!table.has("class_names")) return;
  if (std::ssize(names) != facts.classes)
    table.fail("class_names", fmt::format("{} names are given and there are {} outputs; name every "
                                          "one, in the order of the labels",
                                          names.size(), facts.classes));
  if (std::set<std::string>(names.begin(), names.end()).size() != names.size())
    table.fail("class_names", "two names are the same; give each class a name of its own");
  for (const std::string& name : names) {
    if (!can_be_name(name))
      table.fail("class_names", fmt::format("{} is no name: one has 1 to {} bytes and no control "
                                            "characters",
                                            in_quotes(name), kMaxOutputName));
  }
}

data::Dataset load_training(const TableReader& table, const data::Source& source,
                            std::int64_t limit) {
  try {
    return data::load(source, data::Split::Train, limit);
  } catch (const UserError& error) {
    table.fail("source", error.what());
  }
}

// What the samples themselves say, where they can be read. Where the recipe says enough without
// them it is read all the same.
void read_samples(const TableReader& table, const Recipe& recipe, Normalize normalize,
                  DataFacts& facts) {
  const data::Source& source = recipe.data;
  // NPY and CSV files alone hold floats as well as bytes.
  const bool may_be_float = source.text.starts_with("npy:") || source.text.starts_with("csv:");
  const bool is_enough =
      !facts.shape.empty() && facts.classes != 0 && normalize == Normalize::Given && !may_be_float;
  data::Dataset first;
  try {
    first = data::load(source, data::Split::Train, 1);
  } catch (const UserError& error) {
    if (is_enough) return;
    table.fail("source", error.what());
  }
  complete_from_data(table, source, first, !recipe.model.task.rebuilds_input, facts);
  const bool is_computed = normalize == Normalize::Standard || normalize == Normalize::Minmax;
  if (!is_computed && first.floats.empty()) return;
  const data::Dataset set = load_training(table, source, recipe.train_limit);
  if (is_computed) facts.preprocess = computed_normalize(normalize, set, facts.shape.front());
  // Without a negative one their format needs no sign.
  facts.preprocess.signed_samples =
      std::ranges::any_of(set.floats, [](float value) { return value < 0; });
}

DataFacts read_facts(const TableReader& table, const Recipe& recipe) {
  DataFacts facts;
  facts.shape = read_shape(table);
  facts.classes = recipe.data.classes;
  facts.output_names = table.texts("class_names").value_or(facts.output_names);
  const Normalize normalize = read_normalize(table, facts.preprocess);
  facts.preprocess_given = normalize != Normalize::Unsaid;
  read_samples(table, recipe, normalize, facts);
  if (recipe.model.task.rebuilds_input) facts.classes = graph::element_count(facts.shape);
  if (normalize == Normalize::Given) check_normalize(table, facts.preprocess, facts.shape.front());
  check_names(table, facts);
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
  std::vector<std::string> keys{"input",      "class_names", "batch_size", "train_limit",
                                "test_limit", "normalize",   "augment",    "target"};
  for (std::string& key : source_keys()) keys.push_back(std::move(key));
  const auto table = root.table("data", keys);
  if (!table || !table->has("source")) {
    (table ? *table : root)
        .fail(
            "the recipe names no data; write source = \"fashion-mnist\" (or idx:DIR, cifar10:DIR, "
            "npy:DIR, csv:DIR, folder:DIR) under [data]");
  }
  recipe.data = read_source(*table);
  read_loss(root, *table, recipe);
  if (recipe.data.targets == data::Targets::Classes) table->integer("classes", {2, 1 << 20});
  recipe.batch_size = table->integer("batch_size", {1, 65536}).value_or(recipe.batch_size);
  recipe.train_limit = table->integer("train_limit", {0, kMaxImages}).value_or(0);
  recipe.test_limit = table->integer("test_limit", {0, kMaxImages}).value_or(0);
  DataFacts facts = read_facts(*table, recipe);
  if (const auto augment = table->table("augment", {"flip", "crop_padding"}))
    recipe.augment = read_augment(*augment, facts.shape);
  return facts;
}

}  // namespace qfx::frontends
