#include "qfx/verify/verify.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "verify/cpp_build.h"
#include "verify/first_difference.h"
#include "verify/simulation.h"

#include "qfx/backends/project.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/fixed/raw.h"
#include "qfx/graph/outputs.h"
#include "qfx/runtime/evaluate.h"
#include "qfx/runtime/quantize_input.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// What the processes run between two reports of progress should take so long.
constexpr double kSecondsARound = 2;
// Images that are read at once.
constexpr std::int64_t kBatch = 256;

class Verification {
 public:
  Verification(const backends::Target& target, const runtime::Engine& engine,
               const data::Dataset& set, const runtime::RawTensor& expected, const Options& options,
               const fs::path& work)
      : target_(target),
        engine_(engine),
        model_(engine.model()),
        set_(set),
        expected_(expected),
        options_(options),
        work_(fs::absolute(work)),
        in_size_(graph::element_count(model_.input().shape)),
        out_size_(graph::output_size(model_)),
        answers_(runtime::answers_for(model_, set)) {
    if (set.sample_size() != in_size_)
      user_error("a sample of '{}' has {} values, the model '{}' takes {} ({})", set.name,
                 set.sample_size(), model_.name, in_size_, graph::to_string(model_.input().shape));
    QFX_ASSERT(std::ssize(expected) == set.size() * out_size_);
  }

  Result run() {
    result_.target = target_.name;
    result_.images = set_.size();
    result_.values = set_.size() * out_size_;
    if (options_.progress) options_.progress(0, set_.size());
    prepare_project();
    build();
    write_inputs();
    run_exported();
    compare();
    return std::move(result_);
  }

 private:
  void prepare_project() {
    if (options_.project.empty()) {
      backends::export_project(target_, engine_.analyzed(), (work_ / "project").string(),
                               {.folding = fast_folding(target_, engine_.analyzed())});
      project_ = backends::read_project((work_ / "project").string());
      return;
    }
    project_ = backends::read_project(fs::absolute(options_.project).string());
    if (project_.target != target_.name)
      user_error("the project '{}' was exported for the target '{}', not for '{}'; name its own",
                 options_.project, project_.target, target_.name);
    const std::vector<std::string> nodes = backends::describe_nodes(model_);
    const auto [ours, theirs] = std::ranges::mismatch(nodes, project_.nodes);
    if (ours == nodes.end() && theirs == project_.nodes.end()) return;
    const std::string none = "nothing more";
    user_error(
        "the project '{}' was exported from another model: it has '{}' where this one has '{}'",
        options_.project, theirs == project_.nodes.end() ? none : *theirs,
        ours == nodes.end() ? none : *ours);
  }

  void build() {
    const Stopwatch watch;
    simulation_ = make_simulation(target_, project_, model_, work_);
    result_.command = shell_text(simulation_->build_command());
    simulation_->build(options_.should_stop);
    result_.build_seconds = watch.seconds();
  }

  std::vector<std::int32_t> quantized(std::int64_t first, std::int64_t count) const {
    std::vector<float> samples(static_cast<std::size_t>(count * in_size_));
    std::vector<std::int32_t> raw(samples.size());
    set_.copy_samples(first, count, samples.data());
    runtime::quantize_input(model_.input(), samples, raw);
    return raw;
  }

  void write_inputs() {
    std::vector<std::int32_t> raw;
    raw.reserve(static_cast<std::size_t>(set_.size() * in_size_));
    for (std::int64_t first = 0; first < set_.size(); first += kBatch) {
      const auto part = quantized(first, std::min(kBatch, set_.size() - first));
      raw.insert(raw.end(), part.begin(), part.end());
    }
    simulation_->write_inputs(raw);
  }

  // Images a process in the next round, after `part` took so long; how fast a network runs is not
  // known before. `left` is a process' share of those that are left.
  static std::int64_t next_part(std::int64_t part, double seconds, std::int64_t left) {
    const double wanted = static_cast<double>(part) * kSecondsARound / std::max(seconds, 1e-3);
    const std::int64_t most = std::max<std::int64_t>(std::min(8 * part, left), 1);
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(wanted), 1, most);
  }

  void run_exported() {
    const Stopwatch watch;
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    const int jobs = options_.jobs > 0 ? options_.jobs : cores;
    if (options_.progress) options_.progress(0, set_.size());
    std::int64_t part = 1;  // images a process
    for (std::int64_t done = 0; done < set_.size();) {
      const Stopwatch round;
      std::vector<std::vector<std::string>> commands;
      std::vector<std::int64_t> counts;
      std::vector<fs::path> outs;
      for (std::int64_t first = done; first < set_.size() && std::ssize(commands) < jobs;
           first += part) {
        counts.push_back(std::min(part, set_.size() - first));
        const fs::path out = work_ / fmt::format("outputs_{}.bin", commands.size());
        outs.push_back(out);
        commands.push_back(simulation_->run_command(first, counts.back(), out));
      }
      const std::vector<ProcessResult> results =
          run_processes(commands, jobs, options_.should_stop, StackLimit::Largest,
                        simulation_->run_folder().string());
      for (std::size_t i = 0; i < commands.size(); ++i) {
        check_run(results[i]);
        const auto values = simulation_->read_outputs(outs[i], counts[i]);
        outputs_.insert(outputs_.end(), values.begin(), values.end());
        done += counts[i];
      }
      if (options_.progress) options_.progress(done, set_.size());
      part = next_part(part, round.seconds(), (set_.size() - done + jobs - 1) / jobs);
    }
    result_.run_seconds = watch.seconds();
  }

  void compare() {
    std::int64_t first_image = -1;
    for (std::int64_t image = 0; image < set_.size(); ++image) {
      const auto actual = outputs_.begin() + image * out_size_;
      const auto wanted = expected_.begin() + image * out_size_;
      std::int64_t differ = 0;
      for (std::int64_t i = 0; i < out_size_; ++i) differ += actual[i] != wanted[i];
      result_.values_differ += differ;
      result_.images_differ += differ > 0;
      if (differ > 0 && first_image < 0) first_image = image;
    }
    measure();
    if (first_image >= 0) result_.first = locate(first_image);
  }

  void measure() {
    measure::Measures& measures =
        result_.measures.emplace(runtime::measures_for(model_, set_.size()));
    if (!answers_.known()) return;
    for (std::int64_t first = 0; first < set_.size(); first += kBatch) {
      const std::int64_t count = std::min(kBatch, set_.size() - first);
      const auto raw = std::span(outputs_).subspan(static_cast<std::size_t>(first * out_size_),
                                                   static_cast<std::size_t>(count * out_size_));
      measures.add(runtime::real_outputs(model_, raw), answers_.of(first, count), first);
    }
  }

  // Runs one image through the trace form and compares every layer.
  Difference locate(std::int64_t image) {
    const SampleTrace trace = simulation_->trace(image, options_.should_stop);
    const auto found =
        first_difference(model_, engine_.run_all(quantized(image, 1), 1), trace, image);
    if (!found)
      internal_error("image {} differs at the output, but not in the traced build; look at {}",
                     image, work_.string());
    return *found;
  }

  const backends::Target& target_;
  const runtime::Engine& engine_;
  const graph::FrozenModel& model_;
  const data::Dataset& set_;
  const runtime::RawTensor& expected_;
  const Options& options_;
  fs::path work_;
  std::int64_t in_size_, out_size_;
  measure::Answers answers_;
  backends::Project project_;
  std::unique_ptr<Simulation> simulation_;
  std::vector<std::int32_t> outputs_;
  Result result_;
};

}  // namespace

std::string obstacle(const backends::Target& target, const graph::FrozenModel& model) {
  try {
    check_simulator(target);
  } catch (const UserError& error) {
    return error.what();
  }
  return target.refusal(model);
}

Result verify_export(const backends::Target& target, const runtime::Engine& engine,
                     const data::Dataset& set, const runtime::RawTensor& expected,
                     const Options& options) {
  if (options.work_directory.empty()) {
    const TemporaryDirectory work;
    return Verification(target, engine, set, expected, options, work.path()).run();
  }
  std::error_code error;
  fs::create_directories(options.work_directory, error);
  if (error)
    user_error("cannot make the work folder '{}': {}", options.work_directory, error.message());
  return Verification(target, engine, set, expected, options, options.work_directory).run();
}

std::string describe(const Difference& difference) {
  return fmt::format(
      "first difference: layer {}, image {}, index [{}]: expected {} ({}), got {} ({})",
      difference.layer, difference.image, fmt::join(difference.index, ", "), difference.expected,
      fixed::to_double(difference.expected, difference.frac_bits), difference.actual,
      fixed::to_double(difference.actual, difference.frac_bits));
}

std::string summary(const Result& result) {
  return fmt::format("{}: {} of {} images differ ({} of {} values)", result.target,
                     result.images_differ, result.images, result.values_differ, result.values);
}

}  // namespace qfx::verify
