// ONNX's operators, as far as networks here are made of them: the shapes of what they give, and the
// values where those of the inputs are known. One function per operator does both, so that shapes,
// constants that are folded, and the float network that everything is compared with cannot
// contradict each other. Values are computed in double.
#pragma once

#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "qfx/imports/source.h"

namespace qfx::imports {

// Something about one node that is not supported or not possible: the rest of a sentence that
// begins with the node. Becomes a UserError where the node's network is known (refuse.h).
class NodeFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What can be said about an operator.
struct OperatorInfo {
  std::string_view domain;
  std::string_view name;
  std::string_view attributes;  // names, separated by spaces
  std::string_view becomes;     // "conv2d", or "constants only"
};
std::span<const OperatorInfo> operators();

// The outputs of a node; unknown but for their shapes where an input is. A null input is left out.
// Raises NodeFault for an operator or an attribute that is not here, and where inputs do not fit.
std::vector<Tensor> evaluate(const Node& node, const std::vector<const Tensor*>& inputs);

// Every value of the network, for these inputs.
std::map<std::string, Tensor> run(const Source& source,
                                  const std::map<std::string, Tensor>& inputs);

}  // namespace qfx::imports
