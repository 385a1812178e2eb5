#include "unit/onnx/quantized_networks.h"

#include <cmath>
#include <tuple>

namespace qfx::test {
namespace {

::onnx::TensorProto& typed(OnnxFile& file, const std::string& name, int type,
                           const std::vector<std::int64_t>& shape, const std::vector<int>& values) {
  auto& proto = *file.graph().add_initializer();
  proto.set_name(name);
  proto.set_data_type(type);
  for (const std::int64_t size : shape) proto.add_dims(size);
  for (const int value : values) proto.add_int32_data(value);
  return proto;
}

std::vector<int> integers(std::int64_t count, int seed) {
  std::vector<int> values;
  for (std::int64_t i = 0; i < count; ++i)
    values.push_back(static_cast<int>((i * 53 + seed * 29) % 201) - 100);
  return values;
}

OnnxFile image(const std::vector<std::int64_t>& shape = {1, 3, 8, 8}) {
  OnnxFile file(13);
  file.input("x", shape).output("y");
  return file;
}

// Convolution with weights of this Quant and a Quant behind its ReLU.
void conv_block(OnnxFile& file, const QuantOf& weight, const QuantOf& output) {
  file.weights("w", {4, 3, 3, 3});
  add_quant(file, "w", "wq", weight);
  file.node("Conv", {"xq", "wq"}, {"c"}).named("conv").ints("pads", {1, 1, 1, 1});
  file.node("Relu", {"c"}, {"r"}).named("relu");
  add_quant(file, "r", "rq", output);
}

// Convolution of int8 weights with a scale for each channel and a bias in units of both scales.
void qdq_conv(OnnxFile& file, const std::string& x, float x_scale, const std::string& name,
              const std::vector<float>& scales, std::int64_t inputs) {
  const auto outputs = std::ssize(scales);
  typed(file, name + ".w", 3, {outputs, inputs, 3, 3}, integers(outputs * inputs * 9, 1));
  file.constant(name + ".s", {outputs}, scales);
  typed(file, name + ".z", 3, {outputs}, std::vector<int>(scales.size(), 0));
  file.node("DequantizeLinear", {name + ".w", name + ".s", name + ".z"}, {name + ".wd"})
      .integer("axis", 0);
  std::vector<float> bias_scales = scales;
  for (float& scale : bias_scales) scale *= x_scale;
  std::vector<int> bias;
  for (std::int64_t o = 0; o < outputs; ++o) bias.push_back(static_cast<int>(o * 997) - 1500);
  typed(file, name + ".b", 6, {outputs}, bias);
  file.constant(name + ".bs", {outputs}, bias_scales);
  file.node("DequantizeLinear", {name + ".b", name + ".bs"}, {name + ".bd"}).integer("axis", 0);
  file.node("Conv", {x, name + ".wd", name + ".bd"}, {name}).named(name).ints("pads", {1, 1, 1, 1});
}

}  // namespace

void add_quant(OnnxFile& file, const std::string& x, const std::string& y, const QuantOf& quant,
               const std::string& domain) {
  file.constant(y + ".s", {}, {quant.scale});
  file.constant(y + ".z", {}, {quant.zero});
  file.constant(y + ".b", {}, {quant.bits});
  file.node("Quant", {x, y + ".s", y + ".z", y + ".b"}, {y})
      .named(y)
      .domain(domain)
      .integer("signed", quant.is_signed)
      .integer("narrow", quant.is_narrow)
      .text("rounding_mode", quant.rounding);
}

void add_qdq(OnnxFile& file, const std::string& x, const std::string& y, float scale, int zero,
             int type) {
  file.constant(y + ".s", {}, {scale});
  typed(file, y + ".z", type, {}, {zero});
  file.node("QuantizeLinear", {x, y + ".s", y + ".z"}, {y + ".q"}).named(y + ".Q");
  file.node("DequantizeLinear", {y + ".q", y + ".s", y + ".z"}, {y}).named(y + ".DQ");
}

OnnxFile channels_last(bool between_transposes) {
  OnnxFile file = image({1, 9, 8, 3});
  const auto put = [&](const std::string& op, const std::vector<std::string>& inputs,
                       const std::string& y) -> OnnxNode {
    if (!between_transposes)
      return file.node(op, inputs, {y}).domain("qonnx.custom_op.channels_last");
    std::vector<std::string> turned = inputs;
    for (std::size_t i = 0; i < (op == "Conv" ? 2 : 1); ++i) {
      turned[i] = y + ".in" + std::to_string(i);
      file.node("Transpose", {inputs[i]}, {turned[i]}).ints("perm", {0, 3, 1, 2});
    }
    // The node comes before the one that turns its result back; the attributes are the caller's.
    OnnxNode node = file.node(op, turned, {y + ".first"});
    file.node("Transpose", {y + ".first"}, {y}).ints("perm", {0, 2, 3, 1});
    return node;
  };
  add_quant(file, "x", "xq", {.scale = 0.0625F});
  file.weights("w", {4, 3, 2, 3});
  add_quant(file, "w", "wq", {.scale = 0.03125F, .bits = 6, .is_narrow = true});
  file.weights("b", {4});
  add_quant(file, "b", "bq", {.scale = 0.03125F, .bits = 6});
  put("Conv", {"xq", "wq", "bq"}, "c")
      .named("conv")
      .ints("kernel_shape", {3, 2})
      .ints("pads", {1, 0, 1, 1})
      .ints("strides", {1, 1})
      .ints("dilations", {1, 1})
      .integer("group", 1);
  file.node("LeakyRelu", {"c"}, {"r"}).real("alpha", 0.25F);
  add_quant(file, "r", "rq", {.scale = 0.125F, .bits = 6});
  put("MaxPool", {"rq"}, "p")
      .ints("kernel_shape", {2, 2})
      .ints("strides", {2, 2})
      .ints("pads", {0, 0, 0, 0})
      .integer("ceil_mode", 0);
  file.node("Neg", {"p"}, {"n"});
  file.node("Concat", {"p", "n"}, {"j"}).integer("axis", -1);
  file.weights("v", {8, 3, 3, 1});
  add_quant(file, "v", "vq", {.scale = 0.0625F, .bits = 5});
  put("Conv", {"j", "vq"}, "d")
      .ints("kernel_shape", {3, 3})
      .ints("pads", {1, 1, 1, 1})
      .ints("strides", {1, 1})
      .integer("group", 8);
  add_quant(file, "d", "y", {.scale = 0.25F, .bits = 6});
  return file;
}

std::map<std::string, OnnxFile> power_of_two_networks() {
  std::map<std::string, OnnxFile> all;
  {
    OnnxFile& file = all.emplace("convolution", image()).first->second;
    add_quant(file, "x", "xq", {.scale = 0.0625F});
    conv_block(file, {.scale = 0.03125F, .bits = 6, .is_narrow = true},
               {.scale = 0.125F, .bits = 4, .is_signed = false});
    file.node("MaxPool", {"rq"}, {"p"}).ints("kernel_shape", {2, 2}).ints("strides", {2, 2});
    file.node("Flatten", {"p"}, {"f"});
    file.weights("m", {10, 64});
    add_quant(file, "m", "mq", {.scale = 0.0625F, .bits = 4, .is_narrow = true}, "onnx.brevitas");
    file.node("Transpose", {"mq"}, {"t"}).ints("perm", {1, 0});
    file.node("MatMul", {"f", "t"}, {"y"}).named("fc");
  }
  for (const char* rounding : {"FLOOR", "DOWN", "HALF_UP", "HALF_DOWN", "ROUND"}) {
    OnnxFile& file = all.emplace(std::string("rounding ") + rounding, image()).first->second;
    add_quant(file, "x", "xq", {.scale = 0.25F, .bits = 5});
    file.weights("w", {3, 3, 1, 1});
    add_quant(file, "w", "wq", {.scale = 0.25F, .bits = 3});
    file.node("Conv", {"xq", "wq"}, {"c"});
    add_quant(file, "c", "y", {.scale = 0.25F, .bits = 5, .is_narrow = true, .rounding = rounding});
  }
  {
    // Fewer bits than ONNX has types for: Clips of integers, of weights too; the last is no format's.
    OnnxFile& file = all.emplace("clipped integers", image()).first->second;
    const auto clipped = [&](const std::string& x, const std::string& y, float scale, int type,
                             int zero, int low, int high) {
      file.constant(y + ".s", {}, {scale});
      for (const auto& [end, value] : {std::pair{".z", zero}, {".low", low}, {".high", high}})
        typed(file, y + end, type, {}, {value});
      if (!x.empty()) file.node("QuantizeLinear", {x, y + ".s", y + ".z"}, {y + ".q"});
      file.node("Clip", {y + ".q", y + ".low", y + ".high"}, {y + ".clip"});
      file.node("DequantizeLinear", {y + ".clip", y + ".s", y + ".z"}, {y});
    };
    clipped("x", "d", 0.25F, 3, 0, -7, 7);
    typed(file, "w.q", 3, {4, 3, 3, 3}, integers(108, 2));
    clipped("", "w", 0.125F, 3, 0, -31, 31);
    file.node("Conv", {"d", "w"}, {"c"}).named("conv");
    file.node("Relu", {"c"}, {"r"}).named("relu");
    clipped("r", "rd", 0.5F, 2, 0, 0, 15);
    clipped("rd", "y", 0.5F, 2, 100, 95, 109);
  }
  {
    // A sum of two branches, one of which is read elsewhere too.
    OnnxFile& file = all.emplace("residual", image()).first->second;
    add_quant(file, "x", "xq", {.scale = 0.125F, .bits = 6});
    file.weights("w", {3, 3, 3, 3});
    add_quant(file, "w", "wq", {.scale = 0.0625F, .bits = 5});
    file.node("Conv", {"xq", "wq"}, {"c"}).ints("pads", {1, 1, 1, 1});
    add_quant(file, "c", "cq", {.scale = 0.25F, .bits = 6});
    file.node("Add", {"cq", "xq"}, {"s"});
    file.node("Relu", {"s"}, {"r"});
    add_quant(file, "r", "rq", {.scale = 0.25F, .bits = 5, .is_signed = false});
    file.node("Add", {"rq", "cq"}, {"t"});
    file.node("GlobalAveragePool", {"t"}, {"g"});
    add_quant(file, "g", "y", {.scale = 0.0625F, .bits = 8});
  }
  {
    OnnxFile& file = all.emplace("signs", image()).first->second;
    file.constant("one", {}, {1});
    file.constant("half", {}, {0.5F});
    const auto sign = [&](const std::string& x, const std::string& scale, const std::string& y) {
      file.node("BipolarQuant", {x, scale}, {y}).domain("qonnx.custom_op.general");
    };
    add_quant(file, "x", "xq", {.scale = 0.125F, .bits = 6});
    sign("xq", "half", "xs");
    file.weights("w", {4, 3, 3, 3});
    sign("w", "one", "ws");
    file.node("Conv", {"xs", "ws"}, {"c"});
    add_quant(file, "c", "y", {.scale = 1, .bits = 4});
  }
  {
    // 2 x - 1 before the first Quant is how stored samples become real numbers.
    OnnxFile& file = all.emplace("scaled input", image()).first->second;
    file.constant("two", {}, {2});
    file.constant("one", {}, {1});
    file.node("Mul", {"x", "two"}, {"a"});
    file.node("Sub", {"a", "one"}, {"b"});
    add_quant(file, "b", "xq", {.scale = 0.5F, .bits = 3, .is_narrow = true});
    conv_block(file, {.scale = 0.25F, .bits = 3}, {.scale = 0.5F, .bits = 3, .is_signed = false});
    file.node("Identity", {"rq"}, {"y"});
  }
  {
    OnnxFile& file = all.emplace("truncated mean", image()).first->second;
    add_quant(file, "x", "xq", {.scale = 0.25F, .bits = 6});
    file.node("AveragePool", {"xq"}, {"p"}).ints("kernel_shape", {2, 2}).ints("strides", {2, 2});
    file.constant("four", {}, {4});
    file.node("Mul", {"p", "four"}, {"sum"});
    file.constant("s", {}, {0.25F});
    file.constant("z", {}, {0});
    file.constant("in", {}, {8});
    file.constant("out", {}, {6});
    file.node("Trunc", {"sum", "s", "z", "in", "out"}, {"y"})
        .domain("qonnx.custom_op.general")
        .text("rounding_mode", "FLOOR");
  }
  all.emplace("channels last", channels_last());
  return all;
}

std::map<std::string, OnnxFile> quantized_networks() {
  std::map<std::string, OnnxFile> all = power_of_two_networks();
  {
    OnnxFile& file = all.emplace("real scales", image()).first->second;
    add_quant(file, "x", "xq", {.scale = 0.07F});
    conv_block(file, {.scale = 0.011F, .bits = 6, .is_narrow = true},
               {.scale = 0.13F, .bits = 4, .is_signed = false});
    file.node("Identity", {"rq"}, {"y"});
  }
  {
    // Biases that are not quantized, a term far larger than the products, channels of all sizes.
    OnnxFile& file = all.emplace("real biases", image()).first->second;
    add_quant(file, "x", "xq", {.scale = 0.07F});
    file.weights("w", {4, 3, 3, 3});
    add_quant(file, "w", "wq", {.scale = 0.011F, .bits = 6, .is_narrow = true});
    file.weights("b", {4});
    file.node("Conv", {"xq", "wq", "b"}, {"c"}).named("conv");
    file.constant("gamma", {4}, {1.3F, 0.0011F, 0.7F, 31.1F});
    file.constant("beta", {4}, {700.3F, -0.1F, 0.003F, 1});
    file.weights("mean", {4});
    file.constant("var", {4}, {0.5F, 1.7F, 2.3F, 0.003F});
    file.node("BatchNormalization", {"c", "gamma", "beta", "mean", "var"}, {"n"}).named("bn");
    file.node("Relu", {"n"}, {"r"}).named("relu");
    add_quant(file, "r", "y", {.scale = 0.37F, .is_signed = false});
  }
  {
    // The ReLUs are zero points at the end of the range; one zero point is in the middle.
    OnnxFile& file = all.emplace("zero points", image()).first->second;
    add_qdq(file, "x", "xd", 0.021F, 127, 2);
    qdq_conv(file, "xd", 0.021F, "first", {0.011F, 0.003F, 0.02F}, 3);
    add_qdq(file, "first", "fd", 0.4F, 0, 2);
    qdq_conv(file, "fd", 0.4F, "second", {0.004F, 0.009F, 0.002F}, 3);
    add_qdq(file, "second", "sd", 0.93F, 100, 2);
    file.node("Add", {"sd", "fd"}, {"sum"});
    add_qdq(file, "sum", "y", 0.71F, -128, 3);
  }
  {
    // What lies between QuantizeLinear and DequantizeLinear moves integers.
    OnnxFile& file = all.emplace("moved integers", image()).first->second;
    file.constant("s", {}, {0.03F});
    typed(file, "z", 2, {}, {128});
    file.node("QuantizeLinear", {"x", "s", "z"}, {"q"});
    file.node("MaxPool", {"q"}, {"p"}).ints("kernel_shape", {2, 2}).ints("strides", {2, 2});
    file.node("Flatten", {"p"}, {"f"});
    file.node("DequantizeLinear", {"f", "s", "z"}, {"y"});
  }
  {
    OnnxFile& file = all.emplace("QLinearConv", image()).first->second;
    for (const auto& [name, scale, type, zero] :
         std::initializer_list<std::tuple<std::string, float, int, int>>{
             {"x", 0.02F, 2, 120}, {"w", 0.01F, 3, 0}, {"y", 0.3F, 2, 90}}) {
      file.constant(name + ".s", {}, {scale});
      typed(file, name + ".z", type, {}, {zero});
    }
    typed(file, "w", 3, {2, 3, 1, 1}, {12, -70, 55, 3, 127, -90});
    typed(file, "b", 6, {2}, {1000, -321});
    file.node("QuantizeLinear", {"x", "x.s", "x.z"}, {"q"});
    file.node("QLinearConv", {"q", "x.s", "x.z", "w", "w.s", "w.z", "y.s", "y.z", "b"}, {"c"});
    file.node("DequantizeLinear", {"c", "y.s", "y.z"}, {"y"});
  }
  {
    OnnxFile& file = all.emplace("batch norm and softmax", image()).first->second;
    add_quant(file, "x", "xq", {.scale = 0.0625F});
    file.weights("w", {4, 3, 3, 3});
    add_quant(file, "w", "wq", {.scale = 0.05F, .bits = 4});
    file.node("Conv", {"xq", "wq"}, {"c"});
    for (const char* name : {"gamma", "beta", "mean"}) file.weights(name, {4});
    file.constant("var", {4}, {0.5F, 1, 2, 3});
    file.node("BatchNormalization", {"c", "gamma", "beta", "mean", "var"}, {"n"}).named("bn");
    add_quant(file, "n", "nq", {.scale = 0.1F, .bits = 6});
    file.node("GlobalAveragePool", {"nq"}, {"g"});
    file.node("Flatten", {"g"}, {"f"});
    file.node("Softmax", {"f"}, {"y"});
  }
  return all;
}

}  // namespace qfx::test
