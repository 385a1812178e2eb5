#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "command_line.h"
#include "console.h"
#include "given_file.h"
#include "model_data.h"
#include "verb.h"

#include "qfx/base/text.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/evaluate.h"

namespace qfx::command {
namespace {

struct RunOptions {
  std::string model;
  std::string data;
  std::int64_t limit = 0;
  int threads = 0;
  bool json = false;
};

int run(const RunOptions& options) {
  const runtime::Engine engine(load_given_model(options.model), options.threads);
  const data::Dataset set =
      load_test_data(options.data, options.model, engine.model(), options.limit);
  if (!options.json) warn_of_notes(set);
  ProgressLine line(!options.json);
  const runtime::Evaluation result = runtime::evaluate(engine, set, ImageCounter(line, "run"));
  line.clear();
  const double accuracy = static_cast<double>(result.correct) / static_cast<double>(result.images);
  const double rate = result.seconds > 0 ? static_cast<double>(result.images) / result.seconds : 0;
  if (options.json) {
    print(nlohmann::ordered_json{{"model", options.model},
                                 {"data", set.name},
                                 {"images", result.images},
                                 {"correct", result.correct},
                                 {"accuracy", accuracy},
                                 {"seconds", result.seconds},
                                 {"images_per_second", rate}}
              .dump(2));
  } else {
    print(fmt::format("integer accuracy: {} ({} of {} images of {})", percent(accuracy),
                      grouped(result.correct), grouped(result.images), set.name));
    print(fmt::format("speed: {} images/s ({})", grouped(static_cast<std::int64_t>(rate)),
                      format_duration(result.seconds)));
  }
  return kSuccess;
}

}  // namespace

Verb add_run(CLI::App& command) {
  auto options = std::make_shared<RunOptions>();
  CommandLine verb(command, "run", "run a frozen model in integers on a test set");
  verb.text("model", options->model, "the frozen model (.qfx)", Need::Required);
  verb.text("--data", options->data, "the data (default: that of the run the model lies in)");
  verb.count("--limit", options->limit, "only the first N images; 0: all", 0, kImageLimit);
  verb.count("--threads", options->threads, "threads (default: all cores)", 0, 1024);
  verb.flag("--json", options->json, "print JSON");
  return {verb.app(), [options] { return run(*options); }};
}

}  // namespace qfx::command
