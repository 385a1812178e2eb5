#include "backends/verilog/sums_window.h"

#include <fmt/format.h>

#include "backends/verilog/instance.h"
#include "backends/verilog/memory_text.h"
#include "backends/verilog/print_ring.h"

#include "qfx/base/error.h"
#include "qfx/circuit/pipeline.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Sums;

}  // namespace

SumsWindow::SumsWindow(const std::string& name, const SumsShape& shape,
                       const circuit::Engine& engine, bool planes)
    : name_(name),
      shape_(shape),
      engine_(engine),
      planes_(planes),
      is_walk_(shape.sums.form == Sums::Form::Walk),
      lanes_(is_walk_ ? shape.inputs : shape.sums.simd),
      bits_(planes ? shape.work.level_bits : shape.input.width),
      index_width_(unsigned_bits(shape.sums.blocks * shape.sums.steps - 1)) {
  QFX_ASSERT(!planes || shape.input.width == shape.work.level_bits + 1);
}

Operands SumsWindow::operands() const {
  return {is_walk_ ? "taps" : "data", bits_, shape_.input.is_signed};
}

std::string SumsWindow::text(EngineText& engine_text) const {
  return kept() + (is_walk_ ? walk(engine_text) : ring(engine_text));
}

std::string SumsWindow::kept() const {
  const std::string wire = fmt::format("\n  wire {}kept;\n", range(lanes_ * bits_));
  if (!planes_) return wire + "  assign kept = i0_data;\n";
  const int width = shape_.input.width;
  std::string bits = fmt::format("!i0_data[s*{}+{}]", width, width - 1);
  if (width > 2) bits = fmt::format("{{{}, i0_data[s*{}+1+:{}]}}", bits, width, width - 2);
  return wire + fmt::format(
                    "  generate\n"
                    "    for (s = 0; s < {}; s = s + 1) begin : level\n"
                    "      assign kept[s*{}+:{}] = {};\n"
                    "      wire _unused_ok = i0_data[s*{}];\n"
                    "    end\n"
                    "  endgenerate\n",
                    lanes_, bits_, bits_, bits, width);
}

std::string SumsWindow::ring(EngineText& engine_text) const {
  const Sums& sums = shape_.sums;
  const dataflow::Window& window = shape_.window;
  const std::int64_t channels = shape_.inputs * shape_.groups;
  const std::int64_t pixel = channels / sums.simd;  // words
  RingLoops loops{.loops = {}, .pixel_words = pixel};
  const RingLoop column{.count = window.kernel[1],
                        .words = window.dilation[1] * pixel,
                        .columns = window.dilation[1]};
  const RingLoop row{.count = window.kernel[0],
                     .words = window.dilation[0] * window.width * pixel,
                     .rows = window.dilation[0]};
  const RingLoop again{.count = shape_.blocks_of_group};
  if (sums.form == Sums::Form::Depthwise) {
    loops.loops = {RingLoop{}, column, row, RingLoop{}, {.count = sums.blocks, .words = 1}};
  } else {
    const RingLoop words{.count = shape_.inputs / sums.simd, .words = 1};
    const RingLoop group{.count = shape_.groups, .words = words.count};
    if (sums.form == Sums::Form::Stepwise)
      loops.loops = {column, row, words, again, group};
    else
      loops.loops = {words, column, row, again, group};
  }
  RingText ring = ring_text(name_, window, loops, engine_.behaviour, lanes_ * bits_);
  QFX_ASSERT(ring.index_width == index_width_);
  for (const char* module : {"qfx_ring", "qfx_ring_fill", "qfx_loops", "qfx_position", "qfx_ram"})
    engine_text.support.insert(module);
  engine_text.memories.merge(ring.memories);
  ring.instance.ports({"clk", "rst", "en"})
      .port("i_valid", "i0_valid")
      .port("i_ready", "i0_ready")
      .port("i_data", "kept")
      .ports({"index", "valid", "first", "last", "padded", "data"});
  return fmt::format("  wire {}index;\n  wire valid, first, last, padded;\n  wire {}data;\n",
                     range(index_width_), range(lanes_ * bits_)) +
         ring.instance.text();
}

std::string SumsWindow::walk(EngineText& engine_text) const {
  const dataflow::Window& window = shape_.window;
  engine_text.support.insert("qfx_walk");
  engine_text.support.insert("qfx_ram");
  const std::int64_t rows = (window.kernel[0] - 1) * lanes_ * bits_;
  const std::int64_t delay = window.padded(1) * window.dilation[0];
  return fmt::format("  wire {}index;\n  wire valid;\n  wire {}taps;\n", range(index_width_),
                     range(lanes_ * bits_ * window.kernel[0] * window.kernel[1])) +
         Instance("qfx_walk", "window")
             .with("WIDTH", lanes_ * bits_)
             .with("IMAGE_HEIGHT", window.height)
             .with("IMAGE_WIDTH", window.width)
             .with("KERNEL_HEIGHT", window.kernel[0])
             .with("KERNEL_WIDTH", window.kernel[1])
             .with("STRIDE_Y", window.stride[0])
             .with("STRIDE_X", window.stride[1])
             .with("DILATION_Y", window.dilation[0])
             .with("DILATION_X", window.dilation[1])
             .with("PADDING_TOP", window.padding.top)
             .with("PADDING_LEFT", window.padding.left)
             .with("PADDING_BOTTOM", window.padding.bottom)
             .with("PADDING_RIGHT", window.padding.right)
             .with("BLOCKS", shape_.sums.blocks)
             .with("BLOCK_WIDTH", index_width_)
             .with("BLOCK_RAM", circuit::in_block_ram(delay, rows) ? 1 : 0)
             .ports({"clk", "rst", "en"})
             .port("i_valid", "i0_valid")
             .port("i_ready", "i0_ready")
             .port("i_data", "kept")
             .port("block", "index")
             .ports({"valid", "taps"})
             .text();
}

}  // namespace qfx::backends::verilog
