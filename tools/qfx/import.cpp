#include "qfx/imports/import.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "command_line.h"
#include "console.h"
#include "import_input.h"
#include "verb.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/table.h"
#include "qfx/base/text.h"
#include "qfx/data/dataset.h"
#include "qfx/graph/file.h"
#include "qfx/graph/preprocess.h"
#include "qfx/imports/float_model.h"
#include "qfx/imports/npz.h"
#include "qfx/imports/operators.h"

namespace qfx::command {
namespace {

namespace fs = std::filesystem;

// Beyond it a float import is not what the user's own run computes.
constexpr double kAgreement = 1e-4;

// A sigmoid or a softmax in single precision is exact to some 1e-7 of 1, however small its values are:
// where all are, that is more of them than kAgreement, and no more than kSmall.
constexpr double kNearOne = 1e-6, kSmall = 0.1;

// Of a quantized network the share of the values that may differ by a tie on the way to them.
constexpr double kTies = 0.02;

struct ImportFlags {
  std::string model;
  std::string folder;
  std::string input;
  std::string input_shape;
  std::string outputs;
  std::string check;
  std::string data;
  std::int64_t limit = 1000;
  bool list = false;
};

int list_operators() {
  Table table({Align::Left, Align::Left, Align::Left});
  table.add_row({"operator", "attributes", "becomes"});
  table.add_rule();
  for (const imports::OperatorInfo& info : imports::operators()) {
    const std::string name(info.name);
    table.add_row({info.domain.empty() ? name : std::string(info.domain) + "." + name,
                   std::string(info.attributes), std::string(info.becomes)});
  }
  print_text(table.to_string());
  return kSuccess;
}

// The model's name: the file's.
std::string model_name(const fs::path& file) {
  std::string name;
  for (const char c : file.stem().string())
    name += (std::isalnum(static_cast<unsigned char>(c)) != 0 && c > 0) ? c : '_';
  name = name.substr(0, 64);
  return name.empty() ? "model" : name;
}

// The user's own samples and outputs.
struct Golden {
  imports::Tensor samples;
  std::map<std::string, imports::Tensor> arrays;
};

std::optional<Golden> read_golden(const std::string& path) {
  if (path.empty()) return std::nullopt;
  Golden golden{.samples = {}, .arrays = imports::read_npz(path)};
  const auto found = golden.arrays.find("in0");
  if (found == golden.arrays.end())
    user_error(
        "--check '{}' has no array of numbers 'in0'; write it with numpy.savez(FILE, in0=x, "
        "out0=y)",
        path);
  golden.samples = found->second;
  return golden;
}

struct Distance {
  double largest = 0, difference = 0;
  double relative() const { return difference == 0 ? 0 : difference / std::max(largest, 1e-300); }
};

Distance distance_of(const std::vector<double>& wanted, const std::vector<double>& got) {
  Distance result;
  for (std::size_t i = 0; i < got.size(); ++i) {
    result.largest = std::max(result.largest, std::abs(wanted[i]));
    const double distance = std::abs(wanted[i] - got[i]);
    if (!(distance <= result.difference))
      result.difference = std::isnan(distance) ? INFINITY : distance;
  }
  return result;
}

// The user's values of output `index` of the network.
const imports::Tensor& wanted_output(const imports::Imported& imported, std::size_t index,
                                     const Golden& golden, const std::string& path) {
  const auto& names = imported.file_outputs;
  const auto place = std::ranges::find(names, imported.source.output_names[index]);
  const std::string key = fmt::format(
      "out{}", place == names.end() ? static_cast<std::ptrdiff_t>(index) : place - names.begin());
  const auto found = golden.arrays.find(key);
  if (found == golden.arrays.end())
    user_error(
        "--check '{}' has no array of numbers '{}'; write it with numpy.savez(FILE, in0=x, {}=y)",
        path, key, key);
  const imports::Tensor& wanted = found->second;
  const std::int64_t in = std::ssize(imported.lowered.input_index);
  const imports::LoweredOutput& output = imported.lowered.outputs[index];
  const std::int64_t batch = golden.samples.size() / in;
  if (batch < 1 || golden.samples.size() != batch * in ||
      wanted.size() != batch * std::ssize(output.index))
    user_error(
        "--check '{}' has in0 of the shape {} and {} of {}; the network takes {} and gives {}",
        path, graph::to_string(golden.samples.shape), key, graph::to_string(wanted.shape),
        graph::to_string(imported.lowered.input_shape), graph::to_string(output.shape));
  return wanted;
}

// Of a quantized network, whose values next to ties single precision may round the other way.
bool differs_at_ties_alone(const std::vector<double>& wanted, const std::vector<double>& got,
                           double largest) {
  std::int64_t differing = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    differing += !(std::abs(wanted[i] - got[i]) <= kAgreement * largest);
  print(fmt::format(
      "check: {} of {} values differ; a value next to a tie may be rounded the other way in single "
      "precision",
      grouped(differing), grouped(std::ssize(got))));
  return static_cast<double>(differing) <= kTies * static_cast<double>(got.size());
}

// 0, or the exit code of a check that failed.
int check(const imports::Imported& imported, const Golden& golden, const std::string& path) {
  const std::size_t outputs = imported.lowered.outputs.size();
  const bool is_quantized = imported.source.is_quantized;
  std::vector<const imports::Tensor*> wanted;
  for (std::size_t i = 0; i < outputs; ++i)
    wanted.push_back(&wanted_output(imported, i, golden, path));
  const std::int64_t batch = golden.samples.size() / std::ssize(imported.lowered.input_index);
  const auto got =
      imports::run_as_file(imported.lowered, golden.samples.reals, batch,
                           is_quantized ? imports::Casts::Whole : imports::Casts::None);
  bool agrees = true;
  for (std::size_t i = 0; i < outputs; ++i) {
    const Distance distance = distance_of(wanted[i]->reals, got[i]);
    print(fmt::format(
        "check{}: largest difference {:.3e}, {:.2e} of the largest value {:.6g} ({} samples)",
        outputs > 1 ? fmt::format(" of {}", in_quotes(imported.source.output_names[i])) : "",
        distance.difference, distance.relative(), distance.largest, grouped(batch)));
    if (distance.relative() <= kAgreement) continue;
    if (distance.difference <= kNearOne && distance.relative() <= kSmall) {
      print("check: these values are so small that the difference is single precision's own");
      continue;
    }
    agrees = agrees && is_quantized &&
             differs_at_ties_alone(wanted[i]->reals, got[i], distance.largest);
  }
  if (agrees) return kSuccess;
  warn(fmt::format("the import differs from '{}' by more than {:.0e} of the largest value", path,
                   kAgreement));
  return kCheckFailed;
}

// The class that the file's own network says, of a sample as the model's first layer sees it.
std::optional<std::int64_t> answer_of_file(const imports::Imported& imported,
                                           std::span<const float> seen) {
  const imports::Lowered& lowered = imported.lowered;
  const std::int64_t plane = std::ssize(seen) / imported.model().nodes.front().shape[0];
  std::vector<double> sample;
  for (const std::int64_t at : lowered.input_index) {
    double value = seen[at];
    if (!lowered.input_factor.empty())
      value = (value - lowered.input_term[at / plane]) / lowered.input_factor[at / plane];
    sample.push_back(value);
  }
  if (!imported.original) return std::nullopt;
  const auto values = imports::run_original(*imported.original, sample);
  if (!values) return std::nullopt;
  const std::vector<double>& output = values->front();
  return std::ranges::max_element(output) - output.begin();
}

// How often the largest output is the label.
void print_accuracy(const imports::Imported& imported, const std::string& source,
                    std::int64_t limit) {
  const data::Dataset set = data::load(source, data::Split::Test, limit);
  const graph::Node& input = imported.model().nodes.front();
  const auto& op = std::get<graph::Input>(input.op);
  if (!graph::takes_samples(input.shape, set.sample_shape))
    user_error("the network takes {}, and the samples of '{}' are {}; choose data of that shape",
               graph::to_string(input.shape), source, graph::to_string(set.sample_shape));
  const std::int64_t outputs = std::ssize(imported.lowered.outputs[0].index);
  const bool has_several = imported.lowered.outputs.size() > 1;
  if (set.labels.empty() || has_several) {
    print(has_several ? "the network has several outputs, of which no accuracy is known"
                      : "the data has no classes to compare the float network with");
    return;
  }
  set.check_labels(outputs);
  const std::int64_t elements = set.sample_size();
  constexpr std::int64_t kBatch = 16;
  ProgressLine line;
  ImageCounter counter(line, "float");
  const bool is_quantized = imported.source.is_quantized;
  bool has_original = is_quantized;
  std::int64_t right = 0, right_of_file = 0;
  for (std::int64_t first = 0; first < set.size(); first += kBatch) {
    const std::int64_t count = std::min(kBatch, set.size() - first);
    std::vector<float> stored(static_cast<std::size_t>(count * elements)), seen(stored.size());
    set.copy_samples(first, count, stored.data());
    graph::preprocess(op.preprocess, input.shape, stored, seen);
    const std::vector<double> values = imports::run_float(
        imported.model(), std::vector<double>(seen.begin(), seen.end()), count,
        is_quantized ? imports::Casts::Whole : imports::Casts::None);
    if (is_quantized) {
      for (std::int64_t i = 0; i < count && has_original; ++i) {
        const auto answer = answer_of_file(imported, {seen.data() + i * elements,
                                                      static_cast<std::size_t>(elements)});
        has_original = answer.has_value();
        right_of_file += answer == set.labels[first + i];
      }
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const auto begin = values.begin() + i * outputs;
      right += std::max_element(begin, begin + outputs) - begin == set.labels[first + i];
    }
    counter(first + count, set.size());
  }
  line.clear();
  const double samples = static_cast<double>(set.size());
  const double accuracy = static_cast<double>(right) / samples;
  if (has_original)
    print(fmt::format("accuracy of the file's own numbers: {} of {} samples",
                      percent(static_cast<double>(right_of_file) / samples), grouped(set.size())));
  print(fmt::format("{} accuracy: {} of {} samples",
                    is_quantized ? "power-of-two formats:" : "float", percent(accuracy),
                    grouped(set.size())));
  const double chance = 1.0 / static_cast<double>(outputs);
  if (std::abs(accuracy - chance) < std::max(0.02, 2 * std::sqrt(chance * (1 - chance) / samples)))
    warn(
        fmt::format("float accuracy {}, and guessing gets {}: are the inputs 0..255 or 0..1, or "
                    "normalised? Say it "
                    "with --input \"divisor=255 mean=... std=...\"",
                    percent(accuracy), percent(chance)));
}

void write_files(const imports::Imported& imported, const ImportFlags& flags) {
  const fs::path folder(flags.folder);
  const std::string graph_file = (folder / "model.graph").string();
  const std::string recipe = imports::recipe_text(
      imported, {.file = flags.model, .graph = graph_file, .data = flags.data});
  const std::string report = imports::report_text(imported, flags.model);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !is_folder(folder))
    user_error("the folder '{}' cannot be made: {}; choose another one with -o", flags.folder,
               error ? error.message() : "something else has that name");
  graph::save(imported.model(), graph_file);
  write_file_atomically(folder / "recipe.toml", recipe);
  write_file_atomically(folder / "import.txt", report);
  print(fmt::format("{}: model '{}', {} nodes, input {}, {}", flags.folder, imported.model().name,
                    imported.model().nodes.size(),
                    graph::to_string(imported.model().nodes.front().shape),
                    imports::outputs_text(imported.model())));
  for (const std::string& remark : imported.source.remarks) print(remark);
  print(
      fmt::format("what became of each node: {}; next: edit data in {}, then qfx ptq {} --out RUN",
                  (folder / "import.txt").string(), (folder / "recipe.toml").string(),
                  (folder / "recipe.toml").string()));
}

int import_network(const ImportFlags& flags) {
  if (flags.list) return list_operators();
  if (flags.model.empty())
    user_error("qfx import needs an ONNX file: qfx import model.onnx -o DIR");
  if (flags.folder.empty() && flags.check.empty())
    user_error("qfx import needs a folder to write to: qfx import {} -o DIR", flags.model);
  const std::optional<Golden> golden = read_golden(flags.check);
  imports::ImportOptions options{.input_shape = read_input_shape(flags.input_shape),
                                 .outputs = read_names(flags.outputs)};
  if (!options.input_shape && golden && golden->samples.shape.size() > 1) {
    // The user's own samples say what the file leaves open.
    options.input_shape = golden->samples.shape;
    options.input_shape->front() = 1;
  }
  imports::Imported imported = imports::import_onnx(flags.model, options, model_name(flags.model));
  set_preprocessing(imported.model(), flags.input);
  if (!flags.data.empty()) print_accuracy(imported, flags.data, flags.limit);
  const int code = golden ? check(imported, *golden, flags.check) : kSuccess;
  if (!flags.folder.empty()) write_files(imported, flags);
  return code;
}

}  // namespace

Verb add_import(CLI::App& command) {
  auto flags = std::make_shared<ImportFlags>();
  CommandLine verb(command, "import", "a trained network from an ONNX file: a graph and a recipe");
  verb.text("model", flags->model, "the network (.onnx)");
  verb.text("-o,--out", flags->folder, "the folder for model.graph, recipe.toml and import.txt");
  verb.text("--input-shape", flags->input_shape, "the sizes that the file leaves open, as 3,96,96");
  verb.text("--outputs", flags->outputs,
            "end the network at these values of the file, as boxes,scores (default: all outputs)");
  verb.text("--input", flags->input,
            "how stored samples become inputs: \"divisor=255 mean=.5,.5,.5 std=.25,.25,.25\"");
  verb.text(
      "--check", flags->check,
      "compare with your own run: in0, out0, ... of numpy.savez; exit code 1 where they differ");
  verb.text("--data", flags->data, "a data set, to know the float network's accuracy");
  verb.count("--limit", flags->limit, "how many samples of it, 0 for all", 0, kImageLimit);
  verb.flag("--list", flags->list, "print every operator that can be imported");
  return {verb.app(), [flags] { return import_network(*flags); }};
}

}  // namespace qfx::command
