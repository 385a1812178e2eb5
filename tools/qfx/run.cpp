#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "command_line.h"
#include "console.h"
#include "given_file.h"
#include "measure_text.h"
#include "model_data.h"
#include "predictions.h"
#include "verb.h"

#include "qfx/base/text.h"
#include "qfx/graph/outputs.h"
#include "qfx/measure/json.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/evaluate.h"

namespace qfx::command {
namespace {

using Json = nlohmann::ordered_json;

struct RunOptions {
  std::string model;
  std::string data;
  std::string predictions;
  std::int64_t limit = 0;
  int threads = 0;
  bool json = false;
};

// The count and the accuracy of classes stand beside the measures, where scripts have found them.
Json record(const RunOptions& options, const data::Dataset& set, const runtime::Evaluation& result,
            double rate) {
  Json json{{"model", options.model}, {"data", set.name}, {"images", result.images}};
  const measure::Measures& measures = result.measures;
  if (measures.samples() > 0 && measures.kind() == measure::Kind::Classes) {
    json["correct"] = measures.correct();
    json["accuracy"] = measures.accuracy();
  }
  json["seconds"] = result.seconds;
  json["images_per_second"] = rate;
  json["measures"] = measure::to_json(measures);
  if (!options.predictions.empty()) json["predictions"] = options.predictions;
  return json;
}

void print_result(const RunOptions& options, const data::Dataset& set,
                  const runtime::Evaluation& result, std::size_t outputs, double rate) {
  const std::string samples = sample_word(set);
  if (result.measures.samples() > 0) {
    print("integer " + headline_text(result.measures, fmt::format("{} of {}", samples, set.name)));
  } else {
    print(fmt::format("{} {} of {}: {}, so there is nothing to compare{}", grouped(result.images),
                      samples, set.name,
                      outputs > 1 ? fmt::format("the network has {} outputs", outputs)
                                  : nothing_to_compare(result.measures.kind()),
                      options.predictions.empty()
                          ? "; --predictions FILE.csv writes what the model says of each"
                          : ""));
  }
  print(fmt::format("speed: {} {}/s ({})", grouped(static_cast<std::int64_t>(rate)), samples,
                    format_duration(result.seconds)));
  if (result.measures.samples() > 0) print_text(measures_text(result.measures));
  if (!options.predictions.empty()) print(fmt::format("predictions: {}", options.predictions));
}

int run(const RunOptions& options) {
  if (!options.predictions.empty()) check_predictions_path(options.predictions);
  const runtime::Engine engine(load_given_model(options.model), options.threads);
  const data::Dataset set =
      load_test_data(options.data, options.model, engine.model(), options.limit);
  if (!options.json) warn_of_notes(set);
  ProgressLine line(!options.json);
  const runtime::Evaluation result = runtime::evaluate(engine, set, ImageCounter(line, "run"));
  line.clear();
  if (!options.predictions.empty())
    write_predictions(options.predictions, engine.model(), set, result);
  const double rate = result.seconds > 0 ? static_cast<double>(result.images) / result.seconds : 0;
  if (options.json) {
    print(record(options, set, result, rate).dump(2));
  } else {
    print_result(options, set, result, graph::output_ids(engine.model()).size(), rate);
  }
  return kSuccess;
}

}  // namespace

Verb add_run(CLI::App& command) {
  auto options = std::make_shared<RunOptions>();
  CommandLine verb(command, "run", "run a frozen model in integers: how good it is, what it says");
  verb.text("model", options->model, "the frozen model (.qfx)", Need::Required);
  verb.text("--data", options->data,
            "the data (default: that of the run the model lies in); or samples without labels: a "
            ".npy file, a picture, a folder of pictures");
  verb.text("--predictions", options->predictions,
            "write what it says of each sample: FILE.csv or FILE.npy");
  verb.count("--limit", options->limit, "only the first N samples; 0: all", 0, kImageLimit);
  verb.count("--threads", options->threads, "threads (default: all cores)", 0, 1024);
  verb.flag("--json", options->json, "print JSON");
  return {verb.app(), [options] { return run(*options); }};
}

}  // namespace qfx::command
