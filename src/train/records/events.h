// The lines of log.jsonl and summary.json, as docs/run_folder.md gives them. Each returns one JSON
// object.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "train/calibration/histogram.h"
#include "train/calibration/refine.h"
#include "train/network/network.h"
#include "train/records/run_state.h"

#include "qfx/frontends/recipe.h"
#include "qfx/train/run.h"

namespace qfx::train {

struct EpochReport {
  PhaseKind phase = PhaseKind::Float;
  std::int64_t epoch = 1;
  double train_loss = 0;
  std::optional<double> train_accuracy;  // where the task has classes
  measure::Headline result;
  bool on_validation = false;  // the result; else on the test set
  double learning_rate = 0, seconds = 0, images_per_second = 0;
  double seconds_waited = 0;  // of `seconds`, for batches
  // Fixed phase: of each tensor's values that are not 0, the fraction that rounds to 0.
  std::map<std::string, double> zeros = {};
};

// `time`: seconds since the run began.
std::string start_event(double time, const frontends::Recipe& recipe, int threads,
                        at::Device device, std::int64_t train_images, std::int64_t test_images,
                        std::int64_t parameters);
std::string resumed_event(double time, const RunState& state);
std::string warning_event(double time, const std::string& kind, const std::string& about,
                          const std::string& text);
std::string carriers_event(double time, const Network& network);
std::string refined_event(double time, const Refinement& refinement);
// images: those that calibration saw.
std::string calibrated_event(double time, const frontends::Calibration& calibration,
                             std::int64_t images, const measure::Headline& result,
                             bool on_validation, Network& network);
// formats, overflows, zeros and changes in the fixed phase only.
std::string epoch_event(double time, const EpochReport& report, Network& network);
std::string histogram_event(double time, const TensorHistogram& histogram);
// result and overflows: of the frozen formats, on the test set. zeros: as an epoch's. kept: as in
// Summary.
std::string frozen_event(double time, const measure::Headline& result, const std::string& kept,
                         const std::map<std::string, steps::OverflowCount>& overflows,
                         const std::map<std::string, double>& zeros, Network& network);

std::string summary_json(const std::string& name, const Summary& summary);

}  // namespace qfx::train
