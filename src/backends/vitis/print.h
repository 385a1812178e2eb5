// The printers: a read-only walk over a plan. Each returns the text of one file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backends/vitis/plan.h"

namespace qfx::backends::vitis {

// Path within the project to content.
using Files = std::map<std::string, std::string>;

// The constants of one layer: params/NAME.h. Empty for a layer without any.
std::string print_parameters(const Plan& plan, graph::NodeId node);

std::string print_types(const Plan& plan);
std::string print_top_header(const Plan& plan);
std::string print_top(const Plan& plan);
std::string print_network(const Plan& plan);  // what the host programs know of the top

std::string print_test_bench(const Plan& plan);
std::string print_replay(const Plan& plan);
std::string print_tcl(const Plan& plan, const VitisOptions& options);
std::string print_makefile(const Plan& plan);
std::string print_readme(const Plan& plan, const VitisOptions& options);

// Which of the support headers the top includes itself: "qfx/conv2d.h", ...
std::vector<std::string> layer_headers(const Plan& plan);

// `ap_fixed<8, 3, AP_RND, AP_SAT>`
std::string ap_type(const fixed::Format& format);
std::string order_text(Order order);  // of the generated code
bool has_parameters(const graph::Op& op);

}  // namespace qfx::backends::vitis
