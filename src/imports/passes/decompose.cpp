#include "imports/passes/all.h"

namespace qfx::imports {

// The largest of a whole image by a window as large as it; the logarithm of a softmax as both.
bool decompose(Source& source) {
  Rewriter rewriter(source);
  for (const Node& node : rewriter.before()) {
    if (node.op == "LogSoftmax") {
      Node shares = node;
      shares.op = "Softmax";
      shares.outputs = {new_name(source, node.outputs[0])};
      rewriter.keep(shares);
      rewriter.keep(made(node, "Log", {shares.outputs[0]}, node.outputs[0]));
      rewriter.change();
      continue;
    }
    if (node.op != "GlobalMaxPool" || shape_of(source, node.inputs[0]).size() > 4) {
      rewriter.keep(node);
      continue;
    }
    const Shape& shape = shape_of(source, node.inputs[0]);
    Node pool = made(node, "MaxPool", {node.inputs[0]}, node.outputs[0]);
    pool.attributes["kernel_shape"] = std::vector<std::int64_t>(shape.begin() + 2, shape.end());
    rewriter.keep(std::move(pool));
    rewriter.change();
  }
  return rewriter.finish();
}

}  // namespace qfx::imports
