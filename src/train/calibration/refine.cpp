#include "train/calibration/refine.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "train/calibration/bias_correction.h"
#include "train/calibration/equalize.h"
#include "train/calibration/gptq.h"
#include "train/calibration/layer_errors.h"

namespace qfx::train {
namespace {

using frontends::WeightRounding;

// Equalizing calibrates once for every two layers.
constexpr std::int64_t kEqualizingSamples = 64;

SampleBatches first_of(const SampleBatches& samples, std::int64_t most) {
  SampleBatches some = samples;
  some.samples = std::min(samples.samples, most);
  return some;
}

std::string change(double before, double after) {
  return fmt::format("error of the outputs {:.2f} % of their deviation -> {:.2f} %", 100 * before,
                     100 * after);
}

class Refiner {
 public:
  Refiner(Network& network, const frontends::Calibration& calibration,
          const std::vector<graph::NodeId>& answers, const SampleBatches& samples,
          const LayerWalk::Progress& progress)
      : network_(network),
        calibration_(calibration),
        answers_(answers),
        samples_(samples),
        progress_(progress),
        some_(side_by_side(network, samples)) {
    for (const Point* point : network.points()) {
      if (point->casts() && !point->is_set()) new_.insert(point);
    }
  }

  Refinement run() {
    if (calibration_.equalize) equalize_channels();
    result_.notes = calibrate_network(network_, calibration_, samples_, progress_);
    if (!asks_for_steps(calibration_)) return std::move(result_);
    real_ = std::make_unique<Network>(network_.updated_model());
    calibrated_ = std::make_unique<ErrorCount>(errors_after({}));
    error_ = calibrated_->relative(answers_);
    ErrorCount last = *calibrated_;
    const auto step = [&](const std::string& name, const auto& work) {
      const auto saved = network_.values();
      ErrorCount errors = work();
      const double after = errors.relative(answers_);
      result_.lines.push_back(fmt::format("{}: {}{}", name, change(error_, after),
                                          after <= error_ ? "" : "; left out"));
      if (after > error_) return network_.load_state(saved, "calibration");
      error_ = after;
      last = errors;
    };
    if (calibration_.rounding == WeightRounding::Gptq) {
      step(calibration_.bias_correction ? "rounding by gptq, with biases corrected on the way"
                                        : "rounding by gptq",
           [&] { return round_weights(); });
      step("points chosen again", [&] { return choose_again(); });
    }
    if (calibration_.bias_correction) step("bias correction", [&] { return correct(); });
    for (const Layer& layer : network_.layers()) {
      if (graph::keeps_format(network_.node(layer.id).op)) continue;
      result_.layers.push_back({.node = network_.node(layer.id).name,
                                .calibrated = calibrated_->at(layer.id).relative(),
                                .refined = last.at(layer.id).relative()});
    }
    for (const std::string& left : left_) result_.lines.push_back(left);
    return std::move(result_);
  }

 private:
  void equalize_channels() {
    const SampleBatches few = first_of(some_, kEqualizingSamples);
    const Equalized done = equalize(network_, few.at(0), [&](Network& network) {
      Network fixed(network.updated_model()), real(network.updated_model());
      calibrate_network(fixed, calibration_, few);
      BothWays both(fixed, real, few);
      ErrorCount errors(fixed);
      std::set<const Point*> may_move;
      both.run({}, [&](Layer& layer) {
        if (calibration_.bias_correction) correct_bias(both, layer, may_move);
        errors.add(both, layer);
      });
      return errors.relative(answers_);
    });
    result_.lines.push_back(done.tried == 0
                                ? "equalizing: no two layers whose channels could be"
                                : fmt::format("equalizing: {} of {} neighbours, {}", done.kept,
                                              done.tried, change(done.before, done.after)));
  }

  // After one way through the network that does `work` at each node before its values are there.
  ErrorCount errors_after(const BothWays::Visit& work, bool corrects = false) {
    BothWays both(network_, *real_, some_);
    both_ = &both;
    ErrorCount errors(network_);
    both.run(work, [&](Layer& layer) {
      if (corrects) correct_bias(both, layer, new_);
      errors.add(both, layer);
    });
    return errors;
  }

  ErrorCount round_weights() {
    left_.clear();
    return errors_after(
        [&](Layer& layer) {
          const std::string why =
              round_by_gptq(*both_, *real_, layer, calibration_.bias_correction, new_);
          if (!why.empty()) left_.push_back(why);
        },
        calibration_.bias_correction);
  }

  // Of what is computed: under the weights that the network has now.
  ErrorCount choose_again() {
    for (Layer& layer : network_.layers()) {
      if (new_.contains(&layer.output)) layer.output.unset();
    }
    calibrate_network(network_, calibration_, samples_, {});
    return errors_after({}, calibration_.bias_correction);
  }

  ErrorCount correct() { return errors_after({}, true); }

  Network& network_;
  const frontends::Calibration& calibration_;
  const std::vector<graph::NodeId>& answers_;
  const SampleBatches& samples_;
  const LayerWalk::Progress& progress_;
  SampleBatches some_;
  std::set<const Point*> new_;  // those that calibration chooses
  std::unique_ptr<Network> real_;
  std::unique_ptr<ErrorCount> calibrated_;
  double error_ = 0;
  std::vector<std::string> left_;
  BothWays* both_ = nullptr;
  Refinement result_;
};

}  // namespace

bool asks_for_steps(const frontends::Calibration& calibration) {
  return calibration.equalize || calibration.bias_correction ||
         calibration.rounding == WeightRounding::Gptq;
}

Refinement calibrate_and_refine(Network& network, const frontends::Calibration& calibration,
                                const std::vector<graph::NodeId>& answers,
                                const SampleBatches& samples, const LayerWalk::Progress& progress) {
  return Refiner(network, calibration, answers, samples, progress).run();
}

}  // namespace qfx::train
