#include "backends/catapult/catapult.h"

#include <fmt/format.h>

#include "backends/catapult/script.h"
#include "backends/hls/assigned_formats.h"
#include "backends/hls/design.h"
#include "backends/hls/print_project.h"
#include "backends/hls/vendor.h"

namespace qfx::backends::catapult {
namespace {

std::string refusal(const graph::FrozenModel& model) {
  for (const graph::FrozenNode& node : model.nodes) {
    for (const fixed::Format& format : hls::assigned_formats(node)) {
      const bool wraps_otherwise = format.overflow == fixed::Overflow::WRAP_SM;
      if (wraps_otherwise || format.wrap_bits > 0)
        return fmt::format(
            "node '{}' uses {}: ac_fixed has no {}; choose SAT, SAT_ZERO, SAT_SYM or plain WRAP, "
            "or the target vitis",
            node.name, fixed::to_string(format),
            wraps_otherwise ? "WRAP_SM" : "saturated bits (N above 0)");
    }
  }
  return "";
}

std::string ac_type(const fixed::Format& format) {
  return fmt::format("ac_fixed<{}, {}, {}, AC_{}, AC_{}>", format.width, format.int_bits,
                     format.is_signed, to_string(format.rounding), to_string(format.overflow));
}

// Catapult makes a FIFO of a channel that is static.
std::string local_stream(const std::string& beat, const std::string& name) {
  return fmt::format("  static qfx::Stream<{}> {};\n", beat, name);
}

std::string before_top(const hls::Design& design) {
  std::string text = "#ifdef __SYNTHESIS__\n#pragma hls_design top\n";
  const auto resource = [&](const board::Port& port, const char* module) {
    text += fmt::format(
        "#pragma hls_resource {0}:rsc variables=\"{0}\" map_to_module=\"ccs_ioport.{1}\"\n",
        port.name, module);
  };
  resource(design.input, "ccs_in_wait");
  for (const hls::Output& output : design.outputs) resource(output.port, "ccs_out_wait");
  return text + "#endif\n";
}

VendorHeaders headers() {
  return {.name = "ac_types",
          .files = {"ac_fixed.h", "ac_channel.h"},
          .folder = QFX_AC_TYPES_DIR,
          .variable = "QFX_AC_TYPES",
          .tool = "Catapult",
          .tool_variable = "MGC_HOME",
          .tool_folder = "shared/include"};
}

Files print(const dataflow::Network& network, const ExportOptions& options) {
  const hls::Vendor vendor{
      .target = "catapult",
      .tool = "Catapult",
      .reserved = " ac ac_channel ac_fixed ac_int ",
      .includes = {"ac_channel.h", "ac_fixed.h"},
      .stream = "ac_channel",
      .support = "vendor/ac",
      .fixed_type = ac_type,
      .local_stream = local_stream,
      .before_top = before_top,
      .top_pragmas = [](const hls::Design&) { return std::string(); },
      .test_bench = {.include = "qfx/scverify.h",
                     .main = "CCS_MAIN",
                     .call = "CCS_DESIGN({})",
                     .result = "CCS_RETURN({});"},
      .script = "directives.tcl",
      .print_script = print_script,
      .print_usage = print_usage,
      .print_more = [](const hls::Design&, const ExportOptions&) { return Files(); },
      .headers = headers(),
      .headers_variable = "AC_TYPES"};
  return hls::print_project(vendor, network, options);
}

}  // namespace

Target target() {
  return {.name = "catapult",
          .former_name = "",
          .summary = "C++ on ac_fixed for Catapult",
          .simulation = headers(),
          .refusal = refusal,
          .print = print};
}

}  // namespace qfx::backends::catapult
