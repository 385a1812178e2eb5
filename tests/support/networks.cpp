#include "support/networks.h"

#include "support/random_numbers.h"

#include "qfx/graph/builder.h"

namespace qfx::test {
namespace {

using graph::Builder;
using graph::NodeId;

std::size_t count_of(const graph::FrozenNode& node) {
  std::size_t count = 0;
  for (char c : node.name) count = count * 31 + static_cast<unsigned char>(c);
  return count;
}

// Modes of the activations, all in turn.
void vary_modes(graph::FrozenNode& node) {
  static constexpr fixed::Rounding kRoundings[] = {
      fixed::Rounding::RND,     fixed::Rounding::RND_ZERO, fixed::Rounding::RND_MIN_INF,
      fixed::Rounding::RND_INF, fixed::Rounding::RND_CONV, fixed::Rounding::TRN,
      fixed::Rounding::TRN_ZERO};
  static constexpr fixed::Overflow kOverflows[] = {fixed::Overflow::SAT, fixed::Overflow::SAT_ZERO,
                                                   fixed::Overflow::SAT_SYM, fixed::Overflow::WRAP,
                                                   fixed::Overflow::WRAP_SM};
  const std::size_t count = count_of(node);
  node.format.rounding = kRoundings[count % 7];
  node.format.overflow = kOverflows[count / 7 % (node.format.is_signed ? 5 : 4)];
  if (node.format.overflow >= fixed::Overflow::WRAP)
    node.format.wrap_bits = static_cast<int>(count / 35 % 3);
}

// Their formats too.
void vary(graph::FrozenNode& node) {
  vary_modes(node);
  const std::size_t count = count_of(node);
  node.format.width = 5 + static_cast<int>(count / 105 % 8);
  node.format.int_bits = 3 + static_cast<int>(count / 840 % 4);
}

graph::FrozenModel residual_network(const std::string& name, int k_hot, bool signed_digits) {
  Builder b(name);
  NodeId x = b.input({2, 8, 7});
  x = b.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}, .has_bias = true},
               "first");
  const NodeId skip = b.relu(b.batch_norm(x));
  x = b.conv2d(skip, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}});
  x = b.relu(b.add(b.batch_norm(x), skip));
  x = b.conv2d(
      x, {.out_channels = 6, .kernel = {3, 2}, .stride = {2, 1}, .padding = {0, 1}, .groups = 2});
  x = b.max_pool2d(b.cast(x), {.kernel = {2, 3}, .stride = {1, 2}, .padding = {1, 1}});
  x = b.flatten(b.global_avg_pool2d(x));
  b.linear(x, {.out_features = 5});
  return with_random_numbers(b.finish(), {.seed = 3,
                                          .per_channel = true,
                                          .k_hot = k_hot,
                                          .signed_digits = signed_digits,
                                          .adjust = vary});
}

// Padding that differs between the sides, holes in pools, means of what counts.
graph::FrozenModel windows() {
  Builder b("windows");
  NodeId x = b.input({3, 12, 10});
  x = b.conv2d(x, {.out_channels = 4,
                   .kernel = {3, 2},
                   .stride = {1, 2},
                   .padding = {0, 2, 3, 1},
                   .has_bias = true});
  x = b.conv2d(x, {.out_channels = 4, .kernel = {2, 2}, .padding = {1, 0, 0, 2}, .groups = 4});
  x = b.max_pool2d(
      x, {.kernel = {2, 3}, .stride = {1, 1}, .padding = {1, 0, 2, 1}, .dilation = {3, 1}});
  x = b.avg_pool2d(
      x, {.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}, .count_include_pad = false});
  x = b.avg_pool2d(x, {.kernel = {3, 2}, .padding = {1, 1, 0, 0}, .overhang = {2, 1}});
  x = b.avg_pool2d(x, {.kernel = {2, 2},
                       .stride = {1, 1},
                       .padding = {0, 1, 1, 0},
                       .dilation = {2, 1},
                       .count_include_pad = false,
                       .accumulator = fixed::Format{12, 8, true, fixed::Rounding::RND_ZERO,
                                                    fixed::Overflow::SAT}});
  return with_random_numbers(b.finish(), {.seed = 14, .per_channel = true, .adjust = vary});
}

graph::FrozenModel geometries() {
  Builder b("geometries");
  NodeId x = b.input({3, 11, 9});
  // Dilated, depthwise, padding beyond the kernel's reach, even kernels, strides beyond the kernel.
  x = b.conv2d(x, {.out_channels = 3,
                   .kernel = {3, 2},
                   .padding = {3, 2},
                   .dilation = {2, 3},
                   .groups = 3,
                   .has_bias = true});
  x = b.conv2d(x, {.out_channels = 4, .kernel = {1, 1}, .padding = {1, 2}});
  x = b.avg_pool2d(x, {.kernel = {3, 3}, .stride = {1, 2}, .padding = {1, 0}});
  x = b.avg_pool2d(x, {.kernel = {2, 2}, .stride = {3, 1}, .padding = {1, 1}});
  x = b.conv2d(x, {.out_channels = 2, .kernel = {2, 2}, .stride = {3, 4}});
  x = b.max_pool2d(x, {.kernel = {1, 1}, .stride = {1, 1}});
  return with_random_numbers(b.finish(), {.seed = 4, .per_channel = true, .adjust = vary});
}

// What can follow a flattened image.
graph::FrozenModel flattened(const std::string& kind) {
  Builder b("flatten_" + kind);
  NodeId x = b.flatten(b.relu(b.input({3, 2, 4})));
  if (kind == "linear") x = b.linear(x, {.out_features = 70});
  if (kind == "batch_norm") x = b.batch_norm(x);
  if (kind == "relu") x = b.relu(x);
  if (kind == "cast") x = b.cast(x);
  if (kind == "add_vector") x = b.add(x, b.linear(x, {.out_features = 24}));
  if (kind == "add_image") x = b.relu(b.add(x, b.flatten(b.cast(x))));
  return with_random_numbers(b.finish(), {.seed = 5, .per_channel = true, .adjust = vary});
}

// Every activation and join on an image, with factors dense and K-hot.
graph::FrozenModel activations(const std::string& name, int k_hot, bool signed_digits) {
  Builder b(name);
  const NodeId x = b.input({3, 5, 4});
  const NodeId c = b.conv2d(x, {.out_channels = 3, .kernel = {3, 3}, .padding = {1, 1}});
  const NodeId rprelu = b.offset(b.prelu(b.offset(c), {.num_parameters = 3}));
  const NodeId clipped = b.clip(b.sub(rprelu, x), {.min = -0.8125, .max = 2.5});
  const NodeId product = b.mul(b.leaky_relu(clipped, {.negative_slope = 0.25}), c);
  const NodeId relu6 = b.clip(product, {.min = 0, .max = 6});
  const NodeId larger = b.append(graph::Maximum{}, {b.append(graph::Abs{}, {c}), product});
  const NodeId smaller = b.append(graph::Minimum{}, {b.append(graph::Neg{}, {larger}), x});
  const NodeId joined = b.concat({relu6, x, b.prelu(rprelu), smaller});
  b.conv2d(joined, {.out_channels = 2, .kernel = {2, 2}});
  return with_random_numbers(b.finish(), {.seed = 10,
                                          .per_channel = true,
                                          .k_hot = k_hot,
                                          .signed_digits = signed_digits,
                                          .adjust = vary});
}

// Squeeze and excitation: the image waits until its gate is known. Gates as an image of one pixel,
// as a vector, and as a flattened image whose elements come in another order.
graph::FrozenModel gates() {
  Builder b("gates");
  const NodeId x = b.relu(b.conv2d(b.input({3, 4, 5}), {.out_channels = 6, .kernel = {3, 3}}));
  NodeId squeezed = b.conv2d(b.global_avg_pool2d(x), {.out_channels = 2});
  squeezed = b.function(b.conv2d(b.relu(squeezed), {.out_channels = 6}), graph::FunctionName::HardSigmoid);
  const NodeId gated = b.append(graph::Gate{}, {x, squeezed});
  const NodeId vector = b.linear(b.flatten(b.global_avg_pool2d(gated)), {.out_features = 6});
  const NodeId again = b.append(graph::Gate{}, {gated, vector});
  const NodeId reordered = b.flatten(b.conv2d(again, {.out_channels = 1, .kernel = {1, 1}}));
  b.append(graph::Gate{}, {b.conv2d(again, {.out_channels = 6}), reordered});
  return with_random_numbers(b.finish(), {.seed = 12, .width = 7, .adjust = vary_modes});
}

// The same on vectors of several beats and on flattened images, whose channels lie in the lanes.
graph::FrozenModel joined_vectors() {
  Builder b("joined_vectors");
  const NodeId image = b.relu(b.input({3, 4, 2}));
  const NodeId flat = b.flatten(image);
  const NodeId dense = b.linear(flat, {.out_features = 70});
  const NodeId bent = b.offset(b.prelu(flat, {.num_parameters = 24}));
  // lanes of 24 and 35 into lanes of 59; the mean of an image is one beat
  const NodeId mean = b.flatten(b.global_avg_pool2d(image));
  const NodeId joined = b.concat({bent, dense, mean, flat});
  const NodeId moved = b.prelu(b.sub(joined, b.offset(joined)), {.num_parameters = 121});
  b.concat({b.clip(moved, {}), b.mul(b.leaky_relu(moved), moved)});
  return with_random_numbers(b.finish(), {.seed = 11, .per_channel = true, .adjust = vary});
}

// A sequence as it comes, and as an image of one row.
graph::FrozenModel sequence() {
  Builder b("sequence");
  NodeId x = b.input({3, 17});
  x = b.prelu(b.batch_norm(b.offset(x)), {.num_parameters = 3});
  x = b.concat({x, b.mul(x, x)});
  x = b.unsqueeze(b.clip(x, {}));
  x = b.conv2d(x, {.out_channels = 4, .kernel = {1, 3}, .stride = {1, 2}, .padding = {0, 1}});
  x = b.max_pool2d(x, {.kernel = {1, 2}, .stride = {1, 2}});
  b.linear(b.flatten(x), {.out_features = 5});
  return with_random_numbers(b.finish(), {.seed = 12, .per_channel = true, .adjust = vary});
}

// Two images of different shape and the same number of elements, flattened and added.
graph::FrozenModel two_images() {
  Builder b("two_images");
  const NodeId x = b.input({2, 4, 4});
  const NodeId a = b.flatten(b.conv2d(x, {.out_channels = 4, .kernel = {2, 2}, .stride = {2, 2}}));
  const NodeId c = b.flatten(b.conv2d(x, {.out_channels = 1, .kernel = {1, 1}}));
  b.batch_norm(b.add(a, c));
  return with_random_numbers(b.finish(), {.seed = 6, .adjust = vary});
}

graph::FrozenModel vectors() {
  Builder b("vectors");
  NodeId x = b.input({96});  // two beats
  x = b.relu(b.batch_norm(x));
  x = b.flatten(
      b.linear(x, {.out_features = 67, .has_bias = false}));  // a prime: one element a beat
  x = b.add(x, x);
  b.linear(x, {.out_features = 65});
  return with_random_numbers(b.finish(), {.seed = 7, .per_channel = true, .adjust = vary});
}

graph::FrozenModel nothing_but_a_name() {
  Builder b("nothing");
  b.flatten(b.input({2, 3, 3}));
  return with_random_numbers(b.finish(), {.seed = 8});
}

// 32 bits signed and 31 unsigned, the widest that a model may hold.
graph::FrozenModel widest() {
  Builder b("widest");
  NodeId x = b.input({2, 3, 3});
  x = b.conv2d(x, {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}});
  x = b.avg_pool2d(b.relu(x), {.kernel = {3, 3}, .stride = {1, 1}});
  b.add(x, x);
  return with_random_numbers(b.finish(),
                             {.seed = 9, .width = 24, .adjust = [](graph::FrozenNode& node) {
                                node.format.width = node.format.is_signed ? 32 : 31;
                                node.format.int_bits = 9;
                              }});
}

// Functions and softmax of images, of vectors of several beats and of one pixel. `vary` would widen
// the inputs of tables past need.
graph::FrozenModel tables() {
  Builder b("tables");
  NodeId x = b.input({3, 4, 3});
  const NodeId skip = b.function(x, graph::FunctionName::Silu);
  x = b.softmax(b.conv2d(skip, {.out_channels = 3, .kernel = {3, 3}, .padding = {1, 1}}),
                {.table_width = 9});
  x = b.flatten(b.function(b.add(x, skip), graph::FunctionName::Tanh));
  x = b.function(b.linear(b.softmax(x), {.out_features = 67}), graph::FunctionName::Exp);
  x = b.softmax(x, {.table_width = 24});
  b.function(b.linear(x, {.out_features = 5}), graph::FunctionName::Sigmoid);
  return with_random_numbers(b.finish(), {.seed = 10, .width = 7, .adjust = vary_modes});
}

// The pixel alone is an image whose one sum ends with its one beat.
graph::FrozenModel one_pixel() {
  Builder b("one_pixel");
  const NodeId x = b.softmax(b.global_avg_pool2d(b.input({5, 2, 2})));
  b.function(x, graph::FunctionName::Gelu);
  return with_random_numbers(b.finish(), {.seed = 11, .width = 9, .adjust = vary_modes});
}

// Bits and levels: beside padding, in groups, over more channels than a word has bits, behind a
// flatten, and beside integers.
graph::FrozenModel binary() {
  Builder b("binary");
  const NodeId x = b.input({3, 6, 5});
  NodeId y = b.thermometer(x, {.levels = 25, .resolution = 0.3});
  y = b.conv2d(y, {.out_channels = 6, .kernel = {3, 2}, .padding = {2, 1}, .binary = true});
  y = b.quant_sign(b.affine(y, {.num_parameters = 6}), {.bits = 2});
  y = b.fractional_conv2d(y, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}, .groups = 2});
  y = b.quant_sign(b.affine(y, {.has_offset = false}), {.bits = 4});
  y = b.conv2d(y, {.out_channels = 4,
                   .kernel = {2, 2},
                   .stride = {2, 1},
                   .padding = {1, 1},
                   .dilation = {2, 2},
                   .groups = 4,
                   .has_bias = true,
                   .binary = true});
  y = b.conv2d(y, {.out_channels = 2, .kernel = {2, 2}, .padding = {1, 0}, .binary = true});
  y = b.linear(b.flatten(b.quant_sign(y, {.bits = 1})), {.out_features = 70, .binary = true});
  y = b.linear(y, {.out_features = 24, .binary = true});
  b.concat({b.thermometer(y, {.levels = 5, .resolution = 1.0}), b.quant_sign(y, {.bits = 3})});
  return with_random_numbers(b.finish(), {.seed = 13, .per_channel = true, .adjust = vary});
}

// What is small in the middle is nothing on the grid of the end, which is known before it comes.
graph::FrozenModel nothing_left() {
  Builder b("nothing_left");
  NodeId x = b.add(b.input({2, 3, 2}), 0);
  for (const char* name : {"small", "smaller", "end"}) x = b.cast(x, name);
  return with_random_numbers(b.finish(), {.seed = 15, .adjust = [](graph::FrozenNode& node) {
                                            if (node.name == "small") node.format.int_bits = -2;
                                            if (node.name == "smaller")
                                              node.format = {5, -3, true, fixed::Rounding::RND_INF,
                                                             fixed::Overflow::SAT, 0};
                                            if (node.name == "end") node.format.int_bits = 8;
                                          }});
}

// Scales of 0 leave constants by channel, which the layer behind goes on with.
graph::FrozenModel constants_alone() {
  Builder b("constants_alone");
  const NodeId x = b.batch_norm(b.input({3, 2, 2}), {}, "constant");
  b.append(graph::Neg{}, {b.batch_norm(x, {}, "next")});
  graph::FrozenModel model =
      with_random_numbers(b.finish(), {.seed = 16, .per_channel = true, .adjust = vary_modes});
  find(model.nodes[1].params, graph::Role::Scale)->raw.assign(3, 0);
  return model;
}

// Sums that are rounded after every addition, of each kind that has them.
graph::FrozenModel accumulators() {
  Builder b("accumulators");
  const auto coarse = fixed::parse_format("fixed<12,9,RND_INF,SAT>"),
             fine = fixed::parse_format("ufixed<14,5,TRN,WRAP>");
  NodeId x = b.input({4, 7, 5});
  x = b.conv2d(x, {.out_channels = 4,
                   .kernel = {3, 2},
                   .padding = {1, 1},
                   .groups = 2,
                   .has_bias = true,
                   .accumulator = coarse});
  x = b.avg_pool2d(x, {.kernel = {3, 2}, .stride = {1, 1}, .padding = {1, 0}, .accumulator = fine});
  const NodeId mean =
      b.flatten(b.append(graph::GlobalAvgPool2d{.accumulator = coarse}, {b.relu(x)}));
  x = b.conv2d(x, {.out_channels = 3, .kernel = {1, 1}, .binary = true, .accumulator = fine});
  x = b.linear(b.flatten(x), {.out_features = 4, .accumulator = coarse});
  b.linear(b.add(x, mean),
           {.out_features = 3, .has_bias = false, .binary = true, .accumulator = coarse});
  return with_random_numbers(b.finish(), {.seed = 14, .per_channel = true, .adjust = vary});
}

// As a detector has them: heads of other sizes on one trunk, which leaves too, and an image and its
// flattened form.
graph::FrozenModel several_outputs() {
  Builder b("several_outputs");
  const NodeId x = b.input({3, 8, 6});
  const NodeId trunk =
      b.relu(b.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}}), "trunk");
  const NodeId boxes =
      b.flatten(b.conv2d(trunk, {.out_channels = 8, .kernel = {2, 2}, .stride = {2, 2}}), "boxes");
  const NodeId deep = b.max_pool2d(trunk, {.kernel = {2, 2}, .stride = {2, 2}});
  const NodeId scores =
      b.function(b.conv2d(deep, {.out_channels = 2, .kernel = {1, 1}}, "scores.raw"),
                 graph::FunctionName::Sigmoid, "scores");
  const NodeId mean = b.flatten(b.global_avg_pool2d(deep), "mean");
  const NodeId fc = b.linear(mean, {.out_features = 5}, "fc");
  const NodeId seen = b.flatten(scores, "seen");
  return with_random_numbers(b.finish({fc, boxes, scores, trunk, mean, seen}),
                             {.seed = 15, .adjust = vary});
}

// Its input leaves by another name, and in part of another width.
graph::FrozenModel input_and_more() {
  Builder b("input_and_more");
  const NodeId x = b.input({2, 3, 4});
  const NodeId flat = b.flatten(x, "flat");
  return with_random_numbers(b.finish({b.relu(x, "cut"), flat}), {.seed = 16});
}

}  // namespace

std::vector<graph::FrozenModel> all_kinds() {
  std::vector<graph::FrozenModel> models{residual_network("residual", 0, false),
                                         residual_network("two_hot", 2, false),
                                         residual_network("two_digits", 2, true),
                                         geometries(),
                                         windows(),
                                         two_images(),
                                         vectors(),
                                         activations("activations", 0, false),
                                         activations("activations_two_hot", 2, false),
                                         activations("activations_two_digits", 2, true),
                                         joined_vectors(),
                                         sequence(),
                                         nothing_but_a_name(),
                                         gates(),
                                         tables(),
                                         binary(),
                                         accumulators(),
                                         nothing_left(),
                                         constants_alone(),
                                         one_pixel(),
                                         widest(),
                                         several_outputs(),
                                         input_and_more()};
  for (const char* kind :
       {"linear", "batch_norm", "relu", "cast", "add_vector", "add_image", "nothing"})
    models.push_back(flattened(kind));
  return models;
}

}  // namespace qfx::test
