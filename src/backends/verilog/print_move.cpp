#include "backends/verilog/engine_frame.h"
#include "backends/verilog/memory_text.h"
#include "backends/verilog/print_moves.h"
#include "backends/verilog/print_ring.h"

#include "qfx/circuit/pipeline.h"
#include "qfx/circuit/word_moves.h"

namespace qfx::backends::verilog {
namespace {

using circuit::WordMoves;

// Loops as modules have them: the innermost first, and a loop of one round where there is none.
struct Levels {
  std::vector<std::int64_t> counts;
  // What a place in the frame moves by where a loop goes on, and last where the next frame begins;
  // modulo `places`.
  std::vector<std::int64_t> steps;
  std::int64_t start = 0;
};

Levels levels_of(const graph::Moves& moves, std::int64_t frame_words, std::int64_t places) {
  const auto modulo = [&](std::int64_t place) { return (place % places + places) % places; };
  Levels levels{.counts = {}, .steps = {}, .start = modulo(moves.base)};
  std::int64_t back = 0;
  for (auto loop = moves.loops.rbegin(); loop != moves.loops.rend(); ++loop) {
    levels.counts.push_back(loop->extent);
    levels.steps.push_back(modulo(loop->from - back));
    back += (loop->extent - 1) * loop->from;
  }
  if (levels.counts.empty()) {
    levels.counts = {1};
    levels.steps = {0};
  }
  levels.steps.push_back(modulo(frame_words - back));
  return levels;
}

Instance picker(const WordMoves& words, std::int64_t frame_words) {
  const Levels levels = levels_of(words.moves, frame_words, frame_words);
  return std::move(Instance("qfx_pick", "picks")
                       .with("FRAME", frame_words)
                       .with("PLACE_WIDTH", unsigned_bits(frame_words - 1))
                       .with("LEVELS", static_cast<std::int64_t>(levels.counts.size()))
                       .with("COUNTS", packed(levels.counts))
                       .with("PLACE_STEPS", packed(levels.steps))
                       .with("PLACE_START", levels.start));
}

Instance mover(const WordMoves& words, std::int64_t frame_words, std::int64_t buffer,
               std::int64_t width) {
  const Levels levels = levels_of(words.moves, frame_words, buffer);
  return std::move(
      Instance("qfx_move", "moves")
          .with("WIDTH", width)
          .with("BUFFER", buffer)
          .with("ADDRESS_WIDTH", unsigned_bits(buffer - 1))
          .with("BLOCK", circuit::in_block_ram(buffer, width) ? 1 : 0)
          .with("LEVELS", static_cast<std::int64_t>(levels.counts.size()))
          .with("COUNTS", packed(levels.counts))
          .with("ADDRESS_STEPS", packed(levels.steps))
          .with("ADDRESS_START", levels.start)
          .with("INNER", static_cast<std::int64_t>(words.moves.loops.size() - words.block_loops)));
}

}  // namespace

EngineText print_move(const Context& context, const circuit::Engine& engine,
                      const circuit::Move& part) {
  const circuit::Link& in = context.circuit.links[engine.inputs[0]];
  const WordMoves words = circuit::word_moves(context.circuit.network, part);
  EngineText text;
  text.support = {"qfx_loops", "qfx_position"};
  text.module = engine_head(words.only_picks() ? "Some of the words." : "Words in another order.",
                            context.name, in.width(), in.width());
  text.module += "\n  wire done;\n  wire " + range(in.width()) + "result;\n";
  if (words.only_picks()) {
    text.support.insert({"qfx_pick", "qfx_counter"});
    text.module += picker(words, in.words())
                       .ports({"clk", "rst", "en"})
                       .port("i_valid", "i0_valid")
                       .port("i_ready", "i0_ready")
                       .port("picked", "done")
                       .text() +
                   "  assign result = i0_data;\n";
  } else {
    text.support.insert({"qfx_move", "qfx_ring_fill", "qfx_ram"});
    RingText ring{mover(words, in.words(), engine.behaviour.buffer, in.width()), 1, {}};
    add_fill(ring, context.name, engine.behaviour, in.words(), 1);
    text.memories.merge(ring.memories);
    text.module += ring.instance.ports({"clk", "rst", "en"})
                       .port("i_valid", "i0_valid")
                       .port("i_ready", "i0_ready")
                       .port("i_data", "i0_data")
                       .port("valid", "done")
                       .port("data", "result")
                       .text();
  }
  text.module += engine_end();
  return text;
}

}  // namespace qfx::backends::verilog
