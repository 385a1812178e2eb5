#include "frontends/recipe_source.h"

namespace qfx::frontends {
namespace {

// A split of less than a tenth would be no training set.
constexpr RealBounds kShare{0, 0.9, true};

}  // namespace

std::vector<std::string> source_keys() {
  return {"source", "layout", "label", "ignore", "validation", "test", "classes"};
}

data::Source read_source(const TableReader& data) {
  data::Source source(*data.text("source"));
  const Words<data::Layout> layouts{{"channels_first", data::Layout::ChannelsFirst},
                                    {"channels_last", data::Layout::ChannelsLast}};
  source.layout = data.choice("layout", layouts).value_or(source.layout);
  source.label = data.texts("label").value_or(source.label);
  source.ignore = data.texts("ignore").value_or(source.ignore);
  source.validation = data.real("validation", kShare).value_or(0);
  source.test = data.real("test", kShare).value_or(0);
  source.classes = data.integer("classes", {1, 1 << 20}).value_or(0);
  return source;
}

}  // namespace qfx::frontends
