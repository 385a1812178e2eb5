// A whole sample set through the engine.
#pragma once

#include <cstdint>
#include <functional>

#include "qfx/data/dataset.h"
#include "qfx/runtime/engine.h"

namespace qfx::runtime {

struct Evaluation {
  std::int64_t images = 0;
  std::int64_t correct = 0;
  double seconds = 0;  // engine time only
  RawTensor outputs;   // {images, output shape...}
};

// argmax (first largest) against the label. progress(done, total) may be empty.
Evaluation evaluate(const Engine& engine, const data::Dataset& set,
                    const std::function<void(std::int64_t, std::int64_t)>& progress = {});

}  // namespace qfx::runtime
