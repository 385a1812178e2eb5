#include "unit/onnx/networks.h"

#include <utility>

namespace qfx::test {
namespace {

using Shape = std::vector<std::int64_t>;

// An image through a convolution into 'c', [1, 4, 6, 7].
OnnxFile behind_conv(std::int64_t opset = 17) {
  OnnxFile file(opset);
  file.input("x", {-1, 3, 8, 9}).output("y");
  file.weights("w", {4, 3, 3, 3});
  file.weights("b", {4});
  file.node("Conv", {"x", "w", "b"}, {"c"}).named("first");
  return file;
}

using Write = OnnxWrite;

const std::map<std::string, std::pair<int, Write>>& behind_a_convolution() {
  static const std::map<std::string, std::pair<int, Write>> kAll{
      {"idle nodes",
       {17,
        [](OnnxFile& f) {
          f.node("Identity", {"c"}, {"i"});
          f.node("Dropout", {"i"}, {"d"});
          f.node("Cast", {"d"}, {"k"}).integer("to", 1);
          f.constant("one", {}, {1});
          f.node("Mul", {"k", "one"}, {"y"});
        }}},
      {"sum of three, mean",
       {17,
        [](OnnxFile& f) {
          f.node("Abs", {"c"}, {"a"});
          f.node("Sum", {"c", "a", "c"}, {"s"});
          f.node("Mean", {"s", "c"}, {"y"});
        }}},
      {"differences and quotients",
       {17,
        [](OnnxFile& f) {
          f.constant("k", {}, {3});
          f.weights("v", {4, 1, 1});
          f.node("Sub", {"k", "c"}, {"s"});
          f.node("Sub", {"s", "v"}, {"t"});
          f.node("Div", {"t", "k"}, {"y"});
        }}},
      {"powers",
       {17,
        [](OnnxFile& f) {
          f.constant("two", {}, {2});
          f.constant("three", {}, {3});
          f.node("Pow", {"c", "two"}, {"s"});
          f.node("Pow", {"s", "three"}, {"y"});
        }}},
      {"bounds",
       {17,
        [](OnnxFile& f) {
          f.constant("low", {}, {-0.25F});
          f.constant("high", {}, {0.5F});
          f.node("Max", {"low", "c"}, {"m"});
          f.node("Min", {"m", "high"}, {"y"});
        }}},
      {"hardswish written out",
       {10,
        [](OnnxFile& f) {
          f.constant("three", {}, {3});
          f.constant("six", {}, {6});
          f.node("Add", {"three", "c"}, {"a"});
          f.node("Clip", {"a"}, {"k"}).real("min", 0).real("max", 6);
          f.node("Mul", {"c", "k"}, {"m"});
          f.node("Div", {"m", "six"}, {"y"});
        }}},
      {"silu, gelu",
       {17,
        [](OnnxFile& f) {
          f.constant("half", {}, {0.5F});
          f.constant("one", {}, {1});
          f.constant("root", {}, {1.41421356F});
          f.node("Sigmoid", {"c"}, {"s"});
          f.node("Mul", {"c", "s"}, {"u"});
          f.node("Div", {"u", "root"}, {"d"});
          f.node("Erf", {"d"}, {"e"});
          f.node("Add", {"e", "one"}, {"a"});
          f.node("Mul", {"u", "a"}, {"m"});
          f.node("Mul", {"m", "half"}, {"y"});
        }}},
      {"softplus written out",
       {17,
        [](OnnxFile& f) {
          f.constant("one", {}, {1});
          f.node("Exp", {"c"}, {"e"});
          f.node("Add", {"e", "one"}, {"a"});
          f.node("Log", {"a"}, {"y"});
        }}},
      {"functions by others",
       {20,
        [](OnnxFile& f) {
          f.node("Selu", {"c"}, {"1"});
          f.node("Celu", {"1"}, {"2"}).real("alpha", 0.5F);
          f.node("Elu", {"2"}, {"3"}).real("alpha", 0.75F);
          f.node("HardSigmoid", {"3"}, {"4"});
          f.node("Mish", {"4"}, {"5"});
          f.node("Gelu", {"5"}, {"6"}).text("approximate", "tanh");
          f.node("GlobalMaxPool", {"6"}, {"y"});
        }}},
      {"batch norm, prelu",
       {17,
        [](OnnxFile& f) {
          f.constant("g", {4}, {0.5F, 1, 1.5F, -2});
          f.weights("o", {4});
          f.weights("m", {4});
          f.constant("v", {4}, {0.5F, 1, 2, 3});
          f.weights("p", {1, 4, 1, 1});
          f.node("BatchNormalization", {"c", "g", "o", "m", "v"}, {"n"}).real("epsilon", 0.001F);
          f.node("PRelu", {"n", "p"}, {"y"});
        }}},
      {"constants behind a convolution",
       {17,
        [](OnnxFile& f) {
          f.weights("s", {4, 1, 1});
          f.weights("t", {1, 4, 1, 1});
          f.node("Mul", {"c", "s"}, {"m"});
          f.node("Add", {"m", "t"}, {"a"});
          f.node("Relu", {"a"}, {"r"});
          f.node("Mul", {"r", "s"}, {"n"});
          f.node("Mul", {"n", "s"}, {"k"});
          f.node("Add", {"k", "t"}, {"y"});
        }}},
      {"flattened channels last",
       {17,
        [](OnnxFile& f) {
          f.weights("k", {168, 5});
          f.weights("t", {1, 5});
          f.node("Transpose", {"c"}, {"l"}).ints("perm", {0, 2, 3, 1});
          f.node("Flatten", {"l"}, {"v"});
          f.node("Gemm", {"v", "k", "t"}, {"y"}).real("alpha", 0.5F).real("beta", 2);
        }}},
      {"shape computed",
       {17,
        [](OnnxFile& f) {
          f.integers("zero", {0}, true);
          f.integers("axes", {0});
          f.integers("rest", {-1});
          f.weights("k", {168, 5});
          f.weights("t", {5});
          f.node("Shape", {"c"}, {"s"});
          f.node("Gather", {"s", "zero"}, {"n"});
          f.node("Unsqueeze", {"n", "axes"}, {"u"});
          f.node("Concat", {"u", "rest"}, {"to"}).integer("axis", 0);
          f.node("Reshape", {"c", "to"}, {"v"});
          f.node("MatMul", {"v", "k"}, {"m"});
          f.node("Add", {"t", "m"}, {"a"});
          f.node("Softmax", {"a"}, {"y"}).integer("axis", 1);
        }}},
      {"pads of all kinds",
       {17,
        [](OnnxFile& f) {
          f.weights("k", {4, 4, 3, 3});
          f.integers("p", {0, 0, 1, 0, 0, 0, 0, 2});
          f.node("Conv", {"c", "k"}, {"1"}).ints("pads", {0, 1, 2, 3}).ints("dilations", {2, 1});
          f.node("Conv", {"1", "k"}, {"2"}).text("auto_pad", "SAME_UPPER").ints("strides", {2, 2});
          f.node("Pad", {"2", "p"}, {"3"});
          f.node("Conv", {"3", "k"}, {"4"}).ints("pads", {1, 1, 1, 1});
          f.node("Relu", {"4"}, {"5"});
          f.node("MaxPool", {"5"}, {"6"})
              .ints("kernel_shape", {2, 2})
              .ints("strides", {2, 2})
              .integer("ceil_mode", 1);
          f.node("AveragePool", {"6"}, {"y"})
              .ints("kernel_shape", {2, 2})
              .ints("pads", {0, 1, 1, 0})
              .integer("count_include_pad", 1);
        }}},
      {"means of what counts",
       {19,
        [](OnnxFile& f) {
          f.node("AveragePool", {"c"}, {"1"}).ints("kernel_shape", {3, 3}).ints("pads", {1, 1, 1, 1});
          f.node("AveragePool", {"1"}, {"2"})
              .ints("kernel_shape", {3, 2})
              .ints("strides", {1, 2})
              .ints("pads", {0, 1, 2, 0})
              .ints("dilations", {2, 1})
              .integer("ceil_mode", 1);
          f.node("AveragePool", {"2"}, {"y"})
              .ints("kernel_shape", {3, 2})
              .ints("strides", {2, 2})
              .ints("pads", {1, 0, 1, 1})
              .integer("ceil_mode", 1)
              .integer("count_include_pad", 1);
        }}},
      {"maxima with holes",
       {17,
        [](OnnxFile& f) {
          f.integers("p", {0, 0, 1, 0, 0, 0, 1, 2});
          f.node("MaxPool", {"c"}, {"1"}).ints("kernel_shape", {2, 3}).ints("dilations", {2, 1});
          f.node("Pad", {"1", "p"}, {"2"});
          f.node("MaxPool", {"2"}, {"3"}).ints("kernel_shape", {2, 2}).ints("pads", {1, 0, 0, 1});
          f.node("Relu", {"3"}, {"4"});
          f.integers("q", {0, 0, 1, 0, 0, 0, 1, 1});
          f.node("Pad", {"4", "q"}, {"5"});
          f.node("MaxPool", {"5"}, {"6"})
              .ints("kernel_shape", {3, 3})
              .ints("strides", {2, 2})
              .integer("ceil_mode", 1);
          f.node("Pad", {"6", "p"}, {"7"});
          f.node("AveragePool", {"7"}, {"y"}).ints("kernel_shape", {2, 3});
        }}},
      {"dead channels",
       {17,
        [](OnnxFile& f) {
          // Of four channels the second is below 0 and the third is 0.5, both whatever the sample.
          f.constant("k", {4, 4, 1, 1}, {1, 2, -1, 1, 0, 0, 0, 1e-30F, 0, 0, 0, 0, -1, 1, 2, 1});
          f.constant("t", {4}, {0.25F, -1, 0.5F, 0.125F});
          f.weights("d", {4, 1, 3, 3});
          f.weights("m", {2, 4, 2, 2});
          f.node("Conv", {"c", "k", "t"}, {"1"}).named("dead");
          f.node("Relu", {"1"}, {"2"});
          f.node("Conv", {"2", "m"}, {"3"});
          f.node("Conv", {"c", "k", "t"}, {"4"});
          f.node("Relu", {"4"}, {"5"});
          f.node("Conv", {"5", "d"}, {"6"}).integer("group", 4).ints("pads", {1, 1, 1, 1});
          f.node("Conv", {"6", "m"}, {"7"}).text("auto_pad", "SAME_LOWER");
          f.node("Flatten", {"3"}, {"8"});
          f.node("Flatten", {"7"}, {"9"});
          f.weights("p", {3, 60});
          f.weights("q", {3, 84});
          f.node("Gemm", {"8", "p"}, {"l"}).integer("transB", 1);
          f.node("Gemm", {"9", "q"}, {"r"}).integer("transB", 1);
          f.node("Add", {"l", "r"}, {"y"});
        }}},
      {"means and sums",
       {13,
        [](OnnxFile& f) {
          f.integers("axes", {2});
          f.node("ReduceSum", {"c", "axes"}, {"s"});
          f.node("ReduceMean", {"s"}, {"y"}).ints("axes", {-1}).integer("keepdims", 0);
        }}},
      {"channels shuffled and split",
       {17,
        [](OnnxFile& f) {
          f.integers("five", {1, 2, 2, 6, 7});
          f.integers("four", {1, 4, 6, 7});
          f.weights("d", {4, 1, 3, 3});
          f.weights("k", {3, 2, 1, 1});
          f.node("Reshape", {"c", "five"}, {"1"});
          f.node("Transpose", {"1"}, {"2"}).ints("perm", {0, 2, 1, 3, 4});
          f.node("Reshape", {"2", "four"}, {"3"});
          f.node("Conv", {"3", "d"}, {"4"}).integer("group", 4).ints("pads", {1, 1, 1, 1});
          f.integers("parts", {2, 2});
          f.node("Split", {"4", "parts"}, {"5", "6"}).integer("axis", 1);
          f.node("Conv", {"6", "k"}, {"7"});
          f.node("Concat", {"5", "7"}, {"y"}).integer("axis", 1);
        }}},
      {"fused convolutions",
       {17, [](OnnxFile& f) {
          f.weights("k", {4, 4, 1, 1});
          f.weights("t", {4});
          f.node("FusedConv", {"c", "k", "t"}, {"1"})
              .domain("com.microsoft")
              .text("activation", "LeakyRelu")
              .floats("activation_params", {0.25F});
          f.node("FusedConv", {"1", "k", "t", "c"}, {"2"})
              .domain("com.microsoft")
              .text("activation", "Clip")
              .floats("activation_params", {-0.5F, 0.5F});
          f.node("Flatten", {"2"}, {"v"});
          f.weights("g", {168, 3});
          f.node("FusedGemm", {"v", "g"}, {"y"}).domain("com.microsoft").text("activation", "Tanh");
        }}}};
  return kAll;
}

}  // namespace

std::map<std::string, OnnxFile> onnx_networks() {
  std::map<std::string, OnnxFile> networks;
  for (const auto* behind : {&behind_a_convolution(), &functions_and_gates(), &moves(), &resized()}) {
    for (const auto& [name, network] : *behind) {
      OnnxFile file = behind_conv(network.first);
      network.second(file);
      networks.emplace(name, std::move(file));
    }
  }
  OnnxFile last(17);
  last.input("x", {1, 8, 9, 3}).output("y");
  last.constant("mean", {3}, {0.25F, 0.5F, 0.75F});
  last.weights("w", {4, 3, 3, 3});
  last.node("Sub", {"x", "mean"}, {"n"});
  last.node("Transpose", {"n"}, {"t"}).ints("perm", {0, 3, 1, 2});
  last.node("Conv", {"t", "w"}, {"c"}).text("auto_pad", "SAME_LOWER").ints("strides", {2, 2});
  last.node("Transpose", {"c"}, {"l"}).ints("perm", {0, 2, 3, 1});
  last.node("Softmax", {"l"}, {"y"});
  networks.emplace("channels last", std::move(last));

  OnnxFile sequence(17);
  sequence.input("x", {-1, 3, 20}).output("y");
  sequence.weights("w", {4, 3, 3});
  sequence.weights("k", {4, 5});
  sequence.node("Conv", {"x", "w"}, {"c"}).ints("pads", {4, 0}).ints("dilations", {2});
  sequence.node("MaxPool", {"c"}, {"p"}).ints("kernel_shape", {2}).ints("strides", {2});
  sequence.node("Transpose", {"p"}, {"t"}).ints("perm", {0, 2, 1});
  sequence.node("MatMul", {"t", "k"}, {"y"});
  networks.emplace("a sequence", std::move(sequence));

  OnnxFile old(6);
  old.input("x", {1, 3, 4, 4}).input("w", {4, 3, 1, 1}).output("y");
  old.weights("w", {4, 3, 1, 1});
  old.weights("b", {4});
  old.node("Conv", {"x", "w"}, {"c"});
  old.node("Add", {"c", "b"}, {"a"}).integer("broadcast", 1).integer("axis", 1);
  old.node("Clip", {"a"}, {"y"}).real("min", 0).real("max", 6);
  networks.emplace("opset 6", std::move(old));
  return networks;
}

}  // namespace qfx::test
