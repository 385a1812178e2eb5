// Proves that exported code gives the runtime's bits: builds it with the vendor's real headers,
// runs it on a data set, compares every output value, and on a difference finds the first layer
// that differs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "qfx/backends/target.h"
#include "qfx/data/dataset.h"
#include "qfx/measure/measure.h"
#include "qfx/runtime/engine.h"

namespace qfx::verify {

struct Difference {
  std::string layer;                      // node name
  std::int64_t image = 0;                 // in the set
  std::vector<std::int64_t> index;        // within the tensor, e.g. {3, 5, 7}
  std::int64_t expected = 0, actual = 0;  // raw
  int frac_bits = 0;                      // to show both as real numbers
};

struct Result {
  std::string target;  // its name
  std::int64_t images = 0, values = 0;
  std::int64_t images_differ = 0, values_differ = 0;
  std::optional<measure::Measures> measures;  // of the exported code's outputs, as in Evaluation
  double build_seconds = 0, run_seconds = 0;
  std::optional<Difference> first;
  std::string command;  // how the code was built, for a person to repeat
};

struct Options {
  std::string project;         // verify this exported project instead of a fresh export
  std::string work_directory;  // kept if given; else a temporary one, removed
  int jobs = 0;                // processes; 0: all cores
  // Images done, and all of them: 0 before the code is built and again before it runs, then every
  // few seconds.
  std::function<void(std::int64_t, std::int64_t)> progress;
  std::function<bool()> should_stop = {};  // asked while programs run; true: UserError
};

// What stands in the way of verifying the model against the target here, as a sentence: the target
// cannot hold the model, or the vendor's headers are missing. Empty: nothing.
std::string obstacle(const backends::Target& target, const graph::FrozenModel& model);

// expected: the engine's outputs for the whole set, as runtime::evaluate gives them. Raises
// UserError where there is an obstacle, or the exported code does not compile (with the compiler's
// first error).
Result verify_export(const backends::Target& target, const runtime::Engine& engine,
                     const data::Dataset& set, const runtime::RawTensor& expected,
                     const Options& options);

// "vitis: 0 of 10000 images differ (0 of 100000 values)"
std::string summary(const Result& result);
// "first difference: layer conv2, image 17, index [3, 5, 7]: expected 12 (0.1875), got 13
// (0.203125)"
std::string describe(const Difference& difference);

}  // namespace qfx::verify
