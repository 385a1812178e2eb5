// What differs between the vendors' C++ tools: everything else of a project is printed the same for
// all of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/names/reserved_words.h"

#include "qfx/backends/target.h"

namespace qfx::backends::hls {

struct Design;

// What its tool expects of a test bench. Patterns have {} where the name or the value stands.
struct TestBench {
  std::string_view include = "";       // a header of ours in the vendor's support folder
  std::string_view main = "int main";  // before the parameters
  std::string_view call = "{}";        // the top function where it is called
  std::string_view result = "return {};";
};

struct Vendor {
  std::string_view target;            // its name: "vitis"
  std::string_view tool;              // for people: "Vitis HLS"
  names::Words reserved;              // names that its headers own
  std::vector<std::string> includes;  // of types.h
  std::string_view stream;            // its stream's template: "hls::stream"
  std::string_view support;           // its own folder below support/hls: "vendor/ap"
  // `ap_fixed<8, 3, AP_RND, AP_SAT>`
  std::string (*fixed_type)(const fixed::Format& format);
  // A stream within the top function: a line.
  std::string (*local_stream)(const std::string& beat, const std::string& name);
  // Lines before the top function, and at its head, behind its streams.
  std::string (*before_top)(const Design& design);
  std::string (*top_pragmas)(const Design& design);
  TestBench test_bench;
  // The script that runs the tool, and how a person calls it: a section of the README.
  std::string_view script;  // "run_hls.tcl"
  std::string (*print_script)(const Design& design, const ExportOptions& options);
  std::string (*print_usage)(const Design& design, const ExportOptions& options);
  // Files of its own beside those of every vendor.
  Files (*print_more)(const Design& design, const ExportOptions& options);
  VendorHeaders headers;
  std::string_view headers_variable;  // of the Makefile: "AP_TYPES"
};

}  // namespace qfx::backends::hls
