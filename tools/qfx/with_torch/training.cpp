#include "training.h"

#include <cstdlib>
#include <fmt/format.h>
#include <optional>
#include <string>

#include "console.h"
#include "interrupt.h"
#include "verb.h"

#include "qfx/base/error.h"
#include "qfx/base/table.h"
#include "qfx/base/text.h"
#include "qfx/frontends/recipe.h"
#include "qfx/train/run.h"

namespace qfx::command {
namespace {

void show(ProgressLine& line, const train::Progress& progress) {
  Step step{.phase = progress.phase,
            .fraction = progress.steps > 0 ? static_cast<double>(progress.step) /
                                                 static_cast<double>(progress.steps)
                                           : 0,
            .images_per_second = progress.images_per_second,
            .unit = progress.unit};
  if (progress.seconds_left > 0) step.seconds_left = progress.seconds_left;
  if (progress.loss > 0) step.note = fmt::format("loss {:.3f}", progress.loss);
  line.show(step);
}

std::string summary_table(const train::Summary& summary) {
  const auto& any = summary.ptq_result ? summary.ptq_result : summary.float_result;
  Table table = Table::headed({"", "test " + (any ? any->name : "accuracy"), "training time"});
  const auto add = [&](const std::string& name, const std::optional<measure::Headline>& result,
                       double seconds) {
    if (result) table.add_row({name, result->text, seconds > 0 ? format_duration(seconds) : "-"});
  };
  add("float", summary.float_result, summary.float_seconds);
  add("fixed point, calibrated only", summary.ptq_result, 0);
  add(summary.kept == "calibrated" ? "fixed point, trained (the calibrated one is kept)"
      : summary.kept.starts_with("epoch")
          ? fmt::format("fixed point, trained ({} is kept)", summary.kept)
          : "fixed point, trained",
      summary.fixed_result, summary.fixed_seconds);
  return table.to_string();
}

// What overflows = "forbid" found; empty where it is kept.
std::string forbidden_overflows(const train::Summary& summary) {
  std::string text;
  for (const train::ForbiddenOverflow& f : summary.forbidden_overflows) {
    text += fmt::format("forbidden overflow: {}, {} of {} values on {}\n", f.tensor,
                        grouped(f.overflows), grouped(f.values), f.where);
  }
  if (text.empty()) return text;
  return text +
         "the check overflows = \"forbid\" failed; give these tensors more integer bits or a wider "
         "format, or allow it";
}

}  // namespace

int run_training(const TrainingRequest& request) {
  const std::string path =
      request.recipe.empty() ? request.run_folder + "/recipe.toml" : request.recipe;
  const frontends::Recipe recipe = frontends::load_recipe(path);
  const InterruptGuard interrupt;
  ProgressLine line;
  train::Options options;
  options.run_folder = request.run_folder;
  options.resume = request.resume;
  options.progress = [&](const train::Progress& progress) { show(line, progress); };
  options.message = [&](const std::string& text) { line.message(text); };
  options.should_stop = [&] { return interrupt.interrupted(); };

  try {
    const train::Summary summary = request.kind == TrainingKind::Train
                                       ? train::train(recipe, options)
                                       : train::ptq(recipe, options);
    line.clear();
    if (!summary.leads) return summary.forbidden_overflows.empty() ? kSuccess : kCheckFailed;
    std::string text = summary_table(summary);
    if (summary.frozen) text += fmt::format("model: {}/model.qfx\n", request.run_folder);
    text.pop_back();  // print ends the line
    print(text);
    const std::string forbidden = forbidden_overflows(summary);
    if (forbidden.empty()) return kSuccess;
    print(forbidden);
    return kCheckFailed;
  } catch (const train::StoppedWaiting& stopped) {
    line.clear();
    print(stopped.what());
    std::_Exit(finish_output(interrupt.exit_code()));
  } catch (const train::Stopped& stopped) {
    line.clear();
    print(stopped.what());
    return interrupt.exit_code();
  }
}

int run_start(const StartRequest& request) {
  const frontends::Recipe recipe = frontends::load_recipe(request.recipe);
  ProgressLine line;
  train::Options options;
  options.run_folder = request.run_folder.empty() ? recipe.start : request.run_folder;
  if (options.run_folder.empty()) {
    user_error("{} has no `start`, the folder to write; give one by --out", request.recipe);
  }
  options.progress = [&](const train::Progress& progress) { show(line, progress); };
  options.message = [&](const std::string& text) { line.message(text); };
  const train::StartFacts facts = train::write_start(recipe, request.parameters, options);
  line.clear();
  print(fmt::format(
      "{}: every parameter is from one of the {} tensors of {}, and every one of these is used",
      options.run_folder, facts.tensors, request.parameters));
  print(facts.result ? fmt::format("test {} in float: {}", facts.result->name, facts.result->text)
                     : fmt::format("not measured: {}", facts.unmeasured));
  return kSuccess;
}

graph::Model newest_checkpoint(const std::string& run_folder) {
  return train::load_checkpoint_model(run_folder);
}

}  // namespace qfx::command
