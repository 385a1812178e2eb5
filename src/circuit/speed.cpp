#include "qfx/circuit/speed.h"

#include <algorithm>
#include <vector>

#include "circuit/behaviour.h"
#include "circuit/clocked_run.h"
#include "circuit/depths.h"

#include "qfx/base/error.h"

namespace qfx::circuit {
namespace {

// Enough of them that what repeats has come round: of small ones several meet in a circuit.
constexpr std::int64_t kCycles = 8192, kLeastFrames = 5, kMostFrames = 64;
constexpr std::int64_t kUnbounded = std::int64_t{1} << 40;
constexpr std::int64_t kMostSlack = 1024;  // words in a FIFO that only evens out a rate
constexpr std::int64_t kPart = 16;         // of all bits: what is not worth another run

using Depths = std::vector<std::int64_t>;

// Runs a circuit with other depths.
class Trial {
 public:
  Trial(const Circuit& circuit, std::int64_t shortest)
      : circuit_(circuit), frames_(std::clamp(kCycles / shortest, kLeastFrames, kMostFrames)) {}

  // The longest between the frames of the second half.
  std::int64_t interval(const Depths& depths) {
    for (std::size_t i = 0; i < depths.size(); ++i) circuit_.links[i].depth = depths[i];
    ClockedRun run(circuit_, static_cast<int>(frames_));
    QFX_ASSERT(run.run());
    high_water_ = run.high_water();
    const std::vector<std::int64_t>& ends = run.frame_ends();
    std::int64_t longest = 0;
    for (std::size_t i = ends.size() / 2 + 1; i < ends.size(); ++i)
      longest = std::max(longest, ends[i] - ends[i - 1]);
    return longest;
  }
  const Depths& high_water() const { return high_water_; }

 private:
  Circuit circuit_;
  std::int64_t frames_;
  Depths high_water_;
};

Depths depths_of(const Circuit& circuit) {
  Depths depths;
  for (const Link& link : circuit.links) depths.push_back(link.depth);
  return depths;
}

// Depths that are too little, depths that are enough, and the interval of the latter.
struct DepthRange {
  Depths least, enough;
  std::int64_t interval = 0;
};

// FIFOs that had to be deep, of branches that meet again, hold what they like. If that is not
// enough, all others hold more too, twice as much until that helps no longer.
DepthRange range_of(const Depths& proved, std::int64_t shortest, Trial& trial) {
  DepthRange range{proved, proved, trial.interval(proved)};
  Depths open = proved;
  for (std::int64_t& depth : open)
    if (depth > kLeastDepth) depth = kUnbounded;
  for (std::int64_t slack = kLeastDepth; range.interval > shortest && slack <= kMostSlack;
       slack *= 2) {
    for (std::int64_t& depth : open) depth = std::max(depth, slack);
    const std::int64_t interval = trial.interval(open);
    if (interval >= range.interval) continue;
    range.interval = interval;
    range.least = range.enough;
    for (std::size_t i = 0; i < open.size(); ++i) {
      // A FIFO that was never full, had it one more, did not stop its writer.
      const std::int64_t held = std::min(open[i], trial.high_water()[i] + 1);
      range.enough[i] = std::max(proved[i], held);
    }
  }
  return range;
}

std::int64_t bits_of(const Circuit& circuit, const Depths& depths) {
  std::int64_t bits = 0;
  for (std::size_t i = 0; i < depths.size(); ++i) bits += depths[i] * circuit.links[i].width();
  return bits;
}

// Bisects between the two until what there is to gain is little.
Depths least_of(const DepthRange& range, const Circuit& circuit, Trial& trial) {
  Depths least = range.least, enough = range.enough;
  while (bits_of(circuit, enough) - bits_of(circuit, least) > bits_of(circuit, enough) / kPart) {
    Depths middle = least;
    for (std::size_t i = 0; i < middle.size(); ++i) middle[i] += (enough[i] - least[i]) / 2;
    if (middle == least) break;
    if (trial.interval(middle) <= range.interval)
      enough = middle;
    else
      least = middle;
  }
  return enough;
}

}  // namespace

std::int64_t shortest_interval(const Circuit& circuit) {
  std::int64_t cycles = circuit.links[circuit.input].words();
  for (const LinkId output : circuit.outputs)
    cycles = std::max(cycles, circuit.links[output].words());
  for (EngineId id = 0; id < std::ssize(circuit.engines); ++id)
    cycles = std::max(cycles, cycles_alone(circuit, id));
  return cycles;
}

void deepen_for_speed(Circuit& circuit) {
  const std::int64_t shortest = shortest_interval(circuit);
  Trial trial(circuit, shortest);
  const DepthRange found = range_of(depths_of(circuit), shortest, trial);
  const Depths depths = least_of(found, circuit, trial);
  for (std::size_t i = 0; i < depths.size(); ++i) circuit.links[i].depth = depths[i];
}

Circuit fold_for_speed(const dataflow::Network& network, const dataflow::Folding& folding,
                       std::int64_t axi_bits) {
  Circuit circuit = fold(network, folding, axi_bits);
  deepen_for_speed(circuit);
  return circuit;
}

}  // namespace qfx::circuit
