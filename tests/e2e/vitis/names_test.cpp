// What the outputs are called reaches a program that includes the exported header, byte for byte.
#include <fstream>
#include <gtest/gtest.h>

#include "support/random_numbers.h"
#include "verify/cpp_build.h"

#include "qfx/backends/export.h"
#include "qfx/backends/target.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/graph/builder.h"

namespace qfx::verify {
namespace {

TEST(ExportedNames, AreReadByAProgram) {
  graph::Builder builder("named");
  builder.linear(builder.input({2}), {.out_features = 3}, "output_names");
  graph::FrozenModel model = test::with_random_numbers(builder.finish());
  model.task.names = {"\"); system(\"x",
                      "\xc3\xa4"
                      "7?"
                      "?/",
                      "\\n*/ // end"};
  std::string expected;
  for (const std::string& name : model.task.names) expected += name + "\n";
  for (const backends::Target& target : backends::targets()) {
    if (!std::holds_alternative<backends::VendorHeaders>(target.simulation)) continue;
    const TemporaryDirectory work;
    const auto project = work.path() / "project";
    backends::export_project(target, graph::Analyzed(model), project.string(), {});
    const auto source = work.path() / "print.cpp", program = work.path() / "print";
    std::ofstream(source) << "#include <cstdio>\n#include \"named.h\"\nint main() {\n"
                             "  for (const char* name : named_net::output_names)\n"
                             "    std::puts(name);\n}\n";
    compile(compile_command(vendor_headers(target), {source}, {project / "firmware"},
                            {"-Wall", "-Wextra", "-Werror"}, program),
            {});
    EXPECT_EQ(run_process({program.string()}).output, expected) << target.name;
  }
}

}  // namespace
}  // namespace qfx::verify
