#include "imports/operators/call.h"
#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

class Parts {
 public:
  explicit Parts(Source& source) : source_(source), rewriter_(source) {}

  bool run() {
    for (const Node& node : rewriter_.before()) {
      if (!rewrite(node)) {
        rewriter_.keep(node);
        continue;
      }
      rewriter_.change();
    }
    return rewriter_.finish();
  }

 private:
  bool rewrite(const Node& node) {
    if (node.op == "LogSoftmax") return log_softmax(node);
    if (node.op == "GlobalMaxPool") return global_max(node);
    if (node.op == "InstanceNormalization") return instance_normalization(node);
    return node.op.starts_with("Reduce") && reduction(node);
  }

  std::string next(const Node& node) { return new_name(source_, node.outputs[0]); }

  // The output of a node made of this one.
  std::string put(const Node& like, const std::string& op, std::vector<std::string> inputs,
                  std::string output = "") {
    if (output.empty()) output = next(like);
    rewriter_.keep(made(like, op, std::move(inputs), output));
    return output;
  }

  // The logarithm of a softmax as both.
  bool log_softmax(const Node& node) {
    Node shares = node;
    shares.op = "Softmax";
    shares.outputs = {next(node)};
    rewriter_.keep(shares);
    put(node, "Log", {shares.outputs[0]}, node.outputs[0]);
    return true;
  }

  // The largest of a whole image by a window as large as it.
  bool global_max(const Node& node) {
    const Shape& shape = shape_of(source_, node.inputs[0]);
    if (shape.size() > 4) return false;
    Node pool = made(node, "MaxPool", {node.inputs[0]}, node.outputs[0]);
    pool.attributes["kernel_shape"] = std::vector<std::int64_t>(shape.begin() + 2, shape.end());
    rewriter_.keep(std::move(pool));
    return true;
  }

  // The same reduction by another operator.
  std::string reduced(const Node& node, const std::string& op, const std::string& from,
                      std::string output = "") {
    Node result = node;
    result.op = op;
    result.inputs[0] = from;
    result.outputs = {output.empty() ? next(node) : std::move(output)};
    rewriter_.keep(result);
    return result.outputs[0];
  }

  // Other reductions by a sum and a maximum.
  bool reduction(const Node& node) {
    const std::string &x = node.inputs[0], &y = node.outputs[0];
    // Over no axis it gives what it reads.
    if (node.attributes.contains("noop_with_empty_axes")) return false;
    if (node.op == "ReduceMin") {
      put(node, "Neg", {reduced(node, "ReduceMax", put(node, "Neg", {x}))}, y);
    } else if (node.op == "ReduceL1") {
      reduced(node, "ReduceSum", put(node, "Abs", {x}), y);
    } else if (node.op == "ReduceSumSquare") {
      reduced(node, "ReduceSum", put(node, "Mul", {x, x}), y);
    } else if (node.op == "ReduceL2") {
      put(node, "Sqrt", {reduced(node, "ReduceSum", put(node, "Mul", {x, x}))}, y);
    } else {
      return false;
    }
    return true;
  }

  // (x - mean) / sqrt(variance + epsilon) * scale + bias, mean and variance of each channel of the
  // sample.
  bool instance_normalization(const Node& node) {
    const std::string& x = node.inputs[0];
    const std::size_t rank = shape_of(source_, x).size();
    const Tensor *scale = constant(source_, node.inputs.at(1)), *bias = constant(source_, node.inputs.at(2));
    if (scale == nullptr || bias == nullptr) return false;
    std::vector<std::int64_t> axes;
    for (std::size_t i = 2; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
    const std::string over =
        add_constant(source_, "axes", Tensor::of_integers({std::ssize(axes)}, axes));
    const auto along_channels = [&](Tensor tensor) {
      tensor.shape.resize(rank - 1, 1);
      return add_constant(source_, "channels", std::move(tensor));
    };
    const auto epsilon = node.attributes.find("epsilon");
    const double added =
        epsilon == node.attributes.end() ? double{1e-5F} : std::get<double>(epsilon->second);
    const std::string apart = put(node, "Sub", {x, put(node, "ReduceMean", {x, over})});
    const std::string variance =
        put(node, "ReduceMean", {put(node, "Mul", {apart, apart}), over});
    const std::string some =
        put(node, "Add", {variance, add_constant(source_, "epsilon", Tensor::of({}, {added}))});
    Node root = made(node, "Rsqrt", {some}, next(node));
    root.domain = "qfx";
    rewriter_.keep(root);
    const std::string even = put(node, "Mul", {apart, root.outputs[0]});
    const std::string scaled = put(node, "Mul", {even, along_channels(*scale)});
    put(node, "Add", {scaled, along_channels(*bias)}, node.outputs[0]);
    return true;
  }

  Source& source_;
  Rewriter rewriter_;
};

}  // namespace

bool decompose(Source& source) {
  return Parts(source).run();
}

}  // namespace qfx::imports
