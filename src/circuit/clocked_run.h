// A circuit's behaviours run against a clock, cycle by cycle, as the hardware does: FIFOs with
// their delays, pipelines that move as one, rings that fill on the side, a fork's two registers,
// the rim.
//
// What an engine does in a cycle depends on what registers held when it began, its own and those of
// its FIFOs, so engines are visited in any order: here readers before writers, whose FIFO then
// still says how full it was. An engine that waits is not visited until a FIFO of its changes, and
// steps that neither take nor give go by at once: both leave every number as it would be.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "circuit/wheel.h"

#include "qfx/circuit/cycles.h"

namespace qfx::circuit {

class ClockedRun {
 public:
  ClockedRun(const Circuit& circuit, int frames);

  // Until the last word of the last frame has left; false: nothing moves any more.
  bool run();

  // The cycle in which the last word of each frame left, of whichever output, counted from 1.
  const std::vector<std::int64_t>& frame_ends() const { return frame_ends_; }
  std::vector<std::int64_t> high_water() const;

 private:
  struct Fifo {
    std::int64_t depth = 2, delay = 1;  // cycles from a word's writing to its being offered
    std::int64_t count = 0, high_water = 0;
    std::int64_t pushed_at = -2, popped_at = -2;
    int writer = 0, reader = 0;  // places
  };
  enum class Waiting : std::uint8_t {
    No,
    ForInput,  // its pipeline moves on
    ForOutput  // its pipeline stands
  };
  struct State {
    std::size_t round = 0;
    std::int64_t done = 0;
    std::int64_t accepted = 0, freed = 0;  // of this frame, of a ring
    std::int64_t accepted_at = -1;
    // Enabled clock edges up to the begin of cycle `clock`, and those that put the words on their
    // way into the output register.
    std::int64_t edges = 0, clock = 0;
    std::deque<std::int64_t> due;
    Waiting waiting = Waiting::No;
    std::int64_t not_before = 0;                 // steps up to this cycle are done already
    bool has_first = false, has_second = false;  // words in a fork's registers
  };

  bool is_offered(const Fifo& fifo) const;
  bool has_room(const Fifo& fifo) const;
  void pop(Fifo& fifo);
  void push(Fifo& fifo);
  void call(int place, std::int64_t cycle) { wheel_.add(now_, cycle, place); }
  void wait_for_room(int place, const Fifo& fifo);

  void visit_source();
  void visit_sink(std::size_t output);
  std::int64_t whole_frames() const;  // that have left through every output
  void visit_fork(EngineId id);
  void visit(EngineId id);
  void fill_ring(EngineId id);
  bool can_step(EngineId id) const;
  void step(EngineId id);
  void skip_steps(EngineId id);

  const Circuit& circuit_;
  std::int64_t frames_;
  std::int64_t now_ = 0;  // the first cycle is 1
  std::vector<Fifo> fifos_;
  std::vector<State> states_;
  std::vector<char> is_fork_;
  // The place of the rim that takes the first output, the others behind it; engine i has i + 1, the
  // rim that gives 0.
  int sink_;
  Wheel wheel_;
  std::int64_t given_ = 0;                  // words of the source
  std::vector<std::int64_t> taken_;         // words of each output
  std::vector<std::int64_t> frame_begins_;  // when the last word of each frame came
  std::vector<std::int64_t> frame_ends_;
};

}  // namespace qfx::circuit
