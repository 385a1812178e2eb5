// Adder graphs of the matrices in a file, as JSON for merge.py: one line "NAME ROWS COLUMNS SECONDS
// DEPTH VALUES..." a matrix, rows being outputs; DEPTH -1 is any.
#include <CLI/CLI.hpp>
#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "qfx/adders/synthesize.h"
#include "qfx/base/error.h"

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

}  // namespace

int main(int argc, char** argv) {
  std::string in, out;
  int operands = 2;
  double scale = 1;
  CLI::App app{"Adder graphs of the matrices in a file"};
  app.add_option("--matrices", in)->required();
  app.add_option("--json", out)->required();
  app.add_option("--operands", operands);
  app.add_option("--scale", scale, "of the seconds in the file");
  CLI11_PARSE(app, argc, argv);

  synthesize({2, 2, {1, 2, 3, 4}}, {});  // fills the tables, as the peer's are by its first call
  std::ifstream file(in);
  Json results = Json::array();
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    Matrix matrix;
    Options options;
    int depth = -1;
    words >> name >> matrix.rows >> matrix.columns >> options.seconds >> depth;
    matrix.values.resize(static_cast<std::size_t>(matrix.rows * matrix.columns));
    for (std::int64_t& value : matrix.values) words >> value;
    options.seconds *= scale;
    options.operands = operands;
    if (depth >= 0) options.max_depth = depth;
    const double begin = processor_seconds();
    try {
      const AdderGraph graph = synthesize(matrix, options);
      const double seconds = processor_seconds() - begin;
      Json result = json_of(graph);
      result["name"] = name;
      result["seconds"] = seconds;
      result["depth"] = graph.depth();
      result["bits"] = graph.full_adders();
      results.push_back(result);
    } catch (const qfx::UserError& error) {
      std::cerr << name << ": " << error.what() << "\n";
      return 1;
    }
  }
  std::ofstream(out) << results;
  return 0;
}
