// A circuit's behaviours run on words without values and without a clock.
//
// Engines and FIFOs form a Kahn network: every engine's order of taking and giving is fixed, so
// whether a frame gets through depends on how much the FIFOs hold and not on who is fast. What runs
// here holds words in FIFOs and in engines' rings alone. Hardware holds some more in its registers
// and pipelines, so it is never behind a run of this kind, and one that completes proves that no
// schedule stalls. After a frame everything is empty again: one frame proves all.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/circuit/circuit.h"

namespace qfx::circuit {

class TokenRun {
 public:
  // The FIFOs hold so many words; nullptr: any number.
  explicit TokenRun(const Circuit& circuit, const std::vector<std::int64_t>* depths = nullptr);

  // One frame, every engine going only as far as the next output word asks for, of the output that
  // is furthest behind, and where words have room in FIFOs that hold fewer than `free_words`
  // anyway: what a FIFO then holds beyond that, some engine had to give before another could go on.
  // FIFOs must be unbounded.
  void on_demand(std::int64_t free_words);

  // Everything goes as far as it can.
  void eagerly(std::int64_t frames);

  // All frames got through, and nothing is left over.
  bool is_complete() const;

  // The most words that each FIFO held.
  const std::vector<std::int64_t>& peaks() const { return peaks_; }

 private:
  struct State {
    std::size_t round = 0;
    std::int64_t done = 0;                 // steps of it
    std::int64_t accepted = 0, freed = 0;  // words of this frame, of a ring
    std::int64_t frame = 0;
    bool is_asked = false;   // it is about to give what was demanded
    bool is_called = false;  // it is in called_
  };

  const Engine& engine(EngineId id) const { return circuit_.engines[id]; }
  const Round& round(EngineId id) const { return engine(id).behaviour.rounds[states_[id].round]; }
  bool has_room(LinkId link) const {
    return depths_ == nullptr || tokens_[link] < (*depths_)[link];
  }

  void push(LinkId link);
  void fill_ring(EngineId id);
  bool can_take(EngineId id) const;
  bool can_give(EngineId id) const;
  bool gives_next(EngineId id) const;
  bool step(EngineId id);
  void demand(LinkId link);
  void demand_need(EngineId id);
  void produce(EngineId id);
  void call(EngineId id);
  void move_freely();
  void run_on();
  bool take(LinkId output);
  bool take_others();

  const Circuit& circuit_;
  const std::vector<std::int64_t>* depths_;
  std::vector<State> states_;
  std::vector<std::int64_t> tokens_, peaks_;
  std::int64_t free_words_ = 0;
  std::vector<EngineId> called_;     // whose FIFOs changed since they last moved freely
  std::int64_t frames_ = 0;          // that engines may work on
  std::int64_t left_ = 0;            // words that the source still has
  std::vector<std::int64_t> taken_;  // words of each link that the outside has
  LinkId asked_ = -1;                // the output of which a word is asked for
};

}  // namespace qfx::circuit
