// Where a run stands: everything beside the tensors that a resumed run needs to go on with the same
// bits.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "qfx/measure/measure.h"

namespace qfx::train {

enum class PhaseKind { Float, Fixed };
const char* to_string(PhaseKind phase);  // "float", "fixed"

// Sums over the epoch so far.
struct EpochTotals {
  double loss = 0;  // sum over images
  std::int64_t correct = 0, images = 0;
  double seconds = 0;  // of training steps
};

struct PointCounts {
  std::int64_t overflows = 0, values = 0, changes = 0;
};

// The network of the fixed phase that was best so far, judged by samples it was not trained on, or,
// where no such samples are, the calibrated one by training samples.
struct Best {
  std::int64_t epoch = 0;  // after which it stood so; 0: as calibrated
  measure::Headline result;
};

struct RunState {
  PhaseKind phase = PhaseKind::Float;
  std::int64_t step = 0;  // steps done of the phase
  EpochTotals epoch;
  std::map<std::string, PointCounts> counts;      // a tensor, of the epoch so far
  std::map<std::string, PointCounts> last_epoch;  // likewise, of the last whole one in fixed point
  double elapsed = 0;                             // seconds since the run began
  double float_seconds = 0, fixed_seconds = 0;
  std::optional<measure::Headline> float_result,
      ptq_result;  // on the set that epochs are judged by
  std::optional<Best> best;
  std::int64_t log_bytes = 0;  // log.jsonl when this was written
  int threads = 0;             // 0: a checkpoint from before they were written
};

}  // namespace qfx::train
