#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "command_line.h"
#include "console.h"
#include "folding.h"
#include "given_file.h"
#include "golden.h"
#include "model_data.h"
#include "verb.h"

#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"
#include "qfx/imports/write_onnx.h"
#include "qfx/runtime/engine.h"

namespace qfx::command {
namespace {

struct ExportOptions {
  std::string model;
  std::string target;
  std::string output;
  std::string data;
  std::string top;
  std::string part;
  double clock_ns = backends::ExportOptions{}.clock_period_ns;
  std::int64_t vectors = 16;
  FoldOptions fold;
  bool plain = false;
};

// "vitis: C++ on ap_fixed for Vitis HLS"
std::string target_help() {
  std::vector<std::string> lines;
  for (const backends::Target& target : backends::targets())
    lines.push_back(fmt::format("{}: {}", target.name, target.summary));
  lines.push_back("qonnx: an ONNX file with QONNX's Quant nodes, for other tools");
  return join(lines, "; ");
}

// A network for other tools, in one file: no hardware project.
constexpr char kQonnx[] = "qonnx";

int export_qonnx(const ExportOptions& options) {
  const graph::Analyzed model(load_given_model(options.model));
  const std::string bytes = imports::write_onnx(model, {.plain = options.plain});
  std::filesystem::path file(options.output);
  if (file.extension() != ".onnx") {
    std::error_code error;
    std::filesystem::create_directories(file, error);
    if (error || !is_folder(file))
      user_error("the folder '{}' cannot be made: {}; choose another one with -o", options.output,
                 error ? error.message() : "something else has that name");
    file /= model.model().name + ".onnx";
  }
  write_file_atomically(file, bytes);
  print(fmt::format("{}: {}, {} bytes", file.string(),
                    options.plain ? "ONNX's own operators alone" : "ONNX with QONNX's Quant nodes",
                    grouped(std::ssize(bytes))));
  return kSuccess;
}

// By the names of all that export writes, which is one more than the targets of verify.
const backends::Target& target_of(const std::string& name) {
  try {
    return backends::target_named(name);
  } catch (const UserError&) {
    std::vector<std::string> names = backends::target_names();
    names.emplace_back(kQonnx);
    user_error("the target '{}' is not known; did you mean '{}'? Allowed: {}", name,
               nearest(name, names), join(names, ", "));
  }
}

int export_model(const ExportOptions& options) {
  if (options.target == kQonnx) return export_qonnx(options);
  if (options.plain)
    user_error("--plain is for --target qonnx; leave it out for the target '{}'", options.target);
  const backends::Target& target = target_of(options.target);
  const runtime::Engine engine(load_given_model(options.model));
  std::vector<std::int32_t> inputs;
  std::string source = "random inputs";
  if (options.data == "random" || !data_source(options.data, options.model)) {
    inputs = boundary_inputs(engine.model(), options.vectors);
  } else {
    const data::Dataset set =
        load_test_data(options.data, options.model, engine.model(), options.vectors);
    warn_of_notes(set);
    inputs = raw_inputs(engine.model(), set);
    source = set.name;
  }
  const std::int64_t count =
      static_cast<std::int64_t>(inputs.size()) / graph::element_count(engine.model().input().shape);
  const FoldTask task{target, engine.analyzed(), options.model, options.output, options.clock_ns};
  const ChosenFolding chosen = choose_folding(task, options.fold);
  const runtime::RawTensor outputs = engine.run(inputs, count);
  backends::export_project(target, engine.analyzed(), options.output,
                           {.top = options.top,
                            .part = options.part,
                            .clock_period_ns = options.clock_ns,
                            .folding = chosen.folding,
                            .axi_bits = chosen.axi_bits,
                            .golden_inputs = inputs,
                            .golden_outputs = outputs});
  print(fmt::format("{}: {}, {} golden vectors from {}", options.output, target.summary, count,
                    source));
  if (!chosen.origin.empty()) print(chosen.origin);
  print_text(describe_folding(task, chosen));
  return kSuccess;
}

}  // namespace

Verb add_export(CLI::App& command) {
  auto options = std::make_shared<ExportOptions>();
  CommandLine verb(command, "export", "write a frozen model as a hardware project");
  verb.text("model", options->model, "the frozen model (.qfx)", Need::Required);
  verb.text("--target", options->target, target_help(), Need::Required);
  verb.text("-o,--output", options->output, "the folder to write: new, empty, or an earlier export; of qonnx also a file, NAME.onnx",
            Need::Required);
  verb.text(
      "--data", options->data,
      "data for the golden vectors, or 'random' (default: that of the run the model lies in)");
  verb.count("--vectors", options->vectors, "golden vectors", 1, 10000);
  verb.text("--top", options->top, "name of the top function (default: the model's)");
  verb.text("--part", options->part,
            "the FPGA part, of catapult the technology library (default: the target's)");
  verb.real("--clock", options->clock_ns, "clock period in ns", 0.1, 1000.0);
  verb.flag("--plain", options->plain,
            "with --target qonnx: ONNX's own operators alone, as onnxruntime runs them");
  add_fold_options(verb, options->fold);
  return {verb.app(), [options] { return export_model(*options); }};
}

}  // namespace qfx::command
