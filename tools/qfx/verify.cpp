#include "qfx/verify/verify.h"

#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "command_line.h"
#include "console.h"
#include "interrupt.h"
#include "model_data.h"
#include "verb.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"
#include "qfx/graph/file.h"
#include "qfx/runtime/engine.h"
#include "qfx/store/safetensors.h"

namespace qfx::command {
namespace {

const std::vector<std::string> kTargets{"hls"};

struct Options {
  std::string model;
  std::string against = "hls";
  std::string data;
  std::string project;
  std::int64_t limit = 0;
  int jobs = 0;
  bool json = false;
};

double fraction(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

// What verify.json holds, as docs/run_folder.md says.
nlohmann::ordered_json record(const Options& options, const std::string& seal,
                              const std::string& data, const verify::Result& result,
                              const runtime::Evaluation& own) {
  nlohmann::ordered_json first;
  if (result.first) {
    first = {{"layer", result.first->layer},   {"image", result.first->image},
             {"index", result.first->index},   {"expected", result.first->expected},
             {"actual", result.first->actual}, {"frac_bits", result.first->frac_bits}};
  }
  return {{"target", result.target},
          {"model", seal},
          {"data", data},
          {"limit", options.limit},
          {"images", result.images},
          {"values", result.values},
          {"images_differ", result.images_differ},
          {"values_differ", result.values_differ},
          {"correct", result.correct},
          {"accuracy", fraction(result.correct, result.images)},
          {"build_seconds", result.build_seconds},
          {"run_seconds", result.run_seconds},
          {"command", result.command},
          {"first", first},
          {"runtime_accuracy", fraction(own.correct, own.images)}};
}

// Beside a model in a run folder, for `qfx report`. The verdict is out by then and stands.
void keep(const nlohmann::ordered_json& json, const std::string& model_path) {
  const auto folder = run_folder_of(model_path);
  if (!folder) return;
  try {
    write_file_atomically(*folder + "/verify.json", json.dump(2) + "\n");
  } catch (const UserError& error) {
    warn(fmt::format("qfx: warning: the verdict is not kept for qfx report: {}", error.what()));
  }
}

int verify_model(const Options& options) {
  if (options.against != "hls") {
    user_error("--against {} is not known; did you mean {}? Allowed: {}", options.against,
               nearest(options.against, kTargets), join(kTargets, ", "));
  }
  if (!options.project.empty() && !std::filesystem::is_directory(options.project)) {
    user_error("--project {} is not a folder; give one that `qfx export --target vitis` wrote",
               options.project);
  }
  const runtime::Engine engine(graph::load_analyzed(options.model));
  const data::Dataset set =
      load_test_data(options.data, options.model, engine.model(), options.limit);
  // Read before the long work: afterwards nothing may fail but the writing.
  const std::string seal =
      store::seal_of(store::parse_safetensors(read_file(options.model), options.model));
  const std::string source = *data_source(options.data, options.model);
  ProgressLine line(!options.json);
  const runtime::Evaluation own = runtime::evaluate(engine, set, ImageCounter(line, "integers"));
  verify::Options how;
  how.project = options.project;
  how.jobs = options.jobs;
  how.progress = ImageCounter(line, "hls");
  // What the work leaves in the system's temporary folder goes before the command ends.
  const InterruptGuard interrupt;
  how.should_stop = [&] { return interrupt.interrupted(); };
  verify::Result result;
  try {
    result = verify::verify_hls(engine.analyzed(), set, how);
  } catch (const UserError&) {
    // A terminal's Ctrl-C also ends the compiler, which may be what is raised here.
    if (!interrupt.interrupted()) throw;
    line.message("stopped before the end; nothing is proved");
    return interrupt.exit_code();
  }
  line.clear();

  const nlohmann::ordered_json json = record(options, seal, source, result, own);
  if (options.json) {
    print(json.dump(2));
  } else {
    print(fmt::format("built in {}, ran in {}", format_duration(result.build_seconds),
                      format_duration(result.run_seconds)));
    print(fmt::format("accuracy: {} by the exported code, {} by the integer runtime",
                      percent(fraction(result.correct, result.images)),
                      percent(fraction(own.correct, own.images))));
    if (result.first) print(verify::describe(*result.first));
    print(verify::summary(result));
  }
  keep(json, options.model);
  return result.values_differ == 0 && result.images_differ == 0 ? kSuccess : kCheckFailed;
}

}  // namespace

Verb add_verify(CLI::App& command) {
  auto options = std::make_shared<Options>();
  CommandLine verb(command, "verify",
                   "prove that exported code gives the same bits as the integers");
  verb.text("model", options->model, "the frozen model (.qfx)", Need::Required);
  verb.text("--against", options->against, "hls: the Vitis HLS project");
  verb.text("--data", options->data, "the data (default: that of the run the model lies in)");
  verb.count("--limit", options->limit, "only the first N images; 0: all", 0, kImageLimit);
  verb.text("--project", options->project,
            "an exported project to check (default: a fresh export)");
  verb.count("--jobs", options->jobs, "processes (default: all cores)", 0, 1024);
  verb.flag("--json", options->json, "print JSON");
  return {verb.app(), [options] { return verify_model(*options); }};
}

}  // namespace qfx::command
