#include "backends/verilog/print_engine.h"

#include "backends/names/identifiers.h"
#include "backends/verilog/print_chain.h"
#include "backends/verilog/print_moves.h"
#include "backends/verilog/print_pool.h"
#include "backends/verilog/print_sums.h"
#include "backends/verilog/print_whole.h"

namespace qfx::backends::verilog {
namespace {

struct Printer {
  const Context& context;
  const circuit::Engine& engine;

  EngineText operator()(const circuit::Sums& part) const {
    return print_sums(context, engine, part);
  }
  EngineText operator()(const circuit::Pool& part) const {
    return print_pool(context, engine, part);
  }
  EngineText operator()(const circuit::Plane& part) const {
    return print_plane(context, engine, part);
  }
  EngineText operator()(const circuit::Chain& part) const {
    return print_chain(context, engine, part);
  }
  EngineText operator()(const circuit::Softmax& part) const {
    return print_softmax(context, engine, part);
  }
  EngineText operator()(const circuit::Spread& part) const {
    return print_spread(context, engine, part);
  }
  EngineText operator()(const circuit::Join& part) const {
    return print_join(context, engine, part);
  }
  EngineText operator()(const circuit::Repeat& part) const {
    return print_repeat(context, engine, part);
  }
  EngineText operator()(const circuit::Move& part) const {
    return print_move(context, engine, part);
  }
  EngineText operator()(const circuit::Reorder& part) const {
    return print_reorder(context, engine, part);
  }
  EngineText operator()(const circuit::Fork& part) const {
    return print_fork(context, engine, part);
  }
  EngineText operator()(const circuit::Repack& part) const {
    return print_repack(context, engine, part);
  }
};

}  // namespace

EngineText print_engine(const Context& context, const circuit::Engine& engine) {
  // Its name goes into comments.
  circuit::Engine printed = engine;
  printed.name = names::comment_text(engine.name);
  return std::visit(Printer{context, printed}, printed.part);
}

}  // namespace qfx::backends::verilog
