// From processes to engines: units with their lanes, the links between them with repacking where
// lanes differ, behaviours, and depths.
#include <algorithm>

#include "circuit/behaviour.h"
#include "circuit/depths.h"
#include "circuit/stream_groups.h"
#include "circuit/sums_fold.h"
#include "circuit/units.h"

#include "qfx/base/error.h"
#include "qfx/circuit/circuit.h"
#include "qfx/circuit/pipeline.h"
#include "qfx/circuit/rim.h"
#include "qfx/dataflow/lower.h"

namespace qfx::circuit {
namespace {

using dataflow::StreamId;

// Joins units by links, in topological order.
class Wiring {
 public:
  Wiring(Circuit& circuit, const std::vector<Unit>& units, std::int64_t axi_bits)
      : circuit_(circuit),
        units_(units),
        rim_(circuit.network, axi_bits),
        link_of_(network().streams.size(), -1),
        wanted_(network().streams.size(), 0) {}

  void run() {
    std::int64_t slowest = 1;
    for (const Unit& unit : units_) slowest = std::max(slowest, cycles_of(network(), unit));
    pace_ = rim_.pace(slowest);
    find_wanted_lanes();
    const StreamId input = network().input;
    circuit_.input = link_of_[input] = add_link(input, rim_lanes(input));
    circuit_.links[circuit_.input].is_trace = true;
    for (const Unit& unit : units_) place(unit);
    for (const StreamId output : network().outputs)
      circuit_.outputs.push_back(at_lanes(output, rim_lanes(output)));
  }

 private:
  const dataflow::Network& network() const { return circuit_.network; }
  int element_width(StreamId stream) const {
    return network().node(network().streams[stream].node).format.width;
  }
  std::int64_t rim_lanes(StreamId stream) const { return rim_.lanes(stream, pace_); }

  // What the readers of each stream take, the streams behind a fork looked at first: 0 where they
  // differ among themselves.
  void find_wanted_lanes() {
    for (const StreamId output : network().outputs) wanted_[output] = rim_lanes(output);
    for (auto unit = units_.rbegin(); unit != units_.rend(); ++unit) {
      std::int64_t lanes = lanes_in(network(), unit->part);
      if (std::holds_alternative<Fork>(unit->part)) {
        const std::int64_t first = wanted_[unit->outputs[0]], second = wanted_[unit->outputs[1]];
        lanes = first == second ? first : 0;
      }
      for (StreamId stream : unit->inputs) wanted_[stream] = lanes;
    }
  }

  // Words of these lanes; where they do not divide a group, the frame is one.
  LinkId add_link(StreamId stream, std::int64_t lanes) {
    const dataflow::Layout& layout = network().streams[stream].layout;
    Link link{.node = network().streams[stream].node,
              .element_width = element_width(stream),
              .lanes = lanes};
    link.group = group_of(layout) % lanes == 0 ? group_of(layout) : layout.elements();
    link.groups = layout.elements() / link.group;
    circuit_.links.push_back(link);
    return static_cast<LinkId>(circuit_.links.size()) - 1;
  }

  // The link of a stream in words of these lanes without padding, repacked if need be; 0: as it is.
  LinkId at_lanes(StreamId stream, std::int64_t lanes) {
    const LinkId from = link_of_[stream];
    const Link& link = circuit_.links[from];
    const bool is_padded = link.group % link.lanes != 0;
    if (lanes == 0 || (link.lanes == lanes && !is_padded)) return from;
    const LinkId to = add_link(stream, lanes);
    add_engine(network().node(circuit_.links[from].node).name + "_repack", Repack{}, {from}, {to});
    return to;
  }

  // What a unit writes. The last word of a block of outputs can be padded.
  LinkId add_output(const Unit& unit, StreamId stream) {
    const LinkId id = add_link(stream, lanes_out(network(), unit.part));
    Link& link = circuit_.links[id];
    if (const auto* sums = std::get_if<Sums>(&unit.part)) {
      const SumsLoops loops =
          loops_of(std::get<dataflow::MultiplyAccumulate>(network().processes[sums->process].work));
      if (sums->form != Sums::Form::Depthwise && loops.outputs % sums->pe != 0) {
        link.group = loops.outputs;
        link.groups = loops.pixels * loops.groups;
      }
    }
    link.is_trace = !std::holds_alternative<Reorder>(unit.part) &&
                    !std::holds_alternative<Repeat>(unit.part);
    if (const auto* chain = std::get_if<Chain>(&unit.part))
      link.is_trace = !chain->processes.empty();
    return id;
  }

  void place(const Unit& unit) {
    std::vector<LinkId> inputs, outputs;
    const bool is_fork = std::holds_alternative<Fork>(unit.part);
    for (StreamId stream : unit.inputs)
      inputs.push_back(
          at_lanes(stream, is_fork ? wanted_[stream] : lanes_in(network(), unit.part)));
    for (StreamId stream : unit.outputs) {
      if (is_fork) {
        circuit_.links.push_back(circuit_.links[inputs[0]]);
        circuit_.links.back().is_trace = false;
        outputs.push_back(static_cast<LinkId>(circuit_.links.size()) - 1);
      } else {
        outputs.push_back(add_output(unit, stream));
      }
      link_of_[stream] = outputs.back();
    }
    add_engine(unit.name, unit.part, std::move(inputs), std::move(outputs));
  }

  void add_engine(std::string name, Part part, std::vector<LinkId> inputs,
                  std::vector<LinkId> outputs) {
    const auto id = static_cast<EngineId>(circuit_.engines.size());
    std::vector<const Link*> from, to;
    for (LinkId link : inputs) {
      circuit_.links[link].reader = id;
      from.push_back(&circuit_.links[link]);
    }
    for (LinkId link : outputs) {
      circuit_.links[link].writer = id;
      circuit_.links[link].reader = kRim;
      to.push_back(&circuit_.links[link]);
    }
    Behaviour behaviour = behaviour_of(network(), part, from, to);
    const int latency = latency_of(network(), part);
    circuit_.engines.push_back({std::move(name), std::move(part), std::move(inputs),
                                std::move(outputs), latency, std::move(behaviour)});
  }

  Circuit& circuit_;
  const std::vector<Unit>& units_;
  Rim rim_;
  std::int64_t pace_ = 1;             // cycles of a frame
  std::vector<LinkId> link_of_;       // of each stream, as its writer gives it
  std::vector<std::int64_t> wanted_;  // lanes of each stream's reader
};

}  // namespace

Circuit fold(const dataflow::Network& network, const dataflow::Folding& folding,
             std::int64_t axi_bits) {
  Circuit circuit{.network = network, .links = {}, .engines = {}};
  dataflow::set_folds(circuit.network, folding);
  std::vector<Unit> units = units_of(circuit.network);
  choose_lanes(circuit.network, units);
  Wiring(circuit, units, axi_bits).run();
  prove_depths(circuit);
  return circuit;
}

}  // namespace qfx::circuit
