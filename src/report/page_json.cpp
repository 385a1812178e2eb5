#include "report/page_json.h"

#include <filesystem>

#include "report/accuracy.h"
#include "report/commands.h"
#include "report/findings.h"
#include "report/hardware.h"
#include "report/history.h"
#include "report/measure.h"
#include "report/model_json.h"
#include "report/run_files.h"
#include "report/samples.h"
#include "report/tensors.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/graph/file.h"

namespace qfx::report {
namespace {

namespace fs = std::filesystem;

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

// Without verify's, what the integers reached on all of training's test set just now.
Accuracies accuracies_of(const RunFiles& run, const Json& measures, const History& history) {
  Accuracies accuracies = read_accuracies(run.summary, run.verify);
  const Json* headline = field(measures, "headline");
  const auto samples = number(measures, "samples");
  if (!accuracies.integer && headline && samples && samples == number(history.start, "test_images"))
    accuracies.integer = number(*headline, "value");
  return accuracies;
}

// What the log and the summary call their figures; null where they are accuracies.
Json named_measure(const Json& summary, const History& history) {
  const Json* named = field(summary, "measure");
  return named && named->is_object() ? *named : history.measure;
}

Json page(const std::string& source, bool is_run, const RunFiles& run,
          const std::optional<graph::FrozenModel>& model, const Answers& answers) {
  std::vector<std::string> notes = run.notes;
  const History history = tell_history(run.log, notes);
  Json layers = model ? layers_json(*model) : Json::array();
  for (Json& layer : layers) {
    const auto it = history.carriers.find(layer["name"].get<std::string>());
    layer["carrier"] = it == history.carriers.end() ? Json(nullptr) : Json(it->second);
    const auto error = history.errors.find(layer["name"].get<std::string>());
    layer["error"] = error == history.errors.end() ? Json(nullptr) : error->second;
  }
  const fs::path path = fs::path(source).lexically_normal();
  const std::string folder = (path.has_filename() ? path : path.parent_path()).filename().string();
  std::string name = model ? model->name : folder;
  if (const auto logged = text(history.start, "name")) name = *logged;
  if (const auto summarised = text(run.summary, "name")) name = *summarised;
  const Json tensors = join_tensors(model ? tensors_json(*model) : Json::array(), history);
  const Json verified = measures_of(run.verify),
             measures = verified.is_null() ? measures_of(answers) : verified;
  return {{"kind", is_run ? "run" : "model"},
          {"name", name},
          {"source", source},
          {"written", run.written},
          {"notes", notes},
          {"noun", noun_of(model)},
          {"classes", class_names(model, measures)},
          {"measure", measure_json(model, measures, named_measure(run.summary, history))},
          {"measures", measures},
          {"measured_on", or_null(measured_on(run.verify, verified, answers))},
          {"samples", samples_json(answers)},
          {"kept", text(run.summary, "kept").value_or(history.kept)},
          {"start", history.start},
          {"data", or_null(run.recipe ? data_source(*run.recipe) : std::nullopt)},
          {"calibrated", history.calibrated},
          {"steps", history.steps},
          {"accuracy", accuracy_json(accuracies_of(run, measures, history), history)},
          {"seconds", pick_numbers(run.summary, {"float_seconds", "fixed_seconds"})},
          {"verify", verify_json(run.verify, verify_has_trainings_images(run))},
          {"epochs", history.epochs},
          {"resumed", history.resumed},
          {"moments", history.moments},
          {"findings", findings_json(history.warnings, tensors)},
          {"tensors", tensors},
          {"layers", layers},
          {"hardware", hardware_json(run.estimate)},
          {"model", model ? model_facts(*model) : Json(nullptr)},
          {"recipe", or_null(run.recipe)},
          {"commands", commands_json(source, is_run, model.has_value(), run.recipe, run.verify)}};
}

}  // namespace

Json page_json(const std::string& source, const Answers& answers, const std::string& estimate) {
  if (is_file(source)) {
    RunFiles none;
    none.written = written_time(source);
    if (!estimate.empty()) none.estimate = Json::parse(estimate, nullptr, false);
    return page(source, false, none, graph::load_frozen(source), answers);
  }
  if (!path_exists(source))
    user_error("there is no {}; give a run folder that qfx train or qfx ptq wrote, or a model.qfx",
               source);
  RunFiles run = read_run_folder(source);
  if (run.estimate.is_null() && !estimate.empty())
    run.estimate = Json::parse(estimate, nullptr, false);
  std::optional<graph::FrozenModel> model;
  if (run.model) {
    try {
      model = graph::load_frozen(run.model->string());
    } catch (const UserError& error) {
      run.notes.push_back(error.what());
    }
  }
  return page(source, true, run, model, answers);
}

}  // namespace qfx::report
