// A whole sample set through the engine.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "qfx/data/dataset.h"
#include "qfx/measure/answers.h"
#include "qfx/measure/measure.h"
#include "qfx/runtime/engine.h"

namespace qfx::runtime {

struct Evaluation {
  std::int64_t images = 0;
  double seconds = 0;          // engine time only
  RawTensor outputs;           // as Engine::run gives them
  measure::Measures measures;  // of no samples where the set does not say what they should give,
                               // or where there are several outputs and it does not say those
};

// What the model's samples of the set should give. Raises UserError where it cannot give that.
measure::Answers answers_for(const graph::FrozenModel& model, const data::Dataset& set);

// What raw outputs of any number of samples stand for, each output on its own grid.
std::vector<double> real_outputs(const graph::FrozenModel& model,
                                 std::span<const std::int32_t> raw);

// Measures for the model's outputs on a set of so many samples.
measure::Measures measures_for(const graph::FrozenModel& model, std::int64_t samples);

// Outputs, and how good they are by the model's task. progress(done, total) may be empty.
Evaluation evaluate(const Engine& engine, const data::Dataset& set,
                    const std::function<void(std::int64_t, std::int64_t)>& progress = {});

}  // namespace qfx::runtime
