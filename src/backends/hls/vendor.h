// What differs between the vendors' C++ tools: everything else of a project is printed the same for
// all of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/hls/reserved_words.h"

#include "qfx/backends/target.h"

namespace qfx::backends::hls {

struct Design;

struct Vendor {
  std::string_view target;            // its name: "vitis"
  std::string_view tool;              // for people: "Vitis HLS"
  Words reserved;                     // names that its headers own
  std::vector<std::string> includes;  // of types.h
  std::string_view stream;            // its stream's template: "hls::stream"
  std::string_view support;           // its own folder below support/hls: "vendor/ap"
  // `ap_fixed<8, 3, AP_RND, AP_SAT>`
  std::string (*fixed_type)(const fixed::Format& format);
  // Lines at the head of the top function, behind its streams.
  std::string (*top_pragmas)(const Design& design);
  // The script that runs the tool, and how a person calls it: a section of the README.
  std::string_view script;  // "run_hls.tcl"
  std::string (*print_script)(const Design& design, const ExportOptions& options);
  std::string (*print_usage)(const ExportOptions& options);
  VendorHeaders headers;
  std::string_view headers_variable;  // of the Makefile: "AP_TYPES"
};

}  // namespace qfx::backends::hls
