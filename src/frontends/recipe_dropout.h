// Layers of the kind dropout. They take part in the float phase alone and leave no node behind: the
// recipe keeps them by the node that they follow.
#pragma once

#include <map>
#include <set>
#include <string>

#include "frontends/table_reader.h"

#include "qfx/graph/graph.h"

namespace qfx::frontends {

inline constexpr const char* kDropout = "dropout";
std::vector<std::string> dropout_keys();
// The share of the values that such a layer drops.
double dropout_share(const TableReader& layer);

class Dropouts {
 public:
  // A dropout named `name` after the node `id`, which is named `node`. Raises UserError where
  // something else reads that node past it.
  void add(const TableReader& layer, const std::string& name, graph::NodeId id,
           const std::string& node);
  // A layer reads the node `id` by the name of another layer. Raises UserError where it reads past
  // a dropout of it.
  void note_reader(const TableReader& layer, graph::NodeId id, const std::string& by);

  // By the node that it follows, the share of the values that become 0.
  const std::map<std::string, double>& shares() const { return shares_; }

 private:
  std::map<std::string, double> shares_;
  std::map<graph::NodeId, std::string> of_;  // the dropout that follows a node
  std::set<graph::NodeId> read_past_;        // nodes that are read as they are
};

}  // namespace qfx::frontends
