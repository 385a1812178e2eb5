// Dynamic programming over the links. Units are looked at in topological order; a state is what has
// been chosen so far as far as the rest can see it: the words of the streams that are written and
// not yet read. Of all choices that lead to a state only the cheapest is kept, so what is found is
// the cheapest of all. Branches meet by themselves: the words of a skip stay in the state while the
// units of the other branch are looked at.
//
// A fork whose readers want the same words has the repacking before it, else each reader has its
// own (fold.cpp). So a fork either passes words on as they come, or is bound: they are repacked
// before it, and its readers must take them so.
#include <algorithm>
#include <map>

#include "circuit/choices.h"
#include "circuit/depths.h"
#include "circuit/resources.h"
#include "circuit/search.h"
#include "circuit/stream_groups.h"

#include "qfx/base/error.h"
#include "qfx/circuit/rim.h"
#include "qfx/dataflow/lower.h"

namespace qfx::circuit {
namespace {

using dataflow::StreamId;

// The words of a stream as a state knows them.
struct Wires {
  std::int32_t lanes = 0;
  std::int32_t padded_group = 0;  // 0: no word is short
  bool is_bound = false;
  auto operator<=>(const Wires&) const = default;
};

// Network and units with all their choices, made once.
struct Space {
  dataflow::Network network;
  std::vector<Unit> units;
  std::vector<std::vector<Choice>> choices;  // by unit
};

// One step of the search: a unit's choice, or how a fork passes on.
struct Turn {
  std::vector<Wires> outputs = {};
  double cost = 0;
  std::int64_t cycles = 0;
  std::size_t choice = 0;
  Resources around = {};  // repacks and FIFOs
};

struct State {
  std::vector<Wires> live;  // in the order of the layer's streams
  double cost = 0;
  std::size_t parent = 0;
  const Turn* move = nullptr;
};

// Moves stay where they are for states to point to.
using Moves = std::map<std::vector<Wires>, std::vector<Turn>>;

struct Layer {
  std::vector<StreamId> streams;
  std::vector<State> states;
  Moves moves;  // that led to them
};

class Run {
 public:
  Run(const Space& space, const Rim& rim, std::int64_t interval, const Prices& prices)
      : space_(space), rim_(rim), interval_(interval), prices_(prices) {}

  std::optional<Found> run() {
    const StreamId input = network().input;
    const Wires first{.lanes = rim_lanes(input)};
    if (words(input, first) > interval_) return std::nullopt;
    layers_.resize(space_.units.size() + 1);
    layers_[0].streams = {input};
    layers_[0].states = {{.live = {first}}};
    for (std::size_t unit = 0; unit < space_.units.size(); ++unit) {
      advance(unit);
      if (layers_[unit + 1].states.empty()) return std::nullopt;
    }
    return finish();
  }

 private:
  const dataflow::Network& network() const { return space_.network; }
  int element_width(StreamId stream) const {
    return network().node(network().streams[stream].node).format.width;
  }
  std::int64_t elements(StreamId stream) const {
    return network().streams[stream].layout.elements();
  }
  std::int32_t rim_lanes(StreamId stream) const {
    return static_cast<std::int32_t>(rim_.lanes(stream, interval_));
  }
  std::int64_t beat_bits(StreamId stream) const {
    return std::int64_t{rim_lanes(stream)} * container_bits(element_width(stream));
  }
  std::int64_t words(StreamId stream, const Wires& wires) const {
    if (wires.padded_group == 0) return elements(stream) / wires.lanes;
    return elements(stream) / wires.padded_group *
           ((wires.padded_group + wires.lanes - 1) / wires.lanes);
  }

  double price_of(const Resources& resources) const { return price(prices_, resources, 0); }

  Resources fifo(StreamId stream, std::int64_t lanes) const {
    return fifo_resources(lanes * element_width(stream), kLeastDepth);
  }

  // Takes a stream in words of these lanes. False: it cannot within the interval.
  bool take(StreamId stream, const Wires& wires, std::int64_t lanes, Turn& move) const {
    move.cycles = std::max(move.cycles, words(stream, wires));
    if (wires.lanes != lanes || wires.padded_group != 0) {
      if (wires.is_bound) return false;
      move.cycles = std::max(move.cycles, elements(stream) / lanes);
      move.around += repack_resources(element_width(stream), wires.lanes, lanes);
      move.around += fifo(stream, lanes);
    }
    return move.cycles <= interval_;
  }

  // What leaves the network leaves in words of its port. False: it cannot within the interval.
  bool leave(StreamId stream, Wires& wires, Turn& move) const {
    if (std::ranges::find(network().outputs, stream) == network().outputs.end()) return true;
    if (!take(stream, wires, rim_lanes(stream), move)) return false;
    wires = {.lanes = rim_lanes(stream)};
    return true;
  }

  // All a unit can do with inputs of these words, the cheapest for each output.
  std::vector<Turn> moves_of(std::size_t unit, const std::vector<Wires>& inputs) const {
    if (std::holds_alternative<Fork>(space_.units[unit].part)) return fork_moves(unit, inputs[0]);
    std::map<std::vector<Wires>, Turn> best;
    const std::vector<Choice>& choices = space_.choices[unit];
    for (std::size_t i = 0; i < choices.size(); ++i) {
      const Choice& choice = choices[i];
      if (choice.cycles > interval_) continue;
      Turn move{.cycles = choice.cycles, .choice = i};
      bool can_take = true;
      for (std::size_t k = 0; k < inputs.size() && can_take; ++k)
        can_take = take(space_.units[unit].inputs[k], inputs[k],
                        choice.in == 0 ? inputs[k].lanes : choice.in, move);
      if (!can_take) continue;
      Wires output{.lanes = static_cast<std::int32_t>(choice.out),
                   .padded_group = static_cast<std::int32_t>(choice.padded_group)};
      const StreamId stream = space_.units[unit].outputs[0];
      if (words(stream, output) > interval_) continue;
      move.cycles = std::max(move.cycles, words(stream, output));
      move.around += fifo(stream, choice.out);
      if (!leave(stream, output, move)) continue;
      move.cost = price(prices_, choice.resources, choice.products) + price_of(move.around);
      move.outputs = {output};
      keep(best, std::move(move));
    }
    return values(best);
  }

  std::vector<Turn> fork_moves(std::size_t unit, const Wires& input) const {
    const Unit& fork = space_.units[unit];
    const StreamId stream = fork.inputs[0];
    std::map<std::vector<Wires>, Turn> best;
    const auto pass = [&](const Wires& wires, Turn move) {
      move.cycles = std::max(move.cycles, words(stream, wires));
      if (move.cycles > interval_) return;
      move.around += fork_resources(wires.lanes * element_width(stream));
      for (int reader = 0; reader < 2; ++reader) move.around += fifo(stream, wires.lanes);
      move.outputs = {wires, wires};
      for (std::size_t i = 0; i < move.outputs.size(); ++i)
        if (!leave(fork.outputs[i], move.outputs[i], move)) return;
      move.cost = price_of(move.around);
      keep(best, std::move(move));
    };
    pass(input, {});
    if (!input.is_bound) {
      for (std::int64_t lanes : divisors(group_of(network().streams[stream].layout))) {
        const bool is_as_it_is = lanes == input.lanes && input.padded_group == 0;
        Turn move;
        if (!is_as_it_is && take(stream, input, lanes, move))
          pass({.lanes = static_cast<std::int32_t>(lanes), .is_bound = true}, std::move(move));
      }
    }
    return values(best);
  }

  static void keep(std::map<std::vector<Wires>, Turn>& best, Turn move) {
    const auto [found, is_new] = best.try_emplace(move.outputs, move);
    if (!is_new && move.cost < found->second.cost) found->second = std::move(move);
  }
  static std::vector<Turn> values(std::map<std::vector<Wires>, Turn>& best) {
    std::vector<Turn> moves;
    for (auto& [outputs, move] : best) moves.push_back(std::move(move));
    return moves;
  }

  void advance(std::size_t at) {
    const Unit& unit = space_.units[at];
    const Layer& before = layers_[at];
    Layer& after = layers_[at + 1];
    std::vector<std::size_t> read, kept;
    for (StreamId stream : unit.inputs)
      read.push_back(std::ranges::find(before.streams, stream) - before.streams.begin());
    for (std::size_t i = 0; i < before.streams.size(); ++i) {
      if (std::ranges::find(read, i) != read.end()) continue;
      kept.push_back(i);
      after.streams.push_back(before.streams[i]);
    }
    after.streams.insert(after.streams.end(), unit.outputs.begin(), unit.outputs.end());

    std::map<std::vector<Wires>, std::size_t> known;
    std::vector<Wires> inputs(read.size());
    for (std::size_t from = 0; from < before.states.size(); ++from) {
      const State& state = before.states[from];
      for (std::size_t i = 0; i < read.size(); ++i) inputs[i] = state.live[read[i]];
      auto found = after.moves.find(inputs);
      if (found == after.moves.end())
        found = after.moves.emplace(inputs, moves_of(at, inputs)).first;
      for (const Turn& move : found->second) {
        std::vector<Wires> live;
        live.reserve(after.streams.size());
        for (std::size_t i : kept) live.push_back(state.live[i]);
        live.insert(live.end(), move.outputs.begin(), move.outputs.end());
        const double cost = state.cost + move.cost;
        const auto [place, is_new] = known.try_emplace(std::move(live), after.states.size());
        if (is_new) {
          after.states.push_back({place->first, cost, from, &move});
        } else if (State& there = after.states[place->second]; cost < there.cost) {
          there = {place->first, cost, from, &move};
        }
      }
    }
  }

  std::optional<Found> finish() const {
    const std::vector<State>& states = layers_.back().states;
    const auto best = std::ranges::min_element(states, {}, &State::cost);
    return found(static_cast<std::size_t>(best - states.begin()));
  }

  Found found(std::size_t state) const {
    Found result{.interval = words(network().input, layers_[0].states[0].live[0]),
                 .slowest = network().node(network().streams[network().input].node).name};
    result.resources += fifo(network().input, layers_[0].states[0].live[0].lanes);
    std::int64_t bits = beat_bits(network().input);
    for (const StreamId output : network().outputs) bits += beat_bits(output);
    result.resources += rim_resources(bits);
    std::int64_t slowest = 0, engines = 1;
    for (std::size_t layer = space_.units.size(); layer > 0; --layer) {
      const State& reached = layers_[layer].states[state];
      const Unit& unit = space_.units[layer - 1];
      const Turn& move = *reached.move;
      const Choice& choice = space_.choices[layer - 1][move.choice];
      result.resources += move.around;
      result.resources += choice.resources;
      result.products += choice.products;
      result.interval = std::max(result.interval, move.cycles);
      engines = std::max(engines, choice.cycles);
      if (move.cycles >= slowest) {
        slowest = move.cycles;
        result.slowest = unit.name;
      }
      add_fold(choice, unit, result.folding);
      state = reached.parent;
    }
    result.pace = rim_.pace(engines);
    return result;
  }

  void add_fold(const Choice& choice, const Unit& unit, dataflow::Folding& folding) const {
    if (choice.fold == dataflow::Fold{}) return;
    const auto set = [&](ProcessId id) {
      const dataflow::Process& process = network().processes[id];
      if (dataflow::computes(process)) folding[network().node(process.node).name] = choice.fold;
    };
    if (const auto* chain = std::get_if<Chain>(&choice.part)) {
      for (ProcessId id : chain->processes) set(id);
      return;
    }
    for (ProcessId id = 0; id < std::ssize(network().processes); ++id)
      if (network().processes[id].outputs == unit.outputs) set(id);
  }

  const Space& space_;
  const Rim& rim_;
  std::int64_t interval_;
  const Prices& prices_;
  std::vector<Layer> layers_;
};

class LanesSearch : public Search {
 public:
  LanesSearch(const dataflow::Network& network, const dataflow::Folding& given,
              std::int64_t axi_bits)
      : space_{network, {}, {}}, rim_(space_.network, axi_bits) {
    dataflow::set_folds(space_.network, given);
    space_.units = units_of(space_.network);
    for (const Unit& unit : space_.units)
      space_.choices.push_back(choices_of(space_.network, unit));
  }

  std::optional<Found> cheapest(std::int64_t interval, const Prices& prices) const override {
    std::optional<Found> found = Run(space_, rim_, interval, prices).run();
    // The beats at the rim follow from the engines that are found.
    while (found && found->pace < interval) {
      interval = found->pace;
      std::optional<Found> again = Run(space_, rim_, interval, prices).run();
      if (!again) break;
      found = std::move(again);
    }
    return found;
  }

  std::vector<std::int64_t> intervals() const override {
    std::vector<std::int64_t> result;
    for (std::size_t i = 0; i < space_.units.size(); ++i) {
      for (const Choice& choice : space_.choices[i]) result.push_back(choice.cycles);
      for (StreamId stream : space_.units[i].outputs) {
        const dataflow::Layout& layout = space_.network.streams[stream].layout;
        for (std::int64_t lanes : divisors(group_of(layout)))
          result.push_back(layout.elements() / lanes);
      }
    }
    result.push_back(rim_.pace(1));
    std::ranges::sort(result);
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

 private:
  Space space_;
  Rim rim_;
};

}  // namespace

double price(const Prices& prices, const Resources& resources, std::int64_t products) {
  return prices.luts * resources.all_luts() + prices.registers * resources.registers +
         prices.dsps * resources.dsps + prices.brams * resources.brams +
         prices.products * static_cast<double>(products);
}

std::unique_ptr<Search> search_lanes(const dataflow::Network& network,
                                     const dataflow::Folding& given, std::int64_t axi_bits) {
  return std::make_unique<LanesSearch>(network, given, axi_bits);
}

}  // namespace qfx::circuit
