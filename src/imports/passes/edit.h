// How passes change a network.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "qfx/imports/operators.h"
#include "qfx/imports/source.h"

namespace qfx::imports {

// Who makes and who reads each value. Belongs to the network as it was when it was made.
class Links {
 public:
  explicit Links(const Source& source);

  // The node that makes a value; null for a constant, an input, an empty name.
  const Node* maker(const std::string& value) const;
  // How often it is read; being the network's output counts.
  int uses(const std::string& value) const;
  bool read_once(const std::string& value) const { return uses(value) == 1; }

 private:
  std::map<std::string, const Node*> makers_;
  std::map<std::string, int> uses_;
};

const Tensor* constant(const Source& source, const std::string& value);
// Of a real constant all of whose values are one.
std::optional<double> scalar(const Source& source, const std::string& value);

const Shape& shape_of(const Source& source, const std::string& value);

// Puts the constant in, under a new name, which it returns.
std::string add_constant(Source& source, const std::string& like, Tensor tensor);

// The opset of nodes that passes make: its forms are the ones they write.
inline constexpr std::int64_t kNewest = 25;

// A node of ONNX's own domain and the newest opset, that stands for what `like` does.
Node made(const Node& like, const std::string& op, std::vector<std::string> inputs,
          std::string output);

// One scale for each place along the axis of a constant of this shape; nothing where a grid's
// scales differ along another.
std::optional<std::vector<double>> scales_along(const Tensor& scale, const Shape& shape,
                                                std::size_t axis);

// Nodes and constants that the output does not need go.
bool drop_dead(Source& source);

// Goes through the nodes in order and puts others in their places.
class Rewriter {
 public:
  explicit Rewriter(Source& source);
  // The nodes as they were.
  const std::vector<Node>& before() const { return before_; }
  const Links& links() const { return links_; }
  // What stands in the new network from here on.
  void keep(Node node);
  // A node that computes nothing: who reads `from` reads `to`, of the network as it was.
  void skip(const std::string& from, const std::string& to);
  // Puts the new nodes in; whether anything changed.
  bool finish();
  void change() { changed_ = true; }

 private:
  Source& source_;
  std::vector<Node> before_, after_;
  Links links_;
  std::map<std::string, std::string> instead_;
  bool changed_ = false;
};

// Raises UserError about a node: what is wrong, and the cut that leaves the node out.
[[noreturn]] void refuse(const Source& source, const Node& node, const std::string& what);

}  // namespace qfx::imports
