#include "verify/simulation.h"

#include "verify/cpp_build.h"
#include "verify/stream_order.h"
#include "verify/verilator_build.h"
#include "verify/verilog_traces.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/circuit/plan.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/outputs.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;

// C++ that a plain compiler takes, with the vendor's headers.
class CppSimulation : public Simulation {
 public:
  CppSimulation(const backends::VendorHeaders& headers, const backends::Project& project,
                const graph::FrozenModel& model, const fs::path& work)
      : headers_(headers), project_(project), model_(model), work_(work) {}

  std::vector<std::string> build_command() override { return command({"-O2"}, work_ / "replay"); }

  void build(const ShouldStop& should_stop) override { compile(build_command(), should_stop); }

  void write_inputs(std::span<const std::int32_t> raw) override { write_raw(inputs(), raw); }

  std::vector<std::string> run_command(std::int64_t first, std::int64_t count,
                                       const fs::path& out) const override {
    return {(work_ / "replay").string(), inputs().string(), out.string(), std::to_string(first),
            std::to_string(count)};
  }

  std::vector<std::int32_t> read_outputs(const fs::path& out, std::int64_t count) const override {
    return read_raw(out, count * graph::output_size(model_));
  }

  SampleTrace trace(std::int64_t image, const ShouldStop& should_stop) override {
    compile(command({"-O1", "-DQFX_TRACE_FILE"}, work_ / "trace"), should_stop);
    const fs::path trace = work_ / "trace.bin";
    check_run(run_process(
        {(work_ / "trace").string(), inputs().string(), (work_ / "trace_outputs.bin").string(),
         std::to_string(image), "1", trace.string()},
        "", {}, StackLimit::Largest));
    const auto samples = read_trace(trace, static_cast<int>(model_.nodes.size()));
    QFX_ASSERT(samples.size() == 1);
    return samples[0];
  }

 private:
  fs::path inputs() const { return work_ / "inputs.bin"; }

  std::vector<std::string> command(const std::vector<std::string>& flags,
                                   const fs::path& program) const {
    const fs::path root = project_.directory;
    // The vendor's headers are read once.
    std::vector<std::string> all = flags;
    all.insert(all.end(), {"-DQFX_PLAIN_STREAMS", "-include", (root / "firmware" / (project_.top + ".cpp")).string()});
    return compile_command(headers_, {root / "tb" / "replay.cpp"}, {root / "firmware", root / "tb"},
                           all, program);
  }

  const backends::VendorHeaders& headers_;
  const backends::Project& project_;
  const graph::FrozenModel& model_;
  fs::path work_;
};

// Verilog that Verilator takes.
class VerilogSimulation : public Simulation {
 public:
  VerilogSimulation(const backends::Project& project, const graph::FrozenModel& model,
                    const fs::path& work)
      : tops_{{project, model}}, layouts_(stream_layouts(model)), work_(work) {}

  std::vector<std::string> build_command() override {
    fs::create_directories(folder());
    return verilator_command(tops_, folder(), {});
  }

  void build(const ShouldStop& should_stop) override { verilate(build_command(), should_stop); }

  void write_inputs(std::span<const std::int32_t> raw) override {
    write_raw(inputs(), to_stream_order(layouts_.input, raw));
  }

  std::vector<std::string> run_command(std::int64_t first, std::int64_t count,
                                       const fs::path& out) const override {
    return {
        (folder() / "replay").string(), "0", inputs().string(), out.string(), std::to_string(first),
        std::to_string(count)};
  }

  std::vector<std::int32_t> read_outputs(const fs::path& out, std::int64_t count) const override {
    return from_stream_order(layouts_.outputs, read_raw(out, count * graph::output_size(model())));
  }

  fs::path run_folder() const override { return folder(); }

  SampleTrace trace(std::int64_t image, const ShouldStop& should_stop) override {
    const fs::path traced = work_ / "traced";
    fs::create_directories(traced);
    verilate(verilator_command(tops_, traced, {.macros = {"QFX_TRACE"}, .optimisation = "-O1"}),
             should_stop);
    std::vector<std::string> command = run_command(image, 1, work_ / "trace_outputs.bin");
    command[0] = (traced / "replay").string();
    command.push_back("drain=1");
    command.push_back("+qfx_traces=" + traced.string());
    check_run(run_process(command, traced.string()));
    SampleTrace values;
    for (const std::vector<std::int32_t>& node : read_verilog_traces(traced, model(), layouts_, 1))
      values.emplace_back(node.begin(), node.end());
    return values;
  }

 private:
  fs::path folder() const { return work_ / "simulation"; }
  fs::path inputs() const { return work_ / "inputs.bin"; }
  const graph::FrozenModel& model() const { return tops_[0].model; }

  std::vector<VerilogTop> tops_;
  StreamLayouts layouts_;
  fs::path work_;
};

}  // namespace

std::unique_ptr<Simulation> make_simulation(const backends::Target& target,
                                            const backends::Project& project,
                                            const graph::FrozenModel& model, const fs::path& work) {
  if (std::holds_alternative<backends::Verilator>(target.simulation))
    return std::make_unique<VerilogSimulation>(project, model, work);
  return std::make_unique<CppSimulation>(vendor_headers(target), project, model, work);
}

dataflow::Folding fast_folding(const backends::Target& target, const graph::Analyzed& model) {
  if (!std::holds_alternative<backends::Verilator>(target.simulation)) return {};
  return circuit::plan(dataflow::lower(model), {}, {}).folding;
}

void check_simulator(const backends::Target& target) {
  if (std::holds_alternative<backends::Verilator>(target.simulation))
    verilator();
  else
    headers_directory(vendor_headers(target));
}

void check_run(const ProcessResult& result) {
  if (result.exit_code != 0 || !result.output.empty())
    user_error("the exported code failed to run ({}){}{}", how_it_ended(result),
               result.output.empty() ? "" : ": ", result.output.substr(0, 500));
}

}  // namespace qfx::verify
