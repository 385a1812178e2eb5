#include "verify/verilog_runner.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <sstream>

#include "verify/raw_files.h"
#include "verify/stream_order.h"
#include "verify/verilog_traces.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/graph/outputs.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;

std::vector<std::int64_t> read_numbers(const fs::path& path) {
  std::istringstream text(read_file(path));
  std::vector<std::int64_t> numbers;
  for (std::int64_t number = 0; text >> number;) numbers.push_back(number);
  return numbers;
}

// From lines "qfx: link 3 holds 0, at most 2".
std::vector<std::int64_t> high_water(const std::string& output) {
  std::vector<std::int64_t> marks;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    long link = 0, held = 0, most = 0;
    if (std::sscanf(line.c_str(), "qfx: link %ld holds %ld, at most %ld", &link, &held, &most) != 3)
      continue;
    marks.resize(std::max(marks.size(), static_cast<std::size_t>(link) + 1));
    marks[static_cast<std::size_t>(link)] = most;
  }
  return marks;
}

}  // namespace

VerilogRunner::VerilogRunner(std::vector<VerilogTop> tops, const std::string& work_directory,
                             const VerilatorOptions& options)
    : tops_(std::move(tops)),
      work_(fs::absolute(work_directory)),
      traces_(std::ranges::find(options.macros, "QFX_TRACE") != options.macros.end()) {
  for (const VerilogTop& top : tops_) layouts_.push_back(stream_layouts(top.model));
  verilate(verilator_command(tops_, work_, options));
}

Played VerilogRunner::play(std::size_t index, std::span<const std::int32_t> inputs,
                           std::int64_t batch, const Play& how) const {
  const graph::FrozenModel& model = tops_.at(index).model;
  const StreamLayouts& layouts = layouts_.at(index);
  const TemporaryDirectory files(work_);
  const fs::path in = files.path() / "in", out = files.path() / "out",
                 report = files.path() / "report";
  write_raw(in, to_stream_order(layouts.input, inputs));
  std::vector<std::string> command{(work_ / "replay").string(),
                                   std::to_string(index),
                                   in.string(),
                                   out.string(),
                                   "0",
                                   std::to_string(batch),
                                   "source=" + how.source,
                                   "sink=" + how.sink,
                                   "tlast=" + how.tlast,
                                   fmt::format("patience={}", how.patience),
                                   "report=" + report.string(),
                                   traces_ ? "drain=1" : "drain=0",
                                   "+qfx_traces=" + files.path().string(),
                                   fmt::format("+qfx_stall={}", how.stalls),
                                   fmt::format("+qfx_seed={}", how.seed)};
  if (how.reset >= 0) command.push_back(fmt::format("reset={}", how.reset));
  if (how.cut_frame >= 0) command.push_back(fmt::format("cut={}:{}", how.cut_frame, how.cut_beat));
  // The constants lie in its folder.
  const ProcessResult result = run_process(command, work_.string());
  Played played;
  if (result.exit_code != 0) {
    played.fault = fmt::format("{} ({})", result.output, how_it_ended(result));
    return played;
  }
  played.outputs =
      from_stream_order(layouts.outputs, read_raw(out, batch * graph::output_size(model)));
  if (traces_) played.nodes = read_verilog_traces(files.path(), model, layouts, batch);
  played.end_cycles = read_numbers(report);
  played.first_cycle = played.end_cycles.front();
  played.end_cycles.erase(played.end_cycles.begin());
  played.high_water = high_water(result.output);
  return played;
}

}  // namespace qfx::verify
