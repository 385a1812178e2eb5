// Adder graphs of the matrices in a file, as JSON for table.py: one line "FAMILY ROWS COLUMNS
// SECONDS DEPTH VALUES..." a matrix, rows being outputs; DEPTH -1 is any.
#include <CLI/CLI.hpp>
#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "backends/verilog/print_matrix.h"

#include "qfx/adders/synthesize.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace {

using namespace qfx::adders;
using Json = nlohmann::json;

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

Json json_of(const Term& term) {
  return {term.value, term.shift, term.negative};
}

Json json_of(const AdderGraph& graph) {
  Json adders = Json::array(), outputs = Json::array();
  for (const Adder& adder : graph.adders) {
    Json terms = {json_of(adder.a), json_of(adder.b)};
    if (adder.c.value >= 0) terms.push_back(json_of(adder.c));
    adders.push_back(terms);
  }
  for (const Term& output : graph.outputs) outputs.push_back(json_of(output));
  return {{"adders", adders}, {"outputs", outputs}};
}

struct Task {
  std::string family;
  Matrix matrix;
  Options options;
};

Task task_of(const std::string& line) {
  std::istringstream words(line);
  Task task;
  int depth = -1;
  words >> task.family >> task.matrix.rows >> task.matrix.columns >> task.options.seconds >> depth;
  task.matrix.values.resize(static_cast<std::size_t>(task.matrix.rows * task.matrix.columns));
  for (std::int64_t& value : task.matrix.values) words >> value;
  if (depth >= 0) task.options.max_depth = depth;
  return task;
}

// Without a register but the last, and without hierarchy above its adders.
void write_verilog(const AdderGraph& graph, const std::string& file) {
  int width = 1;
  for (const Term& output : graph.outputs)
    width = std::max(width, bits_of(range_of(graph, output)) + 1);
  const auto text = qfx::backends::verilog::print_matrix("ours", graph, 1000, {8, width});
  qfx::write_file_atomically(file, text.module);
}

}  // namespace

int main(int argc, char** argv) {
  std::string in, out, verilog;
  int operands = 2;
  bool is_first_answer = false, is_fewest = false;
  CLI::App app{"Adder graphs of the matrices in a file"};
  app.add_option("--tasks", in)->required();
  app.add_option("--json", out)->required();
  app.add_option("--operands", operands, "of an adder: 2 or 3");
  app.add_flag("--first", is_first_answer, "no time beyond the first answer");
  app.add_flag("--fewest", is_fewest, "adders, whatever their bits");
  app.add_option("--verilog", verilog, "file for the last graph");
  CLI11_PARSE(app, argc, argv);

  synthesize({2, 2, {1, 2, 3, 4}}, {});  // fills the tables, as the peer's are by its first call
  std::ifstream file(in);
  Json results = Json::array();
  for (std::string line; std::getline(file, line);) {
    Task task = task_of(line);
    if (is_first_answer) task.options.seconds = 0;
    task.options.operands = operands;
    if (is_fewest) task.options.goal = Goal::Adders;
    const double begin = processor_seconds();
    try {
      const AdderGraph graph = synthesize(task.matrix, task.options);
      const double seconds = processor_seconds() - begin;
      Json result = json_of(graph);
      result["family"] = task.family;
      result["seconds"] = seconds;
      results.push_back(result);
      if (!verilog.empty()) write_verilog(graph, verilog);
    } catch (const qfx::UserError& error) {
      std::cerr << task.family << ": " << error.what() << "\n";
      return 1;
    }
  }
  std::ofstream(out) << results;
  return 0;
}
