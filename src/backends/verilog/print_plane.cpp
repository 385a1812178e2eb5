#include <algorithm>
#include <fmt/format.h>

#include "backends/verilog/bits.h"
#include "backends/verilog/engine_frame.h"
#include "backends/verilog/flag_delay.h"
#include "backends/verilog/print_pool.h"
#include "backends/verilog/print_whole.h"

#include "qfx/base/error.h"
#include "qfx/circuit/pipeline.h"

namespace qfx::backends::verilog {
namespace {

class PlanePrinter {
 public:
  PlanePrinter(const Context& context, const circuit::Plane& plane)
      : context_(context), lanes_(plane.lanes) {
    const dataflow::Network& network = context.circuit.network;
    const dataflow::Process& process = network.processes[static_cast<std::size_t>(plane.process)];
    const dataflow::Stream& stream = network.streams[static_cast<std::size_t>(process.inputs[0])];
    work_ = &std::get<dataflow::WindowReduce>(process.work);
    input_ = network.node(stream.node).format;
    output_ = network.node(process.node).format;
    const std::int64_t channels = network.node(stream.node).shape[0];
    QFX_ASSERT(channels % lanes_ == 0);
    rows_ = channels / lanes_;
    pixels_ = stream.layout.elements() / channels;
    width_ = input_.width;
    if (work_->mean) width_ = work_->mean->sum.width;
    if (work_->accumulator) width_ = work_->accumulator->width;
  }

  EngineText print() {
    text_.support = {"qfx_plane", "qfx_delay", "qfx_cast"};
    std::string& out = text_.module;
    out = engine_head(work_->mean ? "Means of a plane." : "Maxima of a plane.", context_.name,
                      lanes_ * input_.width, lanes_ * output_.width);
    out += fmt::format(
        "\n  wire first, is_row, done;\n  wire {0}before, after, row;\n  wire {1}result;\n",
        range(lanes_ * width_), range(lanes_ * output_.width));
    out += Instance("qfx_plane", "plane")
               .with("WIDTH", lanes_ * width_)
               .with("ROWS", rows_)
               .with("PIXELS", pixels_)
               .ports({"clk", "rst", "en"})
               .port("i_valid", "i0_valid")
               .port("i_ready", "i0_ready")
               .ports({"first", "before", "after", "is_row", "row"})
               .text();
    out += flag_delay("leaving", 1, work_->mean ? circuit::mean_stages(*work_->mean) : 0, "is_row",
                      "done");
    out += fmt::format(
        "\n  genvar p;\n  generate\n    for (p = 0; p < {}; p = p + 1) begin : lane\n", lanes_);
    out += (work_->mean ? mean() : maximum()) +
           "    end\n  endgenerate\n  wire _unused_ok = &{1'b0, first};\n" + engine_end();
    return std::move(text_);
  }

 private:
  static std::string slice_of(const std::string& wire, int width) {
    return fmt::format("{}[p*{}+:{}]", wire, width, width);
  }

  std::string maximum() const {
    // With the sign turned both orders are the unsigned one.
    const fixed::BigInt sign = input_.is_signed ? fixed::BigInt(1) << (width_ - 1) : 0;
    return fmt::format(
               "      wire {0}x = {1};\n      wire {0}old = {2};\n"
               "      assign {3} = first || (x ^ {4}) > (old ^ {4}) ? x : old;\n",
               range(width_), slice_of("i0_data", width_), slice_of("before", width_),
               slice_of("after", width_), literal(sign, width_)) +
           cast_of("cast", width_, input_.frac_bits(), output_, input_.is_signed)
               .port("x", slice_of("row", width_))
               .port("y", slice_of("result", output_.width))
               .text(6);
  }

  std::string mean() {
    for (const char* module : {"qfx_mean", "qfx_times"}) text_.support.insert(module);
    // Signed, so that a sum of unsigned values is.
    std::string out = fmt::format(
        "      wire {}x = {{{}, {}}};\n", range(input_.width + 1),
        input_.is_signed ? fmt::format("i0_data[p*{}+{}]", input_.width, input_.width - 1) : "1'b0",
        slice_of("i0_data", input_.width));
    out += work_->accumulator ? rounded(*work_->accumulator) : exact();
    return out + mean_text(*work_->mean, "sum", output_, slice_of("result", output_.width), 6);
  }

  std::string exact() const {
    return fmt::format("      assign {} = {} + {};\n      wire {}sum = {};\n",
                       slice_of("after", width_), slice_of("before", width_),
                       slice("x", input_.width + 1, true, 0, width_, 0), range(width_),
                       slice_of("row", width_));
  }

  // The sum of what is held and x, on the finer of both grids, cast to what is held.
  std::string rounded(const fixed::Format& held) const {
    const int frac_bits = std::max(held.frac_bits(), input_.frac_bits());
    const int held_shift = frac_bits - held.frac_bits(), x_shift = frac_bits - input_.frac_bits();
    const int bits = std::max(held.width + 1 + held_shift, input_.width + 1 + x_shift) + 1;
    const int sum_bits = work_->mean->sum.width;
    return fmt::format("      wire {}old = {};\n      wire {}total = {} + {};\n", range(held.width),
                       slice_of("before", held.width), range(bits),
                       slice("old", held.width, held.is_signed, held_shift, bits, 0),
                       slice("x", input_.width + 1, true, x_shift, bits, 0)) +
           cast_of("held", bits, frac_bits, held)
               .port("x", "total")
               .port("y", slice_of("after", held.width))
               .text(6) +
           fmt::format("      wire {}kept = {};\n      wire {}sum = {};\n", range(held.width),
                       slice_of("row", held.width), range(sum_bits),
                       slice("kept", held.width, held.is_signed, 0, sum_bits, 0));
  }

  const Context& context_;
  std::int64_t lanes_, rows_ = 1, pixels_ = 1;
  const dataflow::WindowReduce* work_ = nullptr;
  fixed::Format input_, output_;
  int width_ = 1;  // of what is held of a channel
  EngineText text_;
};

}  // namespace

EngineText print_plane(const Context& context, const circuit::Engine&,
                       const circuit::Plane& plane) {
  return PlanePrinter(context, plane).print();
}

}  // namespace qfx::backends::verilog
