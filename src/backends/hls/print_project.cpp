#include "backends/hls/print_project.h"

#include "backends/hls/copy_support.h"
#include "backends/hls/design.h"
#include "backends/hls/print_build.h"
#include "backends/hls/print_parameters.h"
#include "backends/hls/print_test_bench.h"
#include "backends/hls/print_top.h"

#include "qfx/backends/project.h"
#include "qfx/dataflow/pixel_fold.h"
#include "qfx/graph/outputs.h"

namespace qfx::backends::hls {

Files print_project(const Vendor& vendor, const dataflow::Network& network,
                    const ExportOptions& options) {
  const Design design = make_design(network, vendor, options.top);
  const graph::FrozenModel& model = network.model();
  Files files;
  const std::string top = "firmware/" + design.top;
  files[top + ".cpp"] = print_top(design);
  files[top + ".h"] = print_top_header(design);
  files["firmware/types.h"] = print_types(design);
  for (const dataflow::Process& process : network.processes) {
    dataflow::pixel_fold(network, process);  // folds that cannot be are told of here
    if (has_parameters(process))
      files["firmware/params/" + design.nodes[process.node].value + ".h"] =
          print_parameters(design, process);
  }
  files["tb/network.h"] = print_network(design);
  files["tb/test_bench.cpp"] = print_test_bench(design);
  files["tb/replay.cpp"] = print_replay(design);
  files["tb/data/golden_inputs.txt"] =
      print_golden(options.golden_inputs, graph::element_count(model.input().shape));
  files["tb/data/golden_outputs.txt"] =
      print_golden(options.golden_outputs, graph::output_size(model));
  copy_support(files, vendor.support);
  files.merge(vendor.print_more(design, options));
  files[std::string(vendor.script)] = vendor.print_script(design, options);
  files["Makefile"] = print_makefile(design);
  files["README.md"] = print_readme(design, options);
  files[kMarkerFile] = print_marker({.directory = {},
                                     .target = std::string(vendor.target),
                                     .top = design.top,
                                     .space = design.space,
                                     .nodes = describe_nodes(model),
                                     .clock_period_ns = options.clock_period_ns,
                                     .folding = options.folding},
                                    model.name);
  return files;
}

}  // namespace qfx::backends::hls
