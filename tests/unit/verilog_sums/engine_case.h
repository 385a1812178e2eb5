// An engine of a folded network between words that the runtime computed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/verilog/print_pool.h"
#include "backends/verilog/print_sums.h"
#include "support/stream_bench.h"

#include "qfx/circuit/circuit.h"
#include "qfx/fixed/format.h"
#include "qfx/runtime/engine.h"

namespace qfx::test {

// The words of a frame after frame of `values` (torch's order) on a link, as one of the process'
// streams has them. What lies above the rest of a group is not known.
inline PortWords link_words(const std::string& port, const circuit::Link& link,
                            const dataflow::Layout& layout,
                            const std::vector<std::int32_t>& values) {
  PortWords result{port, link.width(), {}, {}};
  const std::int64_t elements = link.group * link.groups;
  const std::int64_t frames = static_cast<std::int64_t>(values.size()) / elements;
  for (std::int64_t at = 0; at < frames * elements;) {
    std::vector<std::int64_t> word, known;
    const std::int64_t left = link.group - at % link.group;
    for (std::int64_t lane = 0; lane < link.lanes; ++lane) {
      const bool is_there = lane < left;
      known.push_back(is_there ? -1 : 0);
      const std::int64_t in_frame = (at + lane) % elements;
      const std::int64_t place = layout.element(in_frame / layout.lanes, in_frame % layout.lanes);
      word.push_back(is_there ? values[static_cast<std::size_t>(at / elements * elements + place)]
                              : 0);
    }
    result.words.push_back(hex_word(word, link.element_width));
    result.known.push_back(hex_word(known, link.element_width));
    at += std::min(left, link.lanes);
  }
  return result;
}

struct EngineUnderTest {
  backends::verilog::EngineText text;
  BenchCase words;
};

// `values` of every node (runtime::Engine::run_all).
inline EngineUnderTest engine_case(const circuit::Circuit& circuit, const circuit::Engine& engine,
                                   const std::vector<runtime::RawTensor>& values,
                                   const std::string& name) {
  const backends::verilog::Context context{circuit, name};
  EngineUnderTest result;
  circuit::ProcessId id = 0;
  if (const auto* sums = std::get_if<circuit::Sums>(&engine.part)) {
    id = sums->process;
    result.text = print_sums(context, engine, *sums);
  } else {
    const auto& pool = std::get<circuit::Pool>(engine.part);
    id = pool.process;
    result.text = print_pool(context, engine, pool);
  }
  const dataflow::Network& network = circuit.network;
  const dataflow::Process& process = network.processes[static_cast<std::size_t>(id)];
  const auto port = [&](const std::string& port_name, circuit::LinkId link_id,
                        dataflow::StreamId stream_id) {
    const dataflow::Stream& stream = network.streams[static_cast<std::size_t>(stream_id)];
    return link_words(port_name, circuit.links[static_cast<std::size_t>(link_id)], stream.layout,
                      values[static_cast<std::size_t>(stream.node)]);
  };
  result.words = {name,
                  {port("i0", engine.inputs[0], process.inputs[0])},
                  {port("o0", engine.outputs[0], process.outputs[0])},
                  true};
  return result;
}

}  // namespace qfx::test
