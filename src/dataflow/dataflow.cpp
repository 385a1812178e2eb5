#include "qfx/dataflow/dataflow.h"

namespace qfx::dataflow {

bool computes(const Process& process) {
  return std::visit(graph::Overloaded{
                        [](const Map&) { return true; },
                        [](const MultiplyAccumulate&) { return true; },
                        [](const WindowReduce&) { return true; },
                        [](const Normalise&) { return true; },
                        [](const Spread&) { return true; },
                        [](const Join&) { return true; },
                        [](const Repeat&) { return false; },
                        [](const Move&) { return true; },
                        [](const Reorder&) { return false; },
                        [](const Clone&) { return false; },
                        [](const Copy&) { return false; },
                    },
                    process.work);
}

}  // namespace qfx::dataflow
