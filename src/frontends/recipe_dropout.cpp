#include "frontends/recipe_dropout.h"

namespace qfx::frontends {
namespace {

constexpr double kUsualShare = 0.5;  // torch's
constexpr double kMostShare = 0.99;

}  // namespace

std::vector<std::string> dropout_keys() {
  return {"p"};
}

double dropout_share(const TableReader& layer) {
  return layer.real("p", {0, kMostShare}).value_or(kUsualShare);
}

void Dropouts::add(const TableReader& layer, const std::string& name, graph::NodeId id,
                   const std::string& node) {
  if (of_.contains(id))
    layer.fail(fmt::format("'{}' has the dropout '{}' already, and one is enough; leave one out",
                           node, of_.at(id)));
  if (read_past_.contains(id))
    layer.fail(
        fmt::format("a layer above reads '{}' as it is, and a dropout holds for all who read "
                    "the layer before it; put it right behind '{}'",
                    node, node));
  shares_[node] = dropout_share(layer);
  of_[id] = name;
}

void Dropouts::note_reader(const TableReader& layer, graph::NodeId id, const std::string& by) {
  const auto dropout = of_.find(id);
  if (dropout == of_.end()) {
    read_past_.insert(id);
  } else if (dropout->second != by) {
    layer.fail("inputs",
               fmt::format("'{}' is followed by the dropout '{}', which holds for all who read it; "
                           "write '{}'",
                           by, dropout->second, dropout->second));
  }
}

}  // namespace qfx::frontends
