// Functions of one variable as operators and written out, and gates: squeeze and excitation in the
// forms of exporters.
#include "unit/onnx/networks.h"

namespace qfx::test {
namespace {

// The gate of 'c' (4 channels) from its means in 'm', [1, 4, 1, 1], to 'g'.
void excitation(OnnxFile& f) {
  f.weights("down", {2, 4, 1, 1});
  f.weights("up", {4, 2, 1, 1});
  f.weights("bias", {4});
  f.node("Conv", {"m", "down"}, {"d"});
  f.node("Relu", {"d"}, {"r"});
  f.node("Conv", {"r", "up", "bias"}, {"u"});
  f.node("HardSigmoid", {"u"}, {"g"}).real("alpha", 1.0F / 6);
}

}  // namespace

const std::map<std::string, std::pair<int, OnnxWrite>>& functions_and_gates() {
  static const std::map<std::string, std::pair<int, OnnxWrite>> kAll{
      {"every function",
       {24,
        [](OnnxFile& f) {
          std::string x = "c";
          int count = 0;
          const auto then = [&](const std::string& op) {
            const std::string y = "f" + std::to_string(++count);
            OnnxNode node = f.node(op, {x}, {y});
            x = y;
            return node;
          };
          for (const char* op : {"Softsign", "Erf", "Sin", "Cos", "Atan", "Exp", "Sqrt", "Log",
                                 "Sigmoid", "Reciprocal", "Tanh", "Softplus", "Mish", "HardSwish"})
            then(op);
          then("ThresholdedRelu").real("alpha", 0.25F);
          then("Shrink").real("lambd", 0.25F).real("bias", 0.125F);
          then("HardSigmoid").real("alpha", 0.3F).real("beta", 0.4F);
          then("Swish").real("alpha", 1.5F);
          f.node("Identity", {x}, {"y"});
        }}},
      {"steps",
       {17,
        [](OnnxFile& f) {
          f.constant("eight", {}, {8});
          f.node("Mul", {"c", "eight"}, {"k"});
          f.node("Floor", {"k"}, {"1"});
          f.node("Ceil", {"k"}, {"2"});
          f.node("Round", {"k"}, {"3"});
          f.node("Sign", {"k"}, {"4"});
          f.node("Concat", {"1", "2", "3", "4"}, {"y"}).integer("axis", 1);
        }}},
      {"gelu by tanh written out",
       {17,
        [](OnnxFile& f) {
          f.constant("three", {}, {3});
          f.constant("k", {}, {0.044715F});
          f.constant("root", {}, {0.7978845608F});
          f.constant("one", {}, {1});
          f.constant("half", {}, {0.5F});
          f.node("Pow", {"c", "three"}, {"p"});
          f.node("Mul", {"p", "k"}, {"q"});
          f.node("Add", {"c", "q"}, {"a"});
          f.node("Mul", {"a", "root"}, {"z"});
          f.node("Tanh", {"z"}, {"t"});
          f.node("Add", {"one", "t"}, {"s"});
          f.node("Mul", {"half", "c"}, {"h"});
          f.node("Mul", {"h", "s"}, {"y"});
        }}},
      {"mish, softsign, quick gelu written out",
       {17,
        [](OnnxFile& f) {
          f.constant("one", {}, {1});
          f.constant("k", {}, {1.702F});
          f.node("Softplus", {"c"}, {"s"});
          f.node("Tanh", {"s"}, {"t"});
          f.node("Mul", {"c", "t"}, {"m"});
          f.node("Abs", {"m"}, {"a"});
          f.node("Add", {"one", "a"}, {"bb"});
          f.node("Div", {"m", "bb"}, {"d"});
          f.node("Mul", {"d", "k"}, {"e"});
          f.node("Sigmoid", {"e"}, {"g"});
          f.node("Mul", {"d", "g"}, {"y"});
        }}},
      {"hardsigmoid, logsigmoid, inverse root written out",
       {17,
        [](OnnxFile& f) {
          f.constant("fifth", {}, {0.2F});
          f.constant("half", {}, {0.5F});
          f.constant("minus", {}, {-0.5F});
          f.constant("zero", {}, {0});
          f.constant("one", {}, {1});
          f.node("Mul", {"fifth", "c"}, {"m"});
          f.node("Add", {"m", "half"}, {"a"});
          f.node("Clip", {"a", "zero", "one"}, {"h"});
          f.node("Sigmoid", {"h"}, {"s"});
          f.node("Log", {"s"}, {"l"});
          f.node("Exp", {"l"}, {"e"});
          f.node("Pow", {"e", "minus"}, {"y"});
        }}},
      {"a hard shrink and a threshold by comparisons",
       {17,
        [](OnnxFile& f) {
          f.constant("half", {}, {0.5F});
          f.constant("minus", {}, {-0.5F});
          f.constant("zero", {}, {0});
          f.constant("three", {}, {3});
          f.node("Greater", {"c", "half"}, {"a"});
          f.node("Less", {"c", "minus"}, {"bb"});
          f.node("Or", {"a", "bb"}, {"o"});
          f.node("Where", {"o", "c", "zero"}, {"s"});
          f.node("Tanh", {"s"}, {"t"});
          f.node("Mul", {"t", "three"}, {"m"});
          f.node("GreaterOrEqual", {"m", "zero"}, {"p"});
          f.node("Abs", {"m"}, {"n"});
          f.node("Where", {"p", "n", "minus"}, {"y"});
        }}},
      {"a softplus that is the value itself far out, a soft shrink by signs",
       {17,
        [](OnnxFile& f) {
          f.constant("twenty", {}, {20});
          f.constant("fifth", {}, {0.2F});
          f.constant("zero", {}, {0});
          f.node("Softplus", {"c"}, {"p"});
          f.node("Greater", {"c", "twenty"}, {"far"});
          f.node("Where", {"far", "c", "p"}, {"s"});
          f.node("Tanh", {"s"}, {"t"});
          f.node("Abs", {"t"}, {"size"});
          f.node("Greater", {"size", "fifth"}, {"large"});
          f.node("Sign", {"t"}, {"sign"});
          f.node("Mul", {"sign", "fifth"}, {"step"});
          f.node("Sub", {"t", "step"}, {"less"});
          f.node("Mul", {"t", "zero"}, {"none"});
          f.node("Where", {"large", "less", "none"}, {"y"});
        }}},
      {"the logarithm of a softmax",
       {17,
        [](OnnxFile& f) {
          f.node("Flatten", {"c"}, {"v"});
          f.node("LogSoftmax", {"v"}, {"y"}).integer("axis", 1);
        }}},
      {"quotients of two",
       {17,
        [](OnnxFile& f) {
          f.constant("two", {}, {2});
          f.node("Exp", {"c"}, {"e"});
          f.node("Div", {"c", "e"}, {"q"});
          f.node("Div", {"two", "e"}, {"r"});
          f.node("Add", {"q", "r"}, {"y"});
        }}},
      {"bounds of channels",
       {17,
        [](OnnxFile& f) {
          f.weights("low", {4, 1, 1});
          f.constant("high", {4, 1, 1}, {0.5F, 1, 0.25F, 0.75F});
          f.node("Max", {"low", "c"}, {"m"});
          f.node("Min", {"m", "high"}, {"y"});
        }}},
      {"squeeze and excitation",
       {17,
        [](OnnxFile& f) {
          f.node("GlobalAveragePool", {"c"}, {"m"});
          excitation(f);
          f.node("Mul", {"g", "c"}, {"y"});
        }}},
      {"squeeze and excitation by a mean and an expanded gate",
       {18,
        [](OnnxFile& f) {
          f.integers("axes", {-1, -2});
          f.integers("shape", {1, 4, 6, 7});
          f.node("ReduceMean", {"c", "axes"}, {"m"}).integer("keepdims", 1);
          excitation(f);
          f.node("Expand", {"g", "shape"}, {"e"});
          f.node("Mul", {"c", "e"}, {"y"});
        }}},
      {"squeeze and excitation by linear layers",
       {17,
        [](OnnxFile& f) {
          f.integers("vector", {-1, 4});
          f.integers("image", {-1, 4, 1, 1});
          f.weights("down", {2, 4});
          f.weights("up", {4, 2});
          f.weights("zeros", {2});
          f.weights("bias", {4});
          f.node("GlobalAveragePool", {"c"}, {"p"});
          f.node("Reshape", {"p", "vector"}, {"m"});
          f.node("Gemm", {"m", "down", "zeros"}, {"d"}).integer("transB", 1);
          f.node("Relu", {"d"}, {"r"});
          f.node("Gemm", {"r", "up", "bias"}, {"u"}).integer("transB", 1);
          f.node("Sigmoid", {"u"}, {"s"});
          f.node("Reshape", {"s", "image"}, {"g"});
          f.node("Mul", {"c", "g"}, {"y"});
        }}},
      {"a gate of channels in another order",
       {17,
        [](OnnxFile& f) {
          f.integers("order", {2, 0, 3, 1});
          f.node("GlobalAveragePool", {"c"}, {"m"});
          f.node("Gather", {"m", "order"}, {"g"}).integer("axis", 1);
          f.node("Mul", {"c", "g"}, {"y"});
        }}},
      {"a gate of channels last",
       {17,
        [](OnnxFile& f) {
          f.integers("axes", {1, 2});
          f.node("Transpose", {"c"}, {"l"}).ints("perm", {0, 2, 3, 1});
          f.node("ReduceMean", {"l"}, {"m"}).ints("axes", {1, 2});
          f.node("Sigmoid", {"m"}, {"s"});
          f.node("Mul", {"l", "s"}, {"g"});
          f.node("Transpose", {"g"}, {"y"}).ints("perm", {0, 3, 1, 2});
        }}},
      {"a gate of pixels",
       {17,
        [](OnnxFile& f) {
          f.weights("k", {1, 4, 3, 3});
          f.node("Conv", {"c", "k"}, {"m"}).ints("pads", {1, 1, 1, 1});
          f.node("Sigmoid", {"m"}, {"s"});
          f.node("Mul", {"c", "s"}, {"g"});
          f.node("Add", {"m", "g"}, {"y"});
        }}},
  };
  return kAll;
}

}  // namespace qfx::test
