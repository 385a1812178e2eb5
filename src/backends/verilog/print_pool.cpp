#include "backends/verilog/print_pool.h"

#include <algorithm>
#include <fmt/format.h>

#include "backends/verilog/engine_frame.h"
#include "backends/verilog/flag_delay.h"
#include "backends/verilog/print_ring.h"

#include "qfx/base/error.h"
#include "qfx/circuit/pipeline.h"

namespace qfx::backends::verilog {
namespace {

class PoolPrinter {
 public:
  PoolPrinter(const Context& context, const circuit::Engine& engine, const circuit::Pool& pool)
      : context_(context), engine_(engine), lanes_(pool.lanes) {
    const dataflow::Network& network = context.circuit.network;
    const dataflow::Process& process = network.processes[static_cast<std::size_t>(pool.process)];
    work_ = &std::get<dataflow::WindowReduce>(process.work);
    const dataflow::Stream& stream = network.streams[static_cast<std::size_t>(process.inputs[0])];
    input_ = network.node(stream.node).format;
    output_ = network.node(process.node).format;
    channels_ = stream.layout.lanes;
    QFX_ASSERT(work_->window && channels_ % lanes_ == 0);
  }

  EngineText print() {
    const std::int64_t out_width = lanes_ * output_.width;
    for (const char* module : {"qfx_delay", "qfx_cast"}) text_.support.insert(module);
    std::string& out = text_.module;
    out = engine_head(work_->mean ? "Means under a window." : "Maxima under a window.",
                      context_.name, lanes_ * input_.width, out_width);
    out += ring() + flags();
    if (work_->mean && work_->mean->has_factors()) out += factor();
    out += fmt::format(
        "\n  wire {}result;\n  genvar p;\n  generate\n"
        "    for (p = 0; p < {}; p = p + 1) begin : lane\n",
        range(out_width), lanes_);
    out += (work_->mean ? mean() : maximum()) + "    end\n  endgenerate\n" + engine_end();
    return std::move(text_);
  }

 private:
  // A block is the taps of one word of the pixel.
  std::string ring() {
    const dataflow::Window& window = *work_->window;
    const std::int64_t words = channels_ / lanes_;
    const RingLoops loops{.loops = {RingLoop{},
                                    {.count = window.kernel[1],
                                     .words = window.dilation[1] * words,
                                     .columns = window.dilation[1]},
                                    {.count = window.kernel[0],
                                     .words = window.dilation[0] * window.width * words,
                                     .rows = window.dilation[0]},
                                    RingLoop{},
                                    {.count = words, .words = 1}},
                          .pixel_words = words};
    RingText ring =
        ring_text(context_.name, window, loops, engine_.behaviour, lanes_ * input_.width);
    for (const char* module : {"qfx_ring", "qfx_ring_fill", "qfx_loops", "qfx_position", "qfx_ram"})
      text_.support.insert(module);
    text_.memories.merge(ring.memories);
    ring.instance.ports({"clk", "rst", "en"})
        .port("i_valid", "i0_valid")
        .port("i_ready", "i0_ready")
        .port("i_data", "i0_data")
        .ports({"index", "valid", "first", "last", "padded", "data"});
    return fmt::format("\n  wire {}index;\n  wire valid, first, last, padded;\n  wire {}data;\n",
                       range(ring.index_width), range(lanes_ * input_.width)) +
           ring.instance.text() + "  wire _unused_index_ok = &{1'b0, index};\n";
  }

  // `done` beside what is cast.
  std::string flags() const {
    const int stages = work_->mean ? circuit::mean_stages(*work_->mean) : 0;
    return "\n  wire ends = valid && last;\n  wire done;\n" +
           flag_delay("end_of_window", 1, 1 + stages, "ends", "done");
  }

  std::string slice(const std::string& wire, int width) const {
    return fmt::format("{}[p*{}+:{}]", wire, width, width);
  }

  std::string maximum() {
    text_.support.insert("qfx_largest");
    const int bits = input_.width;
    return fmt::format("      wire {}largest;\n", range(bits)) +
           Instance("qfx_largest", "largest_of_window")
               .with("WIDTH", bits)
               .with("SIGNED", input_.is_signed ? 1 : 0)
               .port("clk", "clk")
               .port("en", "en && valid")
               .port("first", "first")
               .port("absent", "padded")
               .port("x", slice("data", bits))
               .port("largest", "largest")
               .text(6) +
           cast_of("cast", bits, input_.frac_bits(), output_, input_.is_signed)
               .port("x", "largest")
               .port("y", slice("result", output_.width))
               .text(6);
  }

  std::string mean() {
    for (const char* module : {"qfx_mean", "qfx_times"}) text_.support.insert(module);
    // Signed, so that a sum of unsigned values is.
    const int bits = input_.width + 1;
    std::string out = fmt::format(
        "      wire {}x = {{{}, {}}};\n", range(bits),
        input_.is_signed ? fmt::format("data[p*{}+{}]", input_.width, input_.width - 1) : "1'b0",
        slice("data", input_.width));
    out += fmt::format("      wire {}{};\n", range(work_->mean->total.width), total());
    out += work_->accumulator ? rounded(*work_->accumulator, bits) : exact(bits);
    if (work_->mean->has_factors()) out += scaled();
    return out + mean_text(*work_->mean, "sum", output_, slice("result", output_.width), 6);
  }

  // The wire of a window's sum, which its factor still has to make the one that is divided.
  std::string total() const { return work_->mean->has_factors() ? "total" : "sum"; }

  // Of the place of the window whose sums are there.
  std::string factor() {
    for (const char* module : {"qfx_place_factor", "qfx_multiply"}) text_.support.insert(module);
    const dataflow::Mean& mean = *work_->mean;
    const int width = mean.factor_width() - 1;
    return fmt::format("\n  wire {}factor;\n", range(width)) +
           Instance("qfx_place_factor", "factor_of_place")
               .with("WORDS", channels_ / lanes_)
               .with("ROWS", mean.row_factors.shape[0])
               .with("COLUMNS", mean.column_factors.shape[0])
               .with("WIDTH", width)
               .with("ROW_FACTORS", packed(mean.row_factors.values))
               .with("COLUMN_FACTORS", packed(mean.column_factors.values))
               .ports({"clk", "rst", "en", "ends", "factor"})
               .text();
  }

  std::string scaled() const {
    const dataflow::Mean& mean = *work_->mean;
    const int width = std::max({mean.sum.width, mean.total.width + 1, mean.factor_width() + 1});
    return fmt::format("      wire {}product;\n", range(width)) +
           Instance("qfx_multiply", "by_factor")
               .with("X_WIDTH", mean.total.width)
               .with("W_WIDTH", mean.factor_width())
               .with("OUT_WIDTH", width)
               .ports({"clk", "en"})
               .port("x", "total")
               .port("w", "{1'b0, factor}")
               .port("product", "product")
               .text(6) +
           fmt::format("      wire {}sum = product[{}:0];\n", range(mean.sum.width),
                       mean.sum.width - 1) +
           (width > mean.sum.width ? "      wire _unused_product_ok = &{1'b0, product};\n" : "");
  }

  std::string exact(int bits) {
    text_.support.insert("qfx_accumulate");
    return Instance("qfx_accumulate", "sum_of_window")
        .with("IN_WIDTH", bits)
        .with("WIDTH", work_->mean->total.width)
        .port("clk", "clk")
        .port("en", "en && valid")
        .port("first", "first")
        .port("absent", "padded")
        .port("x", "x")
        .port("sum", total())
        .text(6);
  }

  std::string rounded(const fixed::Format& accumulator, int bits) {
    text_.support.insert("qfx_step_sum");
    return fmt::format("      wire {}held;\n", range(accumulator.width)) +
           Instance("qfx_step_sum", "sum_of_window")
               .with("X_WIDTH", bits)
               .with("X_FRAC", input_.frac_bits())
               .with("WIDTH", accumulator.width)
               .with("FRAC", accumulator.frac_bits())
               .with("SIGNED", accumulator.is_signed ? 1 : 0)
               .with("ROUNDING", static_cast<int>(accumulator.rounding))
               .with("OVERFLOW", static_cast<int>(accumulator.overflow))
               .with("N_BITS", accumulator.wrap_bits)
               .port("clk", "clk")
               .port("en", "en && valid")
               .port("first", "first")
               .port("absent", "padded")
               .port("x", "x")
               .port("from", fmt::format("{}'b0", accumulator.width))
               .port("sum", "held")
               .text(6) +
           fmt::format("      assign {} = {};\n", total(),
                       accumulator.is_signed ? "held" : "{1'b0, held}");
  }

  const Context& context_;
  const circuit::Engine& engine_;
  std::int64_t lanes_, channels_ = 1;
  const dataflow::WindowReduce* work_ = nullptr;
  fixed::Format input_, output_;
  EngineText text_;
};

}  // namespace

EngineText print_pool(const Context& context, const circuit::Engine& engine,
                      const circuit::Pool& pool) {
  return PoolPrinter(context, engine, pool).print();
}

std::string mean_text(const dataflow::Mean& mean, const std::string& sum, const fixed::Format& to,
                      const std::string& result, int indent) {
  const bool divides = mean.divisor != 1;
  const int width = mean.sum.width + mean.extra_frac_bits + (divides ? 1 : 0);
  const int frac_bits = mean.sum.frac_bits + mean.twos + (divides ? mean.extra_frac_bits + 1 : 0);
  Instance quotient("qfx_mean", "divide");
  quotient.with("SUM_WIDTH", mean.sum.width)
      .with("EXTRA", mean.extra_frac_bits)
      .with("DIVISOR", mean.divisor);
  if (divides)
    quotient.with("RECIPROCAL_WIDTH", static_cast<std::int64_t>(mean.reciprocal.values.size()) * 32)
        .with("RECIPROCAL", packed(mean.reciprocal.values))
        .with("SHIFT", mean.reciprocal_shift);
  quotient.ports({"clk", "en"}).port("sum", sum).port("mean", "mean");
  return fmt::format("{}wire {}mean;\n", std::string(static_cast<std::size_t>(indent), ' '),
                     range(width)) +
         quotient.text(indent) +
         cast_of("cast", width, frac_bits, to).port("x", "mean").port("y", result).text(indent);
}

}  // namespace qfx::backends::verilog
