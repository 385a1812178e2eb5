#include "report/measure.h"

#include <algorithm>
#include <string>
#include <vector>

#include "qfx/graph/outputs.h"

namespace qfx::report {
namespace {

std::string name_of(const graph::Task& task) {
  if (task.rebuilds_input) return "reconstruction error";
  switch (task.loss) {
    case graph::Loss::CrossEntropy:
      return "accuracy";
    case graph::Loss::Bce:
      return "label accuracy";
    case graph::Loss::Mse:
      return "RMSE";
    case graph::Loss::Mae:
      return "MAE";
  }
  return "";
}

std::vector<Json> entries(const Json& measures, const char* key) {
  const Json* list = field(measures, key);
  return list && list->is_array() ? std::vector<Json>(list->begin(), list->end())
                                  : std::vector<Json>();
}

// How often the most frequent class occurs; nothing where no samples were counted.
std::optional<double> most_frequent_class(const Json& measures) {
  double most = 0, all = 0;
  for (const Json& entry : entries(measures, "classes")) {
    const double samples = number(entry, "samples").value_or(0);
    most = std::max(most, samples);
    all += samples;
  }
  return all > 0 ? std::optional(most / all) : std::nullopt;
}

// Each label answered as it most often is.
std::optional<double> most_frequent_labels(const Json& measures) {
  const double samples = number(measures, "samples").value_or(0);
  const std::vector<Json> labels = entries(measures, "labels");
  if (labels.empty() || samples <= 0) return std::nullopt;
  double sum = 0;
  for (const Json& label : labels) {
    const double there = number(label, "samples").value_or(0) / samples;
    sum += std::max(there, 1 - there);
  }
  return sum / static_cast<double>(labels.size());
}

}  // namespace

Json measure_json(const std::optional<graph::FrozenModel>& model, const Json& measures,
                  const Json& named) {
  const graph::Task task = model ? model->task : graph::Task{};
  const std::string name = text(named, "name").value_or(name_of(task));
  const bool is_share = name.ends_with("accuracy");
  Json json = {{"name", name},
               {"is_accuracy", name == "accuracy"},
               {"is_share", is_share},
               {"higher", is_share},
               {"chance", nullptr},
               {"classes", nullptr},
               {"r2", or_null(number(measures, "r2"))}};
  if (!model || model->nodes.empty()) return json;
  const auto outputs = graph::output_size(*model);
  if (name == "accuracy" && outputs > 1) {
    json["classes"] = outputs;
    json["chance"] = most_frequent_class(measures).value_or(1.0 / static_cast<double>(outputs));
  } else if (name == "label accuracy") {
    json["chance"] = or_null(most_frequent_labels(measures));
  }
  return json;
}

Json class_names(const std::optional<graph::FrozenModel>& model, const Json& measures) {
  if (model && !model->task.names.empty()) return model->task.names;
  Json names = Json::array();
  // A class without a name is called by its number.
  int number = 0;
  for (const Json& entry : entries(measures, "classes"))
    if (const auto name = text(entry, "name"); name != std::to_string(number++) && name)
      names.push_back(*name);
  return names;
}

std::string noun_of(const std::optional<graph::FrozenModel>& model) {
  if (!model || model->nodes.empty()) return "sample";
  const graph::Shape& shape = model->input().shape;
  return shape.size() == 3 && shape[1] > 1 ? "image" : "sample";
}

}  // namespace qfx::report
