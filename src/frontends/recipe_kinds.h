// The words for kind in [[network.layers]]: the kinds of the graph, and torch's names for special
// cases of them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "frontends/table_reader.h"

#include "qfx/graph/op.h"

namespace qfx::frontends {

// How a window lies: over an image, or along a sequence, which is an image of one row.
enum class Axes { Both, Length };

struct LayerKind {
  graph::Op op;  // with the attributes that the word stands for
  Axes axes = Axes::Both;
  // The attributes that a layer gives, by the kind's own key (torch's) and the word's, in order.
  std::vector<std::pair<std::string, std::string>> keys;
  // The word gives those attributes that the layer leaves out; else the kind says which are
  // required and what the others usually are.
  bool is_special = false;
};

const std::map<std::string, LayerKind, std::less<>>& layer_kinds();

// The kind with the attributes of this layer.
graph::Op read_op(const TableReader& layer, const LayerKind& kind);
// Of a pool whose layer asks for it: one more window where torch has one.
void apply_ceil_mode(const TableReader& layer, const graph::Shape& image, graph::Op& op);

}  // namespace qfx::frontends
