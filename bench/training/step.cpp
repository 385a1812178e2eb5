// Milliseconds of one training step, in float and in fixed point, of the same network in the same
// torch: forward, backward, optimizers. The modes take turns step by step, so that all of them see
// the same machine; peak memory wants a process for each mode (--modes with one name).
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <thread>

#include "train/calibration/calibrate.h"
#include "train/loop/learned_points.h"
#include "train/loop/optimizer.h"
#include "train/machine/device.h"
#include "train/machine/memory.h"
#include "train/machine/patient_threads.h"
#include "train/network/fixed_forward.h"
#include "train/network/float_forward.h"
#include "train/network/network.h"

#include "qfx/base/error.h"
#include "qfx/frontends/recipe.h"
#include "qfx/train/run.h"

namespace qfx::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kClasses = 10;

// Settings that leave the network near where it starts: the work a step does, not what it learns.
constexpr double kLearningRate = 1e-3;
constexpr std::int64_t kPhaseSteps = 1'000'000;

struct Samples {
  at::Tensor images, labels;
};

// Of every constant, in signed digits.
constexpr int kOnes = 2;

graph::Model with_k_hot(graph::Model model) {
  for (graph::Node& node : model.nodes) {
    for (auto& [role, param] : node.params) {
      param.spec.k_hot = kOnes;
      param.spec.signed_digits = true;
    }
  }
  return model;
}

class Candidate {
 public:
  Candidate(std::string mode, const graph::Model& model, const std::vector<std::string>& untrained,
            const Samples& samples, at::Device device)
      : mode_(std::move(mode)),
        network_(mode_ == "k_hot" ? with_k_hot(model) : model),
        samples_{samples.images.to(device), samples.labels.to(device)} {
    if (mode_ == "nodes") road_ = Road::NodeByNode;
    if (mode_ == "operators") road_ = Road::Operators;
    if (mode_ != "float" && mode_ != "fixed" && mode_ != "k_hot" && road_ == Road::Fused) {
      user_error("--modes has \"{}\", allowed are float, fixed, k_hot, nodes, operators", mode_);
    }
    keep_values(network_, untrained);
    if (mode_ != "float") {
      calibrate_network(network_, {.method = frontends::CalibrationMethod::Max},
                        one_batch(samples.images));
      points_ = std::make_unique<LearnedPoints>(steps::PointSettings{}, trained_points(network_),
                                                kPhaseSteps);
    }
    optimizer_ = std::make_unique<Optimizer>(frontends::Optimizer{}, trained_tensors(network_));
  }

  const std::string& mode() const { return mode_; }

  double step() {
    const Clock::time_point start = Clock::now();
    const at::Tensor outputs =
        (mode_ == "float" ? float_forward(network_, samples_.images, true)
                          : fixed_forward(network_, samples_.images,
                                          {.batch_statistics = true, .count = true, .road = road_}))
            .flatten(1);
    const at::Tensor loss =
        at::cross_entropy_loss(outputs.to(at::kFloat), samples_.labels, {}, at::Reduction::Mean);
    forward_ = 1e3 * std::chrono::duration<double>(Clock::now() - start).count();
    loss.backward();
    optimizer_->step(kLearningRate);
    optimizer_->zero_gradients();
    if (points_) {
      points_->step(steps_, 1);
      points_->zero_gradients();
    }
    ++steps_;
    return 1e3 * std::chrono::duration<double>(Clock::now() - start).count();
  }
  double forward() const { return forward_; }

 private:
  std::string mode_;
  Road road_ = Road::Fused;
  Network network_;
  Samples samples_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<LearnedPoints> points_;
  std::int64_t steps_ = 0;
  double forward_ = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

int run(int argc, char** argv) {
  std::string net = "resnet20", device_name = "cpu", json;
  std::vector<std::string> modes{"float", "fixed"}, untrained;
  int steps = 8, warmup = 2, threads = 0;
  std::int64_t batch = 128, size = 32;
  CLI::App app("Times training steps in float and in fixed point.");
  app.add_option("--net", net, "a network of the zoo");
  app.add_option("--modes", modes,
                 "float; fixed; k_hot: fixed with two signed digits for every constant; nodes: "
                 "without fusing; operators: in torch's plain operators")
      ->delimiter(',');
  app.add_option("--untrained", untrained, "tensors that keep their values, as in a recipe")
      ->delimiter(',');
  app.add_option("--steps", steps)->check(CLI::PositiveNumber);
  app.add_option("--warmup", warmup)->check(CLI::NonNegativeNumber);
  app.add_option("--batch", batch)->check(CLI::PositiveNumber);
  app.add_option("--size", size, "height and width of the images")->check(CLI::PositiveNumber);
  app.add_option("--threads", threads, "0: all cores")->check(CLI::NonNegativeNumber);
  app.add_option("--device", device_name, "of the batch, as in a recipe");
  app.add_option("--json", json, "file for the figures");
  CLI11_PARSE(app, argc, argv);

  keep_freed_memory();
  if (threads == 0) threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  at::set_num_threads(threads);
  std::unique_ptr<PatientThreads> patience;
  if (threads > 1) patience = std::make_unique<PatientThreads>(threads);
  const at::Device device = open_device(device_name, Peers({}));
  at::manual_seed(1);
  const Samples samples{at::randn({batch, 3, size, size}),
                        at::randint(kClasses, {batch}, at::kLong)};
  const graph::Model model = frontends::zoo(net, {3, size, size}, {}, kClasses, 1);

  std::vector<std::unique_ptr<Candidate>> candidates;
  std::vector<std::vector<double>> times(modes.size()), forwards(modes.size());
  for (const std::string& mode : modes) {
    candidates.push_back(std::make_unique<Candidate>(mode, model, untrained, samples, device));
  }
  for (int i = -warmup; i < steps; ++i) {
    for (std::size_t k = 0; k < candidates.size(); ++k) {
      const double milliseconds = candidates[k]->step();
      if (i < 0) continue;
      times[k].push_back(milliseconds);
      forwards[k].push_back(candidates[k]->forward());
    }
  }
  nlohmann::json figures = {{"net", net}, {"batch", batch}, {"threads", threads}, {"steps", steps}};
  for (std::size_t k = 0; k < modes.size(); ++k) {
    const double step = median(times[k]), forward = median(forwards[k]);
    std::printf("%-10s %-10s %8.1f ms a step, %8.1f of it forward, %5.2f of %s\n", net.c_str(),
                modes[k].c_str(), step, forward, step / median(times[0]), modes[0].c_str());
    figures["modes"][modes[k]] = {{"step_ms", step}, {"forward_ms", forward}};
  }
  figures["peak_megabytes"] = peak_megabytes();
  std::printf("peak memory %.0f MB\n", peak_megabytes());
  if (!json.empty()) std::ofstream(json) << figures.dump(2) << '\n';
  return 0;
}

}  // namespace
}  // namespace qfx::train

int main(int argc, char** argv) {
  try {
    return qfx::train::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_training: %s\n", error.what());
    return 2;
  }
}
