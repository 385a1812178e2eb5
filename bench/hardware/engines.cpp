// Engines of random networks, folded for random rates: what they are made of by the cost table, and
// what Yosys counts. A line of JSON each; fit.py makes the table of them.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "circuit/resources.h"
#include "estimate/cache.h"
#include "estimate/units.h"
#include "random_network.h"

#include "qfx/backends/engine_modules.h"
#include "qfx/base/error.h"
#include "qfx/circuit/plan.h"
#include "qfx/dataflow/lower.h"
#include "qfx/estimate/estimate.h"

namespace qfx::bench {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  int networks = 20;
  std::uint64_t seed = 1;
  int engines = 12;           // of a network, at most
  double most_weight = 2500;  // heavier ones take Yosys minutes
  int jobs = 0;
  bool kept = false;
};

// Sums with their form.
std::string kind_text(const circuit::Part& part) {
  std::string kind(circuit::kind_of(part));
  const auto* sums = std::get_if<circuit::Sums>(&part);
  if (sums == nullptr) return kind;
  static constexpr const char* kForms[] = {"ring", "depthwise", "walk", "stepwise"};
  return kind + ", " + kForms[static_cast<std::size_t>(sums->form)];
}

Json json_of(const circuit::Pieces& pieces) {
  Json amounts = Json::object();
  for (std::size_t i = 0; i < circuit::kPieces; ++i)
    if (pieces.amounts[i] != 0)
      amounts[std::string(to_string(static_cast<circuit::Piece>(i)))] = pieces.amounts[i];
  return {{"amounts", std::move(amounts)},
          {"memory_luts", pieces.memory_luts},
          {"dsps", pieces.dsps},
          {"brams", pieces.brams}};
}

Json json_of(const estimate::Resources& counted) {
  return {{"luts", counted.luts}, {"memory_luts", counted.memory_luts},
          {"registers", counted.registers}, {"dsps", counted.dsps},
          {"brams", counted.brams}, {"adders", counted.adders}};
}

// The adders of a large matrix are searched for a long time, and nobody's rate needs them here.
bool has_large_matrix(const circuit::Circuit& circuit) {
  constexpr double kLargest = 3000;
  for (circuit::EngineId id = 0; id < std::ssize(circuit.engines); ++id) {
    const circuit::Pieces pieces = circuit::pieces_of(circuit, id);
    if (pieces.amounts[static_cast<std::size_t>(circuit::Piece::GraphBit)] > kLargest) return true;
  }
  return false;
}

// For some rate; slower where there is none that fast.
dataflow::Folding folding_of(const dataflow::Network& network, test::Rng& rng) {
  double interval = std::pow(10.0, 2.3 + 0.01 * static_cast<double>(rng.between(0, 250)));
  while (true) {
    try {
      const dataflow::Folding folding =
          circuit::plan(network, {}, {.interval = std::llround(interval)}).folding;
      if (!has_large_matrix(circuit::fold(network, folding))) return folding;
    } catch (const UserError&) {
    }
    interval *= 2;
  }
}

// Which units are counted: kinds that are rare first, and the top.
std::vector<std::size_t> drawn_units(const std::vector<estimate::Unit>& units,
                                     const circuit::Circuit& circuit, const Options& options,
                                     std::map<std::string, int>& seen, test::Rng& rng) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i + 1 < units.size(); ++i) {
    if (units[i].weight > options.most_weight) continue;
    const int before = seen[kind_text(circuit.engines[i].part)];
    order.emplace_back(before * 0.3 + static_cast<double>(rng.between(0, 100)), i);
  }
  std::ranges::sort(order);
  std::vector<std::size_t> chosen;
  std::map<std::string, int> here;
  for (const auto& [rank, i] : order) {
    const std::string kind = kind_text(circuit.engines[i].part);
    if (std::ssize(chosen) == options.engines || here[kind]++ == 3) continue;
    ++seen[kind];
    chosen.push_back(i);
  }
  if (units.back().weight <= options.most_weight) chosen.push_back(units.size() - 1);
  return chosen;
}

// All networks' engines together, so that few processes of Yosys count many.
class Engines {
 public:
  explicit Engines(const Options& options) : options_(options) {}

  void add_network(int number) {
    test::Rng rng(options_.seed * 100'003 + static_cast<std::uint64_t>(number));
    const RandomNetwork drawn = random_network(rng);
    const dataflow::Network network = dataflow::lower(graph::Analyzed(drawn.model));
    const backends::ExportOptions exported{.top = fmt::format("n{}", number),
                                           .folding = folding_of(network, rng)};
    const circuit::Circuit circuit = backends::verilog_circuit(network, exported.folding);
    backends::Files project = backends::target_named("verilog").print(network, exported);
    const std::vector<estimate::Unit> units = estimate::units_of(
        circuit, backends::engine_modules(circuit, exported.top), project);
    for (const std::size_t i : drawn_units(units, circuit, options_, seen_, rng)) {
      if (!known_.insert(units[i].content).second) continue;
      const bool is_top = units[i].is_top;
      const auto id = static_cast<circuit::EngineId>(i);
      units_.push_back(units[i]);
      lines_.push_back({{"network", fmt::format("{} {}", drawn.from, number)},
                        {"kind", is_top ? "FIFOs and ports" : kind_text(circuit.engines[i].part)},
                        {"name", is_top ? "" : circuit.engines[i].name},
                        {"table", json_of(is_top ? circuit::pieces_between(circuit)
                                                 : circuit::pieces_of(circuit, id))}});
    }
    project_.merge(project);
  }

  void count() {
    const estimate::Options how{.jobs = options_.jobs};
    const estimate::Yosys yosys(project_, how);
    const estimate::Cache cache(how.cache_folder);
    std::vector<estimate::Unit> open;
    std::vector<std::size_t> numbers;
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < units_.size(); ++i) {
      const std::string key = estimate::key_of(units_[i], yosys.version());
      if (const auto found = cache.find(key)) {
        print(i, *found);
        continue;
      }
      open.push_back(units_[i]);
      numbers.push_back(i);
      keys.push_back(key);
    }
    fmt::print(stderr, "{} engines, {} of them open\n", units_.size(), open.size());
    if (options_.kept) return;
    yosys.count(open, [&](std::size_t i, const estimate::Resources& counted) {
      cache.keep(keys[i], counted);
      print(numbers[i], counted);
    });
  }

 private:
  void print(std::size_t i, const estimate::Resources& counted) {
    lines_[i]["yosys"] = json_of(counted);
    fmt::print("{}\n", lines_[i].dump(-1, ' ', false, Json::error_handler_t::replace));
    std::fflush(stdout);
  }

  const Options& options_;
  backends::Files project_;
  std::vector<estimate::Unit> units_;
  std::vector<Json> lines_;
  std::map<std::string, int> seen_;  // engines by kind
  std::set<std::string> known_;      // their content
};

int run(int count, char** arguments) {
  Options options;
  CLI::App app("engines of random networks: what they are made of, and what Yosys counts");
  app.add_option("--networks", options.networks, "how many");
  app.add_option("--seed", options.seed, "other networks");
  app.add_option("--engines", options.engines, "of each network, at most");
  app.add_option("--weight", options.most_weight, "of an engine, about its LUTs, at most");
  app.add_option("--jobs", options.jobs, "processes of Yosys at once; 0: one a core");
  app.add_flag("--kept", options.kept, "only what was counted before: Yosys does not run");
  CLI11_PARSE(app, count, arguments);
  Engines engines(options);
  for (int number = 0; number < options.networks; ++number) engines.add_network(number);
  engines.count();
  return 0;
}

}  // namespace
}  // namespace qfx::bench

int main(int count, char** arguments) {
  return qfx::bench::run(count, arguments);
}
