#include <algorithm>
#include <cmath>
#include <functional>

#include "support/functions.h"
#include "support/random_model.h"
#include "support/random_moves.h"

#include "qfx/base/error.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/infer_shape.h"

namespace qfx::test {
namespace {

using graph::NodeId;
using graph::Op;
using graph::Pair;
using graph::Shape;

// Names that C++, Verilog or a shell would stumble over.
const std::vector<std::string> kAwkwardNames{"class", "conv 1", "a-b",    "layer.0", "_",
                                             "2nd",   "int",    "signal", "\"x\"",   "ap_fixed"};

struct Draft {
  Op op;
  std::vector<NodeId> inputs;
  Shape shape;
  int reads = 0;
};

class TopologyMaker {
 public:
  TopologyMaker(Rng& rng, const RandomModelOptions& options) : rng_(rng), options_(options) {}

  std::vector<Draft> make() {
    graph::Input input;
    input.shape = random_input_shape();
    input.preprocess = random_preprocess(input.shape[0]);
    append(std::move(input), {});
    const std::int64_t count = rng_.between(1, options_.max_nodes);
    while (std::ssize(drafts_) <= count) grow();
    return std::move(drafts_);
  }

 private:
  Shape random_input_shape() {
    switch (rng_.weighted({16, 2, 4})) {
      case 0:
        return {rng_.between(1, 5), rng_.between(1, 9), rng_.between(1, 9)};
      case 1:
        return {rng_.between(1, 5), rng_.between(1, 24)};
      default:
        return {rng_.between(1, 24)};
    }
  }

  graph::Preprocess random_preprocess(std::int64_t channels) {
    graph::Preprocess preprocess;
    preprocess.signed_samples = rng_.chance(0.7);
    if (rng_.chance(0.4)) preprocess.divisor = rng_.pick({255.0, 256.0, 2.0});
    if (rng_.chance(0.3))
      for (std::int64_t c = 0; c < channels; ++c)
        preprocess.mean.push_back(rng_.uniform(-0.5, 0.5));
    if (rng_.chance(0.3))
      for (std::int64_t c = 0; c < channels; ++c) preprocess.std.push_back(rng_.uniform(0.2, 2));
    return preprocess;
  }

  void append(Op op, std::vector<NodeId> inputs) {
    std::vector<Shape> shapes;
    for (const NodeId input : inputs) {
      shapes.push_back(drafts_[input].shape);
      ++drafts_[input].reads;
    }
    const Shape shape = graph::infer_shape(op, shapes, "draft");
    drafts_.push_back({std::move(op), std::move(inputs), shape});
  }

  // Mostly the newest tensor; else an older one, which makes a branch.
  NodeId random_source() {
    const auto newest = static_cast<NodeId>(drafts_.size()) - 1;
    return rng_.chance(0.75) ? newest : static_cast<NodeId>(rng_.below(newest + 1));
  }

  // A kind that may follow a tensor: how often it follows an image, a sequence and a vector.
  struct Choice {
    double image, sequence, vector;
    std::function<void()> append;
  };

  void grow() {
    const NodeId source = random_source();
    const Shape shape = drafts_[source].shape;
    const auto one = [&](Op op) { return [=, this] { append(op, {source}); }; };
    const auto two = [&](Op op) {
      return [=, this] { append(op, random_order(source, random_partner(source))); };
    };
    const auto fitting = [&](auto draw) {
      return [=, this] { try_append(source, [&] { return draw(); }); };
    };
    const std::vector<Choice> choices = {
        {2, 1, 2, one(graph::Cast{})},
        {8, 0, 0, fitting([&] { return random_conv(shape); })},
        {2.5, 0, 0, [&] { append_fractional(source); }},
        {0, 0, 6, fitting([&] { return random_linear(); })},
        {4, 2, 3, one(graph::BatchNorm{})},
        {1.5, 1, 1, [&] { append(random_affine(shape[0]), {source}); }},
        {2, 1, 1, [&] { append(random_levels(rng_.between(1, 4)), {source}); }},
        {1.3, 0.6, 0.6, fitting([&] { return random_thermometer(); })},
        {3, 1, 2, one(graph::Relu{})},
        {1.5, 1, 1.2, [&] { append(random_clip(), {source}); }},
        {2, 1, 1.5, [&] { append(random_prelu(shape[0]), {source}); }},
        {0.8, 0.5, 0.5, [&] { append(random_leaky_relu(), {source}); }},
        {1, 1, 1, one(graph::Offset{})},
        {2, 0, 0, fitting([&] { return Op(random_pool<graph::MaxPool2d>()); })},
        {2, 0, 0, fitting([&] { return random_mean_pool(); })},
        {1, 0, 0, [&] { append(rounded_on_its_way(graph::GlobalAvgPool2d{}), {source}); }},
        {4, 1, 3, two(graph::Add{})},
        {1.5, 1, 1, two(graph::Sub{})},
        {1.5, 1, 1, two(graph::Mul{})},
        {2, 1, 0, [&] { append_gate(source); }},
        {1.5, 1, 1, two(graph::Maximum{})},
        {1.5, 1, 1, two(graph::Minimum{})},
        {1.5, 1, 1, one(graph::Abs{})},
        {1.5, 1, 1, one(graph::Neg{})},
        {2, 1, 1.5, [&] { append(graph::Concat{}, random_neighbours(source)); }},
        {2, 1, 0.5, one(graph::Flatten{})},
        {0, 6, 0, one(graph::Unsqueeze{})},
        {1.5, 1, 1, fitting([&] { return random_slice(rng_, shape); })},
        {1.5, 0, 0, fitting([&] { return random_upsample(rng_); })},
        {2, 1.5, 1, fitting([&] { return random_shuffle(rng_); })},
        {2.5, 0, 0, fitting([&] { return random_blocks<graph::DepthToSpace>(rng_); })},
        {2.5, 0, 0, fitting([&] { return random_blocks<graph::SpaceToDepth>(rng_); })},
        {1.8, 1.5, 0.5, fitting([&] { return random_permute(rng_, shape); })},
        {2.5, 1.5, 1.5, fitting([&] { return random_rearrange(rng_, shape); })},
        {2, 1, 2, [&] { append(random_function(), {source}); }},
        {1, 1, 1, [&] { append(graph::Softmax{.table_width = rng_.between(2, 24)}, {source}); }},
    };
    std::vector<double> weights;
    for (const Choice& choice : choices)
      weights.push_back(shape.size() == 3   ? choice.image
                        : shape.size() == 2 ? choice.sequence
                                            : choice.vector);
    choices[rng_.weighted(weights)].append();
  }

  Op random_linear() {
    graph::Linear linear{.out_features = rng_.between(1, 12), .has_bias = rng_.chance(0.7)};
    linear.binary = rng_.chance(0.25);
    return rounded_on_its_way(linear);
  }

  // Now and then with an accumulator, whose format is chosen with the others.
  template <class Kind>
  Op rounded_on_its_way(Kind kind) {
    if (rng_.chance(0.15)) kind.accumulator = fixed::Format{};
    return kind;
  }

  Op random_affine(std::int64_t channels) {
    return graph::Affine{.num_parameters = rng_.chance(0.4) ? 1 : channels,
                         .has_offset = rng_.chance(0.7)};
  }

  Op random_levels(std::int64_t bits) {
    return graph::QuantSign{.bits = bits, .clip_range = rng_.pick({1.0, 1.3, 0.5})};
  }

  Op random_thermometer() {
    return graph::Thermometer{.levels = rng_.between(1, 6),
                              .resolution = rng_.pick({0.25, 0.3, 1.0, 1.7, 8.0})};
  }

  // Behind the two bits that it reads.
  void append_fractional(NodeId source) {
    const auto* levels = std::get_if<graph::QuantSign>(&drafts_[source].op);
    if (levels == nullptr || levels->bits != 2) {
      append(random_levels(2), {source});
      source = static_cast<NodeId>(drafts_.size()) - 1;
    }
    const Shape shape = drafts_[source].shape;
    try_append(source, [&] {
      const auto conv = std::get<graph::Conv2d>(random_conv(shape));
      return Op(graph::FractionalConv2d{.out_channels = conv.out_channels,
                                        .kernel = conv.kernel,
                                        .stride = conv.stride,
                                        .padding = conv.padding,
                                        .dilation = conv.dilation,
                                        .groups = conv.groups});
    });
  }

  Op random_prelu(std::int64_t channels) {
    return graph::Prelu{.num_parameters = rng_.chance(0.5) ? 1 : channels};
  }

  Op random_leaky_relu() {
    return graph::LeakyRelu{.negative_slope = rng_.pick({0.01, 0.1, 0.25, -0.5, 1.5})};
  }

  Op random_function() {
    const std::vector<graph::Function> functions = every_function();
    return functions[static_cast<std::size_t>(rng_.below(std::ssize(functions)))];
  }

  // Bounds near the magnitudes that tensors have here, on grids finer and coarser than theirs.
  Op random_clip() {
    const double scale = std::exp2(static_cast<double>(rng_.between(-6, 4)));
    const auto steps = [&] { return static_cast<double>(rng_.between(1, 12)) * scale; };
    if (rng_.chance(0.2)) return graph::Clip{.min = 0, .max = 6};
    if (rng_.chance(0.1)) return graph::Clip{.min = steps(), .max = 20 * scale};
    if (rng_.chance(0.1)) return graph::Clip{.min = -20 * scale, .max = -steps()};
    return graph::Clip{.min = -steps(), .max = steps()};
  }

  // Two to four tensors that differ in their channels at most, `source` among them.
  std::vector<NodeId> random_neighbours(NodeId source) {
    std::vector<NodeId> fitting;
    for (NodeId id = 0; id < std::ssize(drafts_); ++id) {
      Shape shape = drafts_[id].shape;
      shape[0] = drafts_[source].shape[0];
      if (shape == drafts_[source].shape) fitting.push_back(id);
    }
    std::vector<NodeId> inputs{source};
    const std::int64_t count = rng_.between(2, 4);
    while (std::ssize(inputs) < count) inputs.push_back(rng_.pick(fitting));
    std::swap(inputs.front(), inputs[rng_.below(inputs.size())]);
    return inputs;
  }

  std::vector<NodeId> random_order(NodeId a, NodeId b) {
    return rng_.chance(0.5) ? std::vector{a, b} : std::vector{b, a};
  }

  // Another tensor of the same shape, one that nobody reads if there is one; the tensor itself if
  // it is alone.
  NodeId random_partner(NodeId source) {
    std::vector<NodeId> unread, others;
    for (NodeId id = 0; id < std::ssize(drafts_); ++id) {
      if (id == source || drafts_[id].shape != drafts_[source].shape) continue;
      others.push_back(id);
      if (drafts_[id].reads == 0) unread.push_back(id);
    }
    if (!unread.empty() && rng_.chance(0.8)) return rng_.pick(unread);
    return others.empty() || rng_.chance(0.05) ? source : rng_.pick(others);
  }

  // By a tensor that has one element a channel, or by one made of the source itself, as squeeze and
  // excitation is.
  void append_gate(NodeId source) {
    const std::int64_t channels = drafts_[source].shape[0];
    std::vector<NodeId> gates;
    for (NodeId id = 0; id < std::ssize(drafts_); ++id) {
      const Shape& shape = drafts_[id].shape;
      if (id != source && shape[0] == channels && graph::element_count(shape) == channels)
        gates.push_back(id);
    }
    const auto newest = [&] { return static_cast<NodeId>(drafts_.size()) - 1; };
    if (drafts_[source].shape.size() == 3 && (gates.empty() || rng_.chance(0.6))) {
      append(graph::GlobalAvgPool2d{}, {source});
      if (rng_.chance(0.5)) append(graph::Conv2d{.out_channels = channels}, {newest()});
      if (rng_.chance(0.3)) append(graph::Flatten{}, {newest()});
      if (rng_.chance(0.5)) append(graph::Function{graph::FunctionName::HardSigmoid}, {newest()});
      gates = {newest()};
    }
    if (gates.empty())
      append(graph::Cast{}, {source});
    else
      append(graph::Gate{}, {source, rng_.pick(gates)});
  }

  // Draws until the attributes fit the shape and the budget of products.
  template <class Draw>
  void try_append(NodeId source, const Draw& draw) {
    constexpr int kTries = 30;
    for (int i = 0; i < kTries; ++i) {
      const Op op = draw();
      try {
        const Shape out = graph::infer_shape(op, {drafts_[source].shape}, "draft");
        std::int64_t products = graph::element_count(out);
        const auto params = graph::param_shapes(op, {drafts_[source].shape});
        if (const graph::Shape* weight = find(params, graph::Role::Weight))
          products *= graph::element_count(*weight) / weight->front();
        if (products <= options_.max_products) return append(op, {source});
      } catch (const UserError&) {
        // does not fit the shape: draw again
      }
    }
  }

  // Behind the image as before it, or as it comes.
  void end_padding(graph::Sides& padding) {
    const bool is_alike = rng_.chance(0.6);
    padding.bottom = is_alike ? padding.top : rng_.between(0, 3);
    padding.right = is_alike ? padding.left : rng_.between(0, 3);
  }

  Op random_conv(const Shape& shape) {
    graph::Conv2d conv;
    for (int side : {0, 1}) {
      conv.kernel[side] = rng_.pick({1, 1, 2, 3, 3, 3, 4, 5});
      conv.stride[side] = rng_.pick({1, 1, 1, 2, 3});
      conv.dilation[side] = rng_.pick({1, 1, 1, 2, 3});
      const std::int64_t same = conv.dilation[side] * (conv.kernel[side] - 1) / 2;
      (side == 0 ? conv.padding.top : conv.padding.left) =
          rng_.chance(0.5) ? same : rng_.between(0, 3);
    }
    if (rng_.chance(0.5)) {
      conv.kernel[1] = conv.kernel[0];
      conv.stride[1] = conv.stride[0];
      conv.padding.left = conv.padding.top;
      conv.dilation[1] = conv.dilation[0];
    }
    end_padding(conv.padding);
    if (rng_.chance(0.3)) conv.groups = rng_.between(1, shape[0]);
    if (shape[0] % conv.groups != 0 || rng_.chance(0.1)) conv.groups = shape[0];
    conv.out_channels = conv.groups * rng_.between(1, std::max<std::int64_t>(6 / conv.groups, 1));
    conv.has_bias = rng_.chance(0.5);
    conv.binary = rng_.chance(0.25);
    return rounded_on_its_way(conv);
  }

  Op random_mean_pool() {
    auto pool = random_pool<graph::AvgPool2d>();
    pool.count_include_pad = rng_.chance(0.5);
    if (rng_.chance(0.3)) pool.overhang = {rng_.between(0, 2), rng_.between(0, 2)};
    return rounded_on_its_way(pool);
  }

  template <class Pool>
  Pool random_pool() {
    Pool pool;
    for (int side : {0, 1}) {
      pool.kernel[side] = rng_.between(1, 4);
      pool.stride[side] = rng_.between(1, 3);
      pool.dilation[side] = rng_.pick({1, 1, 1, 2});
      (side == 0 ? pool.padding.top : pool.padding.left) =
          rng_.between(0, rng_.chance(0.2) ? 3 : pool.kernel[side] / 2);
    }
    end_padding(pool.padding);
    return pool;
  }

  Rng& rng_;
  const RandomModelOptions& options_;
  std::vector<Draft> drafts_;
};

// Of a draft the nodes that leave the network: the last one, and sometimes up to three others, in
// any order. The generator is a copy: who asks for one output gets the nodes that others get.
std::vector<NodeId> random_outputs(Rng rng, double several, std::size_t nodes) {
  const auto last = static_cast<NodeId>(nodes) - 1;
  std::vector<NodeId> outputs{last};
  if (last < 2 || !rng.chance(several)) return outputs;
  for (std::int64_t more = rng.between(1, 3); more > 0; --more) {
    const auto id = static_cast<NodeId>(rng.between(1, last - 1));
    if (std::ranges::find(outputs, id) != outputs.end()) continue;
    outputs.insert(outputs.begin() + rng.between(0, std::ssize(outputs)), id);
  }
  return outputs;
}

// Only what the outputs need, which are then among what is kept.
std::vector<Draft> prune(const std::vector<Draft>& drafts, std::vector<NodeId>& outputs) {
  std::vector<bool> needed(drafts.size(), false);
  needed.front() = true;
  for (const NodeId id : outputs) needed[id] = true;
  for (std::size_t id = drafts.size(); id-- > 0;)
    if (needed[id])
      for (const NodeId input : drafts[id].inputs) needed[input] = true;
  std::vector<Draft> kept;
  std::vector<NodeId> place(drafts.size());
  for (std::size_t id = 0; id < drafts.size(); ++id) {
    if (!needed[id]) continue;
    place[id] = static_cast<NodeId>(kept.size());
    kept.push_back(drafts[id]);
    for (NodeId& input : kept.back().inputs) input = place[input];
  }
  for (NodeId& id : outputs) id = place[id];
  return kept;
}

}  // namespace

graph::Model random_topology(Rng& rng, const RandomModelOptions& options, const std::string& name) {
  graph::Builder builder(name, rng.next());
  std::size_t id = 0;
  const std::vector<Draft> drafts = TopologyMaker(rng, options).make();
  std::vector<NodeId> outputs = random_outputs(rng, options.several_outputs, drafts.size());
  for (const Draft& draft : prune(drafts, outputs)) {
    const std::string awkward =
        rng.chance(0.15) ? fmt::format("{}{}", rng.pick(kAwkwardNames), id) : "";
    builder.append(draft.op, draft.inputs, awkward);
    ++id;
  }
  return builder.finish(outputs);
}

}  // namespace qfx::test
