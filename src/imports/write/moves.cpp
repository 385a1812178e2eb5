// Kinds whose elements are those of the input, at other places, and the gate, whose one value a
// channel goes to all of its places.
#include <algorithm>
#include <numeric>

#include "imports/write/writer.h"

namespace qfx::imports {
namespace {

using Places = std::vector<std::int64_t>;

// Along each axis of the output the places of the same axis of the input; nothing where a digit
// moves along another axis.
std::optional<std::vector<Places>> places_by_axis(const graph::View& view, const Shape& in) {
  if (view.axes.size() != in.size()) return std::nullopt;
  std::vector<Places> places;
  for (std::size_t axis = 0; axis < in.size(); ++axis) {
    Places at{view.offsets[axis]};
    for (const graph::Digit& digit : view.axes[axis]) {
      if (digit.step != 0 && digit.extent > 1 && digit.axis != static_cast<std::int64_t>(axis))
        return std::nullopt;
      Places next;
      for (const std::int64_t from : at) {
        for (std::int64_t i = 0; i < digit.extent; ++i) next.push_back(from + i * digit.step);
      }
      at = std::move(next);
    }
    places.push_back(std::move(at));
  }
  return places;
}

bool keeps_axis(const Places& places, std::int64_t size) {
  Places all(static_cast<std::size_t>(size));
  std::iota(all.begin(), all.end(), 0);
  return places == all;
}

bool is_one_repeated(const Places& places, std::int64_t size) {
  return size == 1 && std::ranges::all_of(places, [](std::int64_t at) { return at == 0; });
}

}  // namespace

// The last of a move's operators, which is named after the node.
Exact Writer::moved(const std::string& op, const std::vector<std::string>& inputs,
                    const std::vector<WrittenAttribute>& attributes) {
  place(graph_.add(op, inputs, node().name, attributes), values_[node().inputs[0]].type);
  return {};
}

// The axes of the input taken apart, in another order, and joined.
Exact Writer::transposed(const Shape& apart, const Places& order) {
  const std::string parts =
      add("Reshape", {values_[node().inputs[0]].name, graph_.integers("shape", with_batch(apart))});
  const std::string turned = add("Transpose", {parts}, {{"perm", order}});
  return moved("Reshape", {turned, graph_.integers("shape", with_batch(node().shape))});
}

// Any view: along the axes where each stays by itself, else element by element.
Exact Writer::gathered(const graph::View& view) {
  const Shape& in = source().shape;
  const std::string from = values_[node().inputs[0]].name;
  const auto by_axis = places_by_axis(view, in);
  if (!by_axis) {
    const std::string flat = add("Reshape", {from, graph_.integers("shape", {-1})});
    const Places elements =
        graph::sources_of(graph::moves_of(view, in, graph::Arrangement::RowMajor));
    return moved("Gather",
                 {flat, graph_.integers("places", with_batch(node().shape), elements)},
                 {{"axis", std::int64_t{0}}});
  }
  std::vector<std::size_t> changed;
  bool repeats = true;
  for (std::size_t axis = 0; axis < in.size(); ++axis) {
    const Places& places = by_axis->at(axis);
    if (keeps_axis(places, in[axis])) continue;
    changed.push_back(axis);
    repeats &= is_one_repeated(places, in[axis]);
  }
  if (changed.empty()) return moved("Identity", {from});
  if (repeats)
    return moved("Expand", {from, graph_.integers("shape", with_batch(node().shape))});
  std::string value = from;
  for (const std::size_t axis : changed) {
    const std::vector<std::string> inputs{value, graph_.integers("places", by_axis->at(axis))};
    const std::vector<WrittenAttribute> along{{"axis", static_cast<std::int64_t>(axis) + 1}};
    if (axis == changed.back()) return moved("Gather", inputs, along);
    value = add("Gather", inputs, along);
  }
  return {};
}

Exact Writer::exact(const graph::Slice& kind) {
  const graph::View view = kind.view(source().shape);
  Places starts, ends, axes, steps;
  for (std::size_t axis = 0; axis < view.axes.size(); ++axis) {
    const graph::Digit& digit = view.axes[axis].front();
    if (digit.extent == source().shape[axis]) continue;
    starts.push_back(view.offsets[axis]);
    ends.push_back(starts.back() + (digit.extent - 1) * digit.step + 1);
    axes.push_back(static_cast<std::int64_t>(axis) + 1);
    steps.push_back(digit.step);
  }
  const std::string from = values_[node().inputs[0]].name;
  if (axes.empty()) return moved("Identity", {from});
  return moved("Slice", {from, graph_.integers("starts", starts), graph_.integers("ends", ends),
                         graph_.integers("axes", axes), graph_.integers("steps", steps)});
}

// onnxruntime resizes no doubles.
Exact Writer::exact(const graph::Upsample& kind) {
  if (values_[node().inputs[0]].type == Real::Double) return gathered(kind.view(source().shape));
  const std::string scales =
      graph_.constant("scales", Real::Float, {4},
                      {1, 1, static_cast<double>(kind.scale[0]), static_cast<double>(kind.scale[1])});
  return moved("Resize", {values_[node().inputs[0]].name, "", scales},
               {{"mode", std::string("nearest")},
                {"coordinate_transformation_mode", std::string("asymmetric")},
                {"nearest_mode", std::string("floor")}});
}

Exact Writer::exact(const graph::ChannelShuffle& kind) {
  Shape apart{kind.groups, source().shape[0] / kind.groups};
  Places order{0, 2, 1};
  for (std::size_t axis = 1; axis < source().shape.size(); ++axis) {
    apart.push_back(source().shape[axis]);
    order.push_back(static_cast<std::int64_t>(axis) + 2);
  }
  return transposed(apart, order);
}

Exact Writer::exact(const graph::DepthToSpace& kind) {
  return moved("DepthToSpace", {values_[node().inputs[0]].name},
               {{"blocksize", kind.blocksize}, {"mode", std::string(kind.crd ? "CRD" : "DCR")}});
}

Exact Writer::exact(const graph::SpaceToDepth& kind) {
  if (!kind.crd)
    return moved("SpaceToDepth", {values_[node().inputs[0]].name}, {{"blocksize", kind.blocksize}});
  const Shape& in = source().shape;
  const std::int64_t b = kind.blocksize;
  return transposed({in[0], in[1] / b, b, in[2] / b, b}, {0, 1, 3, 5, 2, 4});
}

Exact Writer::exact(const graph::Permute& kind) {
  Places order{0};
  for (const std::int64_t axis : kind.axes) order.push_back(axis + 1);
  return moved("Transpose", {values_[node().inputs[0]].name}, {{"perm", order}});
}

Exact Writer::exact(const graph::Rearrange& kind) {
  return gathered(kind.view(source().shape));
}

Exact Writer::exact(const graph::Gate&) {
  const Real type = exact_type();
  Shape along(source().shape.size(), 1);
  along[0] = source().shape[0];
  std::string gate = x(type, 1);
  if (source(1).shape != along)
    gate = add("Reshape", {gate, graph_.integers("shape", with_batch(along))});
  return {add("Mul", {x(type), gate}), type, model_.range(id_).accumulator_frac_bits};
}

}  // namespace qfx::imports
