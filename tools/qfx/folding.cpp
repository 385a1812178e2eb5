#include "folding.h"

#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <limits>

#include "console.h"

#include "qfx/backends/project.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"
#include "qfx/circuit/plan.h"
#include "qfx/dataflow/lower.h"
#include "qfx/dataflow/pixel_fold.h"
#include "qfx/frontends/layer_fold.h"

namespace qfx::command {
namespace {

namespace fs = std::filesystem;

using dataflow::Fold;
using dataflow::Folding;

constexpr double kNanoseconds = 1e9;
constexpr char kNoFolds[] = "none";

circuit::Words words_of(const backends::Target& target) {
  return std::holds_alternative<backends::Verilator>(target.simulation) ? circuit::Words::Any
                                                                        : circuit::Words::Pixels;
}

bool has_goal(const FoldOptions& options) {
  return options.images_per_second > 0 || options.luts || options.dsps || options.brams;
}

// "conv1=4x16" to conv1's fold.
void add_given(const std::string& text, Folding& folding) {
  const std::size_t equals = text.rfind('=');
  const auto fold = equals == std::string::npos
                        ? std::nullopt
                        : frontends::parse_layer_fold(std::string_view(text).substr(equals + 1));
  if (!fold || equals == 0)
    user_error(
        "--fold is '{}'; allowed are LAYER=PExSIMD, the results at once and the operands of each, "
        "as in conv1=4x16; LAYER=PE, as in conv1=4; and none, which forgets the folds of an "
        "earlier export and of the recipe",
        text);
  folding[text.substr(0, equals)] = {.pe = fold->pe, .simd = fold->simd};
}

Folding recipe_folding(const std::string& model_path) {
  const fs::path recipe = fs::path(model_path).parent_path() / "recipe.toml";
  Folding folding;
  if (!path_exists(recipe)) return folding;
  for (const auto& [layer, fold] : frontends::recipe_folds(read_file(recipe), recipe.string()))
    folding[layer] = {.pe = fold.pe, .simd = fold.simd};
  return folding;
}

// An earlier export to the same target into the same folder.
std::optional<backends::Project> earlier_export(const FoldTask& task) {
  if (!path_exists(fs::path(task.output) / backends::kMarkerFile)) return std::nullopt;
  backends::Project project = backends::read_project(task.output);
  if (project.target != task.target.name) return std::nullopt;
  return project;
}

void check_axi_bits(const FoldTask& task, const FoldOptions& options) {
  if (options.axi_bits && words_of(task.target) != circuit::Words::Any)
    user_error("--axi-bits is for --target verilog; leave it out for the target '{}', whose ports "
               "have at most {} bits",
               task.target.name, circuit::kUsualBeatBits);
}

std::int64_t most_bits(std::int64_t axi_bits) {
  return axi_bits == 0 ? circuit::kMostBeatBits : axi_bits;
}

circuit::Goal goal_of(const FoldTask& task, const FoldOptions& options, std::int64_t axi_bits) {
  circuit::Goal goal{.luts = options.luts,
                     .dsps = options.dsps,
                     .brams = options.brams,
                     .words = words_of(task.target),
                     .axi_bits = most_bits(axi_bits)};
  if (options.images_per_second > 0) {
    const double cycles = kNanoseconds / task.clock_ns / options.images_per_second;
    if (cycles < 1)
      user_error(
          "--images-per-second is {} at a clock of {} ns, which is less than a cycle for an image; "
          "at most {:.0f} are possible",
          options.images_per_second, task.clock_ns, kNanoseconds / task.clock_ns);
    // Many more than any network takes.
    goal.interval = static_cast<std::int64_t>(std::min(cycles, 1e15));
  }
  return goal;
}

// Of C++: every convolution's and matrix' fold, what is open filled in.
Folding with_open_folds(const dataflow::Network& network, const Folding& given) {
  dataflow::Network folded = network;
  dataflow::set_folds(folded, given);
  Folding folding;
  for (const dataflow::Process& process : folded.processes) {
    const Fold fold = dataflow::pixel_fold(folded, process);
    if (fold != Fold{}) folding[folded.node(process.node).name] = fold;
  }
  return folding;
}

circuit::Summary summary_of(const dataflow::Network& network, const Folding& folding,
                            circuit::Words words, std::int64_t axi_bits) {
  if (words == circuit::Words::Any)
    return circuit::summarise(circuit::fold(network, folding, most_bits(axi_bits)));
  const circuit::Plan plan =
      circuit::plan(network, with_open_folds(network, folding),
                    {.interval = std::numeric_limits<std::int64_t>::max(), .words = words});
  return {plan.interval, plan.slowest, plan.resources, plan.products};
}

// An earlier export may have been of a network with other layers, or of other sizes.
bool fits(const FoldTask& task, const Folding& folding) {
  try {
    summary_of(dataflow::lower(task.model), folding, words_of(task.target), 0);
    return true;
  } catch (const UserError&) {
    return false;
  }
}

std::string text_of(const circuit::Resources& resources) {
  return fmt::format("{} LUTs, {} DSPs, {} block RAMs of 18 Kib",
                     grouped(std::llround(resources.all_luts())), grouped(std::llround(resources.dsps)),
                     grouped(std::llround(resources.brams)));
}

// The cheapest folding that is faster; none where nothing is.
std::optional<circuit::Plan> next_step(const dataflow::Network& network, std::int64_t interval,
                                       circuit::Words words, std::int64_t axi_bits) {
  try {
    return circuit::plan(
        network, {},
        {.interval = interval - 1, .words = words, .axi_bits = most_bits(axi_bits)});
  } catch (const UserError&) {
    return std::nullopt;
  }
}

}  // namespace

void add_fold_options(CommandLine& verb, FoldOptions& options) {
  constexpr std::int64_t kMost = 1'000'000'000;
  verb.real("--images-per-second", options.images_per_second,
            "fold the layers so that so many images a second go through at the clock", 1e-6, 1e9);
  verb.count("--luts", options.luts, "fold for the most images a second within so many LUTs", 0,
             kMost);
  verb.count("--dsps", options.dsps, "the same within so many DSPs", 0, kMost);
  verb.count("--brams", options.brams, "the same within so many block RAMs of 18 Kib", 0, kMost);
  verb.texts("--fold", options.folds,
             "LAYER=PExSIMD: results at once, and operands of each; or LAYER=PE; several times. "
             "none: forget the folds of an earlier export and of the recipe");
  verb.count("--axi-bits", options.axi_bits,
             "of verilog: no port is wider than so many bits, a power of two (default: 64, and more "
             "where the engines would wait for it)",
             8, circuit::kMostBeatBits);
}

ChosenFolding choose_folding(const FoldTask& task, const FoldOptions& options) {
  Folding given;
  bool forgets = false;
  for (const std::string& text : options.folds) {
    if (text == kNoFolds)
      forgets = true;
    else
      add_given(text, given);
  }
  const std::optional<backends::Project> project =
      forgets ? std::nullopt : earlier_export(task);
  check_axi_bits(task, options);
  std::int64_t axi_bits = options.axi_bits.value_or(project ? project->axi_bits : 0);
  std::optional<Folding> earlier;
  if (project && !project->folding.empty() && !has_goal(options)) earlier = project->folding;
  std::string note;
  if (earlier && !fits(task, *earlier)) {
    earlier.reset();
    axi_bits = options.axi_bits.value_or(0);
    note = "the folder held another network, whose folding is not kept";
  }
  Folding base;
  if (earlier)
    base = *earlier;
  else if (!forgets)
    base = recipe_folding(task.model_path);
  given.merge(base);  // what is given now wins
  if (earlier && options.folds.empty())
    return {given, "the folding is that of the earlier export; --fold none starts anew", axi_bits};
  const bool takes_default =
      given.empty() && !has_goal(options) && words_of(task.target) == circuit::Words::Any;
  if (!has_goal(options) && !takes_default) return {given, note, axi_bits};
  const dataflow::Network network = dataflow::lower(task.model);
  return {circuit::plan(network, given, goal_of(task, options, axi_bits)).folding, note, axi_bits};
}

std::string describe_folding(const FoldTask& task, const ChosenFolding& chosen) {
  const dataflow::Network network = dataflow::lower(task.model);
  const circuit::Words words = words_of(task.target);
  const circuit::Summary now = summary_of(network, chosen.folding, words, chosen.axi_bits);
  const double rate = kNanoseconds / task.clock_ns / static_cast<double>(now.interval);
  std::string text = fmt::format(
      "{} cycles an image: {} images a second at {} ns; '{}' limits\n"
      "{} products at once; by the cost table {}\n",
      grouped(now.interval), rate < 100 ? fmt::format("{:.3g}", rate) : grouped(std::llround(rate)),
      task.clock_ns, now.slowest, grouped(now.products), text_of(now.resources));
  if (chosen.axi_bits > 0)
    text += fmt::format("no port is wider than {} bits (--axi-bits)\n", chosen.axi_bits);
  const std::optional<circuit::Plan> next =
      next_step(network, now.interval, words, chosen.axi_bits);
  if (!next) return text + "no folding is faster\n";
  // Rounded down, so that it asks for no more than this step.
  const double wanted =
      std::floor(1000 * kNanoseconds / task.clock_ns / static_cast<double>(next->interval)) / 1000;
  const bool is_smaller = next->resources.all_luts() <= now.resources.all_luts() &&
                          next->resources.dsps <= now.resources.dsps;
  return text + fmt::format("the next step is {} cycles: {}; --images-per-second {} takes it{}\n",
                            grouped(next->interval), text_of(next->resources),
                            wanted < 100 ? wanted : std::floor(wanted),
                            is_smaller ? ", and plans every layer, which is smaller too" : "");
}

}  // namespace qfx::command
