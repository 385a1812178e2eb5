#include "report/page_json.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "report/accuracy.h"
#include "report/commands.h"
#include "report/history.h"
#include "report/model_json.h"
#include "report/param_stats.h"
#include "report/run_files.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/fixed/format.h"
#include "qfx/graph/file.h"
#include "qfx/graph/role.h"

namespace qfx::report {
namespace {

namespace fs = std::filesystem;

// "weight" of "block1.conv.weight"; "activation" of "block1.conv", whose dot is part of the node's
// name.
std::string role_of(const std::string& name) {
  const std::string last = name.substr(name.rfind('.') + 1);
  return last != name && graph::find_role(last) ? last : "activation";
}

// A tensor that only the log knows.
Json logged_tensor(const std::string& name, const TensorHistory& history) {
  Json tensor = {{"name", name},         {"role", role_of(name)}, {"shape", nullptr},
                 {"elements", nullptr},  {"width", nullptr},      {"format", nullptr},
                 {"range_low", nullptr}, {"range_high", nullptr}, {"histogram", nullptr},
                 {"ones", nullptr},      {"minimum", nullptr},    {"maximum", nullptr},
                 {"used", nullptr},      {"at_limit", nullptr}};
  tensor["frac_bits"] =
      history.frac_bits.empty() ? Json::array() : history.frac_bits.rbegin()->second;
  if (history.format.empty()) return tensor;
  tensor["format"] = history.format;
  try {
    const fixed::Format format = fixed::parse_format(history.format);
    tensor["width"] = format.width;
    tensor["range_low"] = range_low(format);
    tensor["range_high"] = range_high(format);
  } catch (const UserError&) {
    // The log's text is shown as it is.
  }
  return tensor;
}

// Values as training saw them say more than the frozen integers: they show what fell outside the
// range.
void take_logged_histogram(Json& tensor, const Json& histogram) {
  tensor["histogram"] = histogram;
  tensor["histogram"]["from"] = "training";
  for (const char* end : {"minimum", "maximum"})
    if (tensor[end].is_null()) tensor[end] = histogram[end];
  if (!tensor["used"].is_null()) return;
  double used = 0;
  for (const auto& [end, limit] : {std::pair{"minimum", "range_low"}, {"maximum", "range_high"}})
    if (histogram[end].is_number() && histogram[limit].is_number() &&
        histogram[limit].get<double>() != 0)
      used = std::max(used, histogram[end].get<double>() / histogram[limit].get<double>());
  tensor["used"] = used;
}

Json join_tensors(Json tensors, const History& history) {
  std::set<std::string> known;
  for (Json& tensor : tensors) {
    if (!tensor["histogram"].is_null()) tensor["histogram"]["from"] = "model";
    known.insert(tensor["name"].get<std::string>());
  }
  for (const auto& [name, tensor] : history.tensors)
    if (!known.contains(name)) tensors.push_back(logged_tensor(name, tensor));
  for (Json& tensor : tensors) {
    const auto it = history.tensors.find(tensor["name"].get<std::string>());
    const TensorHistory none;
    const TensorHistory& logged = it == history.tensors.end() ? none : it->second;
    tensor["history"] = history_json(logged, history.moments.size());
    if (!logged.histogram.is_null()) take_logged_histogram(tensor, logged.histogram);
  }
  return tensors;
}

Json accuracy_json(const Accuracies& accuracies, const History& history) {
  std::optional<double> floating = accuracies.floating, fixed = accuracies.fixed,
                        ptq = accuracies.ptq;
  // A run that has not ended has no summary yet; its log already knows.
  if (!floating)
    for (const Json& epoch : history.epochs)
      if (epoch["phase"] == "float") floating = number(epoch, "test_accuracy");
  if (!ptq) ptq = number(history.calibrated, "test_accuracy");
  if (!fixed) fixed = history.frozen_accuracy;
  return {{"float", or_null(floating)},
          {"ptq", or_null(ptq)},
          {"fixed", or_null(fixed)},
          {"integer", or_null(accuracies.integer)},
          {"hls", or_null(accuracies.hls)}};
}

Json page(const std::string& source, bool is_run, const RunFiles& run,
          const std::optional<graph::FrozenModel>& model) {
  std::vector<std::string> notes = run.notes;
  const History history = tell_history(run.log, notes);
  Json layers = model ? layers_json(*model) : Json::array();
  for (Json& layer : layers) {
    const auto it = history.carriers.find(layer["name"].get<std::string>());
    layer["carrier"] = it == history.carriers.end() ? Json(nullptr) : Json(it->second);
  }
  const fs::path path = fs::path(source).lexically_normal();
  const std::string folder = (path.has_filename() ? path : path.parent_path()).filename().string();
  std::string name = model ? model->name : folder;
  if (const auto logged = text(history.start, "name")) name = *logged;
  if (const auto summarised = text(run.summary, "name")) name = *summarised;
  return {{"kind", is_run ? "run" : "model"},
          {"name", name},
          {"source", source},
          {"written", run.written},
          {"notes", notes},
          {"start", history.start},
          {"data", or_null(run.recipe ? data_source(*run.recipe) : std::nullopt)},
          {"calibrated", history.calibrated},
          {"accuracy", accuracy_json(read_accuracies(run.summary, run.verify), history)},
          {"seconds", pick_numbers(run.summary, {"float_seconds", "fixed_seconds"})},
          {"verify", verify_json(run.verify, verify_has_trainings_images(run))},
          {"epochs", history.epochs},
          {"resumed", history.resumed},
          {"moments", history.moments},
          {"tensors", join_tensors(model ? tensors_json(*model) : Json::array(), history)},
          {"layers", layers},
          {"model", model ? model_facts(*model) : Json(nullptr)},
          {"recipe", or_null(run.recipe)},
          {"commands", commands_json(source, is_run, run.recipe, run.verify)}};
}

}  // namespace

Json page_json(const std::string& source) {
  if (is_file(source)) {
    RunFiles none;
    none.written = written_time(source);
    return page(source, false, none, graph::load_frozen(source));
  }
  if (!path_exists(source))
    user_error("there is no {}; give a run folder that qfx train or qfx ptq wrote, or a model.qfx",
               source);
  RunFiles run = read_run_folder(source);
  std::optional<graph::FrozenModel> model;
  if (run.model) {
    try {
      model = graph::load_frozen(run.model->string());
    } catch (const UserError& error) {
      run.notes.push_back(error.what());
    }
  }
  return page(source, true, run, model);
}

}  // namespace qfx::report
