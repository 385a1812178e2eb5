// The AXI streams of an exported top: lanes that do not divide a pixel, containers of every width,
// frames back to back, and a TLAST that travels.
#include <fstream>
#include <gmock/gmock.h>

#include "support/random_numbers.h"
#include "verify/cpp_build.h"

#include "qfx/backends/export.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/outputs.h"
#include "qfx/runtime/engine.h"

namespace qfx::verify {
namespace {

constexpr std::int64_t kFrames = 5;

// TLAST on the last beats of frames 1 and 4, and on the first beat of frame 2, where it means
// nothing. Prints a frame a line, and behind each beat that has a TLAST a comma.
constexpr char kProgram[] = R"(
#include <cstdio>
#include <vector>
#include "qfx/host.h"
#include "network.h"

using net = SPACE::network;

int main() {
  const int32_t raw[] = {RAW};
  const long size = qfx::elements_of<net::input>();
  for (long frame = 0; frame < 5; ++frame) {
    qfx::Stream<net::input::axis> packed, in;
    net::output_streams outputs;
    qfx::Stream<net::output_0::axis>& out = outputs.out_0;
    qfx::write_tensor<net::input::beat, net::input::container>(raw + frame * size, net::input::beats,
                                                               net::input::order, packed);
    for (bool first = true; !packed.empty(); first = false) {
      net::input::axis beat = packed.read();
      if (beat.last != 0) beat.last = frame == 1 || frame == 4;
      if (first && !packed.empty()) beat.last = frame == 2;
      in.write(beat);
    }
    net::run(in, outputs);
    while (!out.empty()) {
      const net::output_0::axis beat = out.read();
      for (long lane = 0; lane < LANES; ++lane)
        std::printf("%lx ", static_cast<unsigned long>((beat.data >> (lane * CONTAINER)).to_uint64() &
                                                       ((1ul << CONTAINER) - 1)));
      if (beat.last != 0) std::printf(", ");
    }
    std::printf("\n");
  }
}
)";

std::string with(std::string text, const std::string& word, const std::string& value) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += value.size())
    text.replace(at, word.size(), value);
  return text;
}

// What the program must print: the runtime's results in stream order, in containers.
std::string expected(const graph::FrozenModel& model, const std::vector<std::int32_t>& inputs,
                     int container) {
  const runtime::RawTensor outputs = runtime::Engine(model, 1).run(inputs, kFrames);
  const graph::Shape& shape = graph::first_output(model).shape;
  const std::int64_t size = graph::element_count(shape);
  const std::int64_t channels = shape.size() > 1 ? shape[0] : 1, pixels = size / channels;
  std::string text;
  for (std::int64_t frame = 0; frame < kFrames; ++frame) {
    for (std::int64_t i = 0; i < size; ++i) {
      const std::int64_t at = i % channels * pixels + i / channels;
      const auto raw = static_cast<std::uint32_t>(outputs[frame * size + at]);
      text += fmt::format("{:x} ", raw & ((std::uint64_t{1} << container) - 1));
    }
    text += frame == 1 || frame == 4 ? ", \n" : "\n";
  }
  return text;
}

void expect_rim(const graph::FrozenModel& model, int lanes, int container,
                const std::vector<std::string>& targets) {
  const std::vector<std::int32_t> inputs = test::random_inputs(model, 3, kFrames);
  for (const std::string& name : targets) {
    const backends::Target& target = backends::target_named(name);
    const TemporaryDirectory work;
    const auto project = work.path() / "project";
    backends::export_project(target, graph::Analyzed(model), project.string(), {});
    std::string program = with(kProgram, "SPACE", model.name + "_net");
    program = with(program, "RAW", fmt::format("{}", fmt::join(inputs, ", ")));
    program = with(program, "LANES", std::to_string(lanes));
    std::ofstream(work.path() / "program.cpp")
        << with(program, "CONTAINER", std::to_string(container));
    compile(
        compile_command(vendor_headers(target),
                        {work.path() / "program.cpp", project / "firmware" / (model.name + ".cpp")},
                        {project / "firmware", project / "tb"}, {"-Wall", "-Wextra"},
                        work.path() / "program"),
        {});
    const ProcessResult ran = run_process({(work.path() / "program").string()});
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
    EXPECT_EQ(ran.output, expected(model, inputs, container)) << name << ", " << model.name;
  }
}

graph::FrozenModel image(const std::string& name, int width) {
  graph::Builder b(name);
  b.conv2d(b.input({3, 4, 5}), {.out_channels = 6, .kernel = {2, 2}});  // [6, 3, 4]
  return test::with_random_numbers(b.finish(), {.seed = 5, .width = width});
}

TEST(Rim, TakesAndGivesFramesAsDocumented) {
  // 4 lanes in, which 3 channels do not divide.
  expect_rim(image("narrow", 7), 8, 8, {"vitis", "catapult"});
  expect_rim(image("wide", 20), 2, 32, {"vitis"});
}

TEST(Rim, MayBeOneElementWide) {
  graph::Builder b("odd");
  b.linear(b.input({5}), {.out_features = 3});
  expect_rim(test::with_random_numbers(b.finish(), {.seed = 6}), 1, 8, {"catapult"});
}

}  // namespace
}  // namespace qfx::verify
