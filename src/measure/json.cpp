#include "qfx/measure/json.h"

#include <string>

#include "qfx/base/error.h"

namespace qfx::measure {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

void add_classes(const Measures& measures, Json& json) {
  json["accuracy"] = measures.accuracy();
  json["correct"] = measures.correct();
  Json& classes = json["classes"] = Json::array();
  std::int64_t label = 0;
  for (const ClassMeasure& one : measures.classes()) {
    classes.push_back({{"class", label},
                       {"name", measures.name_of(label)},
                       {"samples", one.there},
                       {"answers", one.said},
                       {"correct", one.right},
                       {"recall", number(one.recall)},
                       {"precision", number(one.precision)}});
    ++label;
  }
  const auto confusion = measures.confusion();
  Json& rows = json["confusion"];
  if (confusion.empty()) return;
  const auto count = static_cast<std::size_t>(measures.outputs());
  rows = Json::array();
  for (std::size_t row = 0; row < count; ++row) {
    Json cells = Json::array();
    for (const double cell : confusion.subspan(row * count, count))
      cells.push_back(static_cast<std::int64_t>(cell));
    rows.push_back(std::move(cells));
  }
}

void add_labels(const Measures& measures, Json& json) {
  json["label_accuracy"] = measures.label_accuracy();
  json["exact_match"] = measures.exact_match();
  Json& labels = json["labels"] = Json::array();
  std::int64_t label = 0;
  for (const ClassMeasure& one : measures.classes()) {
    labels.push_back({{"label", label},
                      {"name", measures.name_of(label)},
                      {"samples", one.there},
                      {"answers", one.said},
                      {"correct", one.right},
                      {"accuracy", one.accuracy},
                      {"recall", number(one.recall)},
                      {"precision", number(one.precision)}});
    ++label;
  }
}

void add_values(const Measures& measures, Json& json) {
  const ValueMeasure all = measures.all_values();
  json["rmse"] = all.rmse;
  json["mae"] = all.mae;
  json["r2"] = number(all.r2);
  Json& outputs = json["outputs"] = Json::array();
  std::int64_t output = 0;
  for (const ValueMeasure& one : measures.values()) {
    outputs.push_back({{"output", output},
                       {"name", measures.name_of(output)},
                       {"rmse", one.rmse},
                       {"mae", one.mae},
                       {"r2", number(one.r2)}});
    ++output;
  }
}

void add_rebuilt(const Measures& measures, Json& json) {
  json["reconstruction_error"] = measures.reconstruction_error();
  json["auc"] = number(measures.auc());
  json["odd"] = measures.labelled() > 0 ? Json(measures.odd()) : Json();
  json["error_of_odd"] = number(measures.error_of(true));
  json["error_of_others"] = number(measures.error_of(false));
}

}  // namespace

nlohmann::ordered_json to_json(const Measures& measures) {
  if (measures.samples() == 0) return nullptr;
  const Headline headline = measures.headline();
  Json json{
      {"samples", measures.samples()},
      {"loss",
       {{"name", std::string(graph::to_string(measures.task().loss))}, {"value", measures.loss()}}},
      {"headline",
       {{"name", headline.name},
        {"value", headline.value},
        {"higher_is_better", headline.higher_is_better},
        {"text", headline.text},
        {"details", headline.details}}}};
  switch (measures.kind()) {
    case Kind::Classes:
      add_classes(measures, json);
      break;
    case Kind::Labels:
      add_labels(measures, json);
      break;
    case Kind::Values:
      add_values(measures, json);
      break;
    case Kind::Rebuilt:
      add_rebuilt(measures, json);
      break;
  }
  return json;
}

}  // namespace qfx::measure
