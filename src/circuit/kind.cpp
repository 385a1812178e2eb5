// What parts are called where engines are told of.
#include "qfx/circuit/plan.h"

namespace qfx::circuit {
namespace {

struct Kind {
  std::string_view operator()(const Sums&) const { return "sums"; }
  std::string_view operator()(const Pool&) const { return "pool"; }
  std::string_view operator()(const Plane&) const { return "plane"; }
  std::string_view operator()(const Chain&) const { return "elements"; }
  std::string_view operator()(const Softmax&) const { return "softmax"; }
  std::string_view operator()(const Spread&) const { return "thermometer"; }
  std::string_view operator()(const Join&) const { return "join"; }
  std::string_view operator()(const Reorder&) const { return "reorder"; }
  std::string_view operator()(const Move&) const { return "move"; }
  std::string_view operator()(const Repeat&) const { return "repeat"; }
  std::string_view operator()(const Fork&) const { return "fork"; }
  std::string_view operator()(const Repack&) const { return "repack"; }
};

}  // namespace

std::string_view kind_of(const Part& part) {
  return std::visit(Kind(), part);
}

}  // namespace qfx::circuit
