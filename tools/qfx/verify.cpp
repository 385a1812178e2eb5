#include "qfx/verify/verify.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "command_line.h"
#include "console.h"
#include "given_file.h"
#include "interrupt.h"
#include "model_data.h"
#include "verb.h"

#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"
#include "qfx/measure/json.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/evaluate.h"
#include "qfx/store/safetensors.h"

namespace qfx::command {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kAll[] = "all";

struct VerifyOptions {
  std::string model;
  std::string against = std::string(backends::targets().front().name);
  std::string data;
  std::string project;
  std::int64_t limit = 0;
  int jobs = 0;
  bool json = false;
};

// The targets to verify, and why the others are left out.
struct Wanted {
  std::vector<const backends::Target*> targets;
  std::vector<std::pair<std::string, std::string>> left_out;
};

Wanted wanted_targets(const VerifyOptions& options, const graph::FrozenModel& model) {
  if (options.against != kAll) return {{&backends::target_named(options.against)}, {}};
  Wanted wanted;
  std::vector<std::string> obstacles;
  for (const backends::Target& target : backends::targets()) {
    const std::string obstacle = verify::obstacle(target, model);
    if (obstacle.empty()) {
      wanted.targets.push_back(&target);
    } else {
      wanted.left_out.emplace_back(target.name, obstacle);
      obstacles.push_back(fmt::format("{}: {}", target.name, obstacle));
    }
  }
  if (wanted.targets.empty())
    user_error("'{}' cannot be verified against any target: {}", options.model,
               join(obstacles, "; "));
  return wanted;
}

// null where the task is not about classes, or nothing was compared.
Json accuracy_json(const measure::Measures& measures) {
  const bool has_accuracy = measures.samples() > 0 && measures.kind() == measure::Kind::Classes;
  return has_accuracy ? Json(measures.accuracy()) : Json();
}

// What verify.json says of one target.
Json target_record(const verify::Result& result) {
  const Json accuracy = accuracy_json(*result.measures);
  Json first;
  if (result.first) {
    first = {{"layer", result.first->layer},   {"image", result.first->image},
             {"index", result.first->index},   {"expected", result.first->expected},
             {"actual", result.first->actual}, {"frac_bits", result.first->frac_bits}};
  }
  return {{"target", result.target},
          {"images_differ", result.images_differ},
          {"values_differ", result.values_differ},
          {"correct", accuracy.is_null() ? Json() : Json(result.measures->correct())},
          {"accuracy", accuracy},
          {"measures", measure::to_json(*result.measures)},
          {"build_seconds", result.build_seconds},
          {"run_seconds", result.run_seconds},
          {"command", result.command},
          {"first", first}};
}

// What verify.json holds, as docs/run_folder.md says: one target's record beside what all share, or
// a list of them.
Json record(const VerifyOptions& options, const std::string& seal, const std::string& data,
            const Wanted& wanted, const std::vector<verify::Result>& results,
            const runtime::Evaluation& own) {
  Json json{{"model", seal},
            {"data", data},
            {"limit", options.limit},
            {"images", results[0].images},
            {"values", results[0].values},
            {"runtime_accuracy", accuracy_json(own.measures)},
            {"runtime_measures", measure::to_json(own.measures)}};
  if (options.against != kAll) {
    json.update(target_record(results[0]));
    return json;
  }
  json["targets"] = Json::array();
  for (const verify::Result& result : results) json["targets"].push_back(target_record(result));
  json["left_out"] = Json::object();
  for (const auto& [target, why] : wanted.left_out) json["left_out"][target] = why;
  return json;
}

// The verdict is the last line.
void print_result(const verify::Result& result, const runtime::Evaluation& own) {
  print(fmt::format("built in {}, ran in {}", format_duration(result.build_seconds),
                    format_duration(result.run_seconds)));
  if (own.measures.samples() > 0) {
    const measure::Headline exported = result.measures->headline();
    print(fmt::format("{}: {} by the exported code, {} by the integer runtime", exported.name,
                      exported.text, own.measures.headline().text));
  }
  if (result.first) print(verify::describe(*result.first));
  print(verify::summary(result));
}

// Beside a model in a run folder, for `qfx report`. The verdict is out by then and stands.
void keep(const Json& json, const std::string& model_path) {
  const auto folder = run_folder_of(model_path);
  if (!folder) return;
  try {
    write_file_atomically(*folder + "/verify.json", json.dump(2) + "\n");
  } catch (const UserError& error) {
    warn(fmt::format("qfx: warning: the verdict is not kept for qfx report: {}", error.what()));
  }
}

void check_project(const VerifyOptions& options) {
  if (options.project.empty()) return;
  if (options.against == kAll)
    user_error("--project is a project of one target; name that with --against");
  if (!is_folder(options.project))
    user_error("--project {} is not a folder; give one that `qfx export` wrote", options.project);
}

// What the integer runtime makes of the set: run once, and what every target is compared with.
struct Reference {
  const runtime::Engine& engine;
  const data::Dataset& set;
  runtime::Evaluation evaluation;
};

// A result per target, each printed when it is there; fewer where the command was interrupted.
std::vector<verify::Result> verify_each(const VerifyOptions& options, const Wanted& wanted,
                                        const Reference& own, ProgressLine& line,
                                        const InterruptGuard& interrupt) {
  std::vector<verify::Result> results;
  for (const backends::Target* target : wanted.targets) {
    verify::Options how;
    how.project = options.project;
    how.jobs = options.jobs;
    how.progress = ImageCounter(line, std::string(target->name));
    how.should_stop = [&] { return interrupt.interrupted(); };
    try {
      results.push_back(
          verify::verify_export(*target, own.engine, own.set, own.evaluation.outputs, how));
    } catch (const UserError&) {
      // A terminal's Ctrl-C also ends the compiler, which may be what is raised here.
      if (!interrupt.interrupted()) throw;
      line.message(fmt::format("stopped before the end; nothing is proved about {}", target->name));
      return results;
    }
    line.clear();
    if (!options.json) print_result(results.back(), own.evaluation);
  }
  return results;
}

int verify_model(const VerifyOptions& options) {
  check_project(options);
  const runtime::Engine engine(load_given_model(options.model));
  const Wanted wanted = wanted_targets(options, engine.model());
  const data::Dataset set =
      load_test_data(options.data, options.model, engine.model(), options.limit);
  // Read before the long work: afterwards nothing may fail but the writing.
  const std::string seal =
      store::seal_of(store::parse_safetensors(read_file(options.model), options.model));
  const std::string source = data_source(options.data, options.model)->text;
  if (!options.json) {
    warn_of_notes(set);
    for (const auto& [target, why] : wanted.left_out)
      print(fmt::format("{}: left out: {}", target, why));
  }
  ProgressLine line(!options.json);
  const Reference own{engine, set, runtime::evaluate(engine, set, ImageCounter(line, "integers"))};
  // What the work leaves in the system's temporary folder goes before the command ends.
  const InterruptGuard interrupt;
  const std::vector<verify::Result> results = verify_each(options, wanted, own, line, interrupt);
  if (results.size() < wanted.targets.size()) return interrupt.exit_code();
  const Json json = record(options, seal, source, wanted, results, own.evaluation);
  if (options.json) print(json.dump(2));
  keep(json, options.model);
  const bool agree = std::ranges::all_of(results, [](const verify::Result& result) {
    return result.values_differ == 0 && result.images_differ == 0;
  });
  return agree ? kSuccess : kCheckFailed;
}

}  // namespace

Verb add_verify(CLI::App& command) {
  auto options = std::make_shared<VerifyOptions>();
  CommandLine verb(command, "verify",
                   "prove that exported code gives the same bits as the integers");
  verb.text("model", options->model, "the frozen model (.qfx)", Need::Required);
  verb.text("--against", options->against,
            fmt::format("the target: {}; or {}: each that the model and this machine allow",
                        join(backends::target_names(), ", "), kAll));
  verb.text("--data", options->data, "the data (default: that of the run the model lies in)");
  verb.count("--limit", options->limit, "only the first N images; 0: all", 0, kImageLimit);
  verb.text("--project", options->project,
            "an exported project to check (default: a fresh export)");
  verb.count("--jobs", options->jobs, "processes (default: all cores)", 0, 1024);
  verb.flag("--json", options->json, "print JSON");
  return {verb.app(), [options] { return verify_model(*options); }};
}

}  // namespace qfx::command
