#include <algorithm>
#include <limits>

#include "circuit/choices.h"
#include "circuit/mapping.h"
#include "circuit/resources.h"
#include "circuit/search.h"
#include "circuit/softmax_bits.h"

#include "qfx/base/error.h"
#include "qfx/dataflow/beat_moves.h"
#include "qfx/dataflow/lower.h"
#include "qfx/dataflow/pixel_fold.h"

namespace qfx::circuit {
namespace {

using dataflow::Layout;
using dataflow::Process;

// A process as the part that does the same on whole pixels.
class PixelPart {
 public:
  PixelPart(const dataflow::Network& network, ProcessId id, const dataflow::Fold& fold)
      : network_(network), id_(id), fold_(fold) {}

  Part operator()(const dataflow::Map&) const { return Chain{{id_}, lanes()}; }
  Part operator()(const dataflow::MultiplyAccumulate& work) const {
    const std::int64_t blocks = (dataflow::outputs_of(work) + fold_.pe - 1) / fold_.pe;
    const std::int64_t taps = work.factor.values.shape[work.window ? 1 : 0];
    return Sums{.process = id_,
                .pe = fold_.pe,
                .simd = fold_.simd,
                .form = work.accumulator ? Sums::Form::Stepwise : Sums::Form::Ring,
                .blocks = blocks,
                .steps = taps * work.factor.values.shape[2] / fold_.simd};
  }
  Part operator()(const dataflow::WindowReduce& pool) const {
    if (pool.window) return Pool{id_, lanes()};
    return Plane{id_, lanes()};
  }
  Part operator()(const dataflow::Normalise&) const {
    return Softmax{id_, in().elements(),
                   quotient_bits(network_.node(network_.processes[id_].node).format)};
  }
  Part operator()(const dataflow::Spread&) const { return Spread{id_, lanes()}; }
  Part operator()(const dataflow::Join&) const { return Join{id_, lanes()}; }
  Part operator()(const dataflow::Repeat&) const {
    return Repeat{id_, network_.streams[network_.processes[id_].outputs[0]].layout.lanes};
  }
  Part operator()(const dataflow::Move&) const { return Move{id_, lanes()}; }
  Part operator()(const dataflow::Reorder&) const { return Reorder{id_}; }
  Part operator()(const dataflow::Clone&) const { return Fork{}; }
  Part operator()(const dataflow::Copy&) const { return Chain{{}, lanes()}; }

 private:
  const Layout& in() const { return network_.streams[network_.processes[id_].inputs[0]].layout; }
  std::int64_t lanes() const { return in().lanes; }

  const dataflow::Network& network_;
  ProcessId id_;
  const dataflow::Fold& fold_;
};

struct PixelChoice {
  dataflow::Fold fold;
  std::int64_t cycles = 0;
  std::int64_t products = 0;
  Resources resources = {};
};

class PixelSearch : public Search {
 public:
  PixelSearch(const dataflow::Network& network, const dataflow::Folding& given)
      : network_(network) {
    dataflow::set_folds(network_, given);
    for (ProcessId id = 0; id < std::ssize(network_.processes); ++id)
      choices_.push_back(choices_of_process(id));
    for (const dataflow::Stream& stream : network_.streams)
      if (!stream.is_port)
        fifos_ += fifo_resources(stream.layout.lanes * network_.node(stream.node).format.width,
                                 stream.depth);
  }

  std::optional<Found> cheapest(std::int64_t interval, const Prices& prices) const override {
    Found found{.slowest = network_.node(0).name, .resources = fifos_};
    for (ProcessId id = 0; id < std::ssize(network_.processes); ++id) {
      const PixelChoice* best = nullptr;
      double least = std::numeric_limits<double>::infinity();
      for (const PixelChoice& choice : choices_[id]) {
        const double cost = price(prices, choice.resources, choice.products);
        if (choice.cycles > interval || cost >= least) continue;
        least = cost;
        best = &choice;
      }
      if (best == nullptr) return std::nullopt;
      const std::string& name = network_.node(network_.processes[id].node).name;
      if (best->fold != dataflow::Fold{}) found.folding[name] = best->fold;
      found.resources += best->resources;
      found.products += best->products;
      if (best->cycles > found.interval) {
        found.interval = best->cycles;
        found.slowest = name;
      }
    }
    return found;
  }

  std::vector<std::int64_t> intervals() const override {
    std::vector<std::int64_t> result;
    for (const std::vector<PixelChoice>& choices : choices_)
      for (const PixelChoice& choice : choices) result.push_back(choice.cycles);
    std::ranges::sort(result);
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

 private:
  std::vector<PixelChoice> choices_of_process(ProcessId id) {
    Process& process = network_.processes[id];
    const auto* sums = std::get_if<dataflow::MultiplyAccumulate>(&process.work);
    const dataflow::Fold given = process.fold;
    std::vector<PixelChoice> choices;
    if (sums == nullptr) {
      choices.push_back(choice(id, dataflow::pixel_fold(network_, process)));
      return choices;
    }
    const std::vector<std::int64_t> outputs =
        given.pe != 0 ? std::vector{given.pe} : useful_outputs(dataflow::outputs_of(*sums));
    const std::vector<std::int64_t> operands =
        given.simd != 0 ? std::vector{given.simd} : divisors(dataflow::operands_at_once(*sums));
    for (std::int64_t pe : outputs) {
      for (std::int64_t simd : operands) {
        process.fold = {pe, simd};
        choices.push_back(choice(id, dataflow::pixel_fold(network_, process)));
        choices.back().products = pe * simd;
      }
    }
    process.fold = given;
    return choices;
  }

  PixelChoice choice(ProcessId id, const dataflow::Fold& fold) const {
    const Process& process = network_.processes[id];
    const Part part = std::visit(PixelPart(network_, id, fold), process.work);
    PixelChoice result{.fold = fold,
                       .cycles = dataflow::pixel_cycles(network_, process, fold),
                       .resources = part_resources(network_, part, {.out = out_lanes(process)})};
    result.resources += priced(memory(process, fold));
    return result;
  }

  std::int64_t out_lanes(const Process& process) const {
    return network_.streams[process.outputs[0]].layout.lanes;
  }

  // Rows of whole pixels, of one row only what lies under the window; of a matrix all its sums.
  Pieces memory(const Process& process, const dataflow::Fold& fold) const {
    const dataflow::Stream& in = network_.streams[process.inputs[0]];
    const auto rows = [&](const dataflow::Window& window) {
      const std::int64_t reach = (window.kernel[0] - 1) * window.dilation[0];
      const std::int64_t under = (window.kernel[1] - 1) * window.dilation[1] + 1;
      const std::int64_t columns = reach == 0 ? std::min(under, window.width) : window.width;
      return ram((reach + 1) * columns, in.layout.lanes * network_.node(in.node).format.width);
    };
    if (const auto* pool = std::get_if<dataflow::WindowReduce>(&process.work))
      return pool->window ? rows(*pool->window) : Pieces{};
    if (const auto* move = std::get_if<dataflow::Move>(&process.work)) {
      const Layout& out = network_.streams[process.outputs[0]].layout;
      return ram(dataflow::beat_moves(move->moves, in.layout, out).span,
                 in.layout.lanes * network_.node(in.node).format.width);
    }
    const auto* sums = std::get_if<dataflow::MultiplyAccumulate>(&process.work);
    if (sums == nullptr) return {};
    if (sums->window) return rows(*sums->window);
    return ram((dataflow::outputs_of(*sums) + fold.pe - 1) / fold.pe, fold.pe * sums->sum.width);
  }

  dataflow::Network network_;
  std::vector<std::vector<PixelChoice>> choices_;  // by process
  Resources fifos_;
};

}  // namespace

std::unique_ptr<Search> search_pixels(const dataflow::Network& network,
                                      const dataflow::Folding& given) {
  return std::make_unique<PixelSearch>(network, given);
}

}  // namespace qfx::circuit
