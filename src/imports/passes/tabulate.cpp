// Functions of one variable that are written with comparisons: a threshold, a hard shrink. Where
// they are straight pieces, they become the list of their corners.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "imports/operators/call.h"
#include "imports/passes/all.h"

namespace qfx::imports {
namespace {

using Corner = std::array<double, 2>;
// At many places at once.
using Function = std::function<std::vector<double>(const std::vector<double>&)>;

constexpr std::size_t kMostCorners = 64;
constexpr double kFar = 0x1p30, kTolerance = 1e-9;

bool is_one_of(const std::string& op, std::initializer_list<const char*> names) {
  return std::ranges::any_of(names, [&](const char* name) { return op == name; });
}

// What no layer computes from samples.
bool compares(const std::string& op) {
  return is_one_of(op, {"Where", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And",
                        "Or"});
}

bool is_of_one_element(const std::string& op) {
  return compares(op) ||
         is_one_of(op, {"Abs", "Add", "Cast", "Clip", "Div", "LeakyRelu", "Max", "Min", "Mul", "Neg",
                        "Relu", "Sub"});
}

bool lies_between(const Corner& a, const Corner& m, const Corner& b) {
  const double chord = a[1] + (m[0] - a[0]) / (b[0] - a[0]) * (b[1] - a[1]);
  return std::abs(m[1] - chord) <= kTolerance * (1 + std::abs(m[1]));
}

// Looks ever closer wherever a function is not straight; empty where that is in too many places.
std::vector<Corner> straight_pieces(const Function& f) {
  std::vector<double> at{-kFar, 0, kFar};
  for (int power = -20; power <= 20; ++power) {
    for (const double factor : {1.0, 1.37}) {
      at.push_back(std::ldexp(factor, power));
      at.push_back(-at.back());
    }
  }
  std::ranges::sort(at);
  const auto with_values = [&](const std::vector<double>& xs) {
    const std::vector<double> ys = f(xs);
    std::vector<Corner> corners;
    for (std::size_t i = 0; i < xs.size(); ++i) corners.push_back({xs[i], ys[i]});
    return corners;
  };
  std::vector<Corner> all = with_values(at);
  std::vector<std::pair<Corner, Corner>> open;
  for (std::size_t i = 1; i < all.size(); ++i) open.emplace_back(all[i - 1], all[i]);
  while (!open.empty()) {
    std::vector<double> inside;
    for (const auto& [a, b] : open) {
      for (const double part : {0.5, 0.3}) inside.push_back(a[0] + part * (b[0] - a[0]));
    }
    const std::vector<Corner> found = with_values(inside);
    std::vector<std::pair<Corner, Corner>> closer;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const auto& [a, b] = open[i];
      const Corner &middle = found[2 * i], &other = found[2 * i + 1];
      if (!std::isfinite(middle[1]) || !std::isfinite(other[1])) return {};
      const bool is_narrow = !(a[0] < middle[0] && middle[0] < b[0]) || b[0] - a[0] < 1e-30;
      if (is_narrow || (lies_between(a, middle, b) && lies_between(a, other, b))) continue;
      all.push_back(middle);
      closer.emplace_back(a, middle);
      closer.emplace_back(middle, b);
    }
    if (closer.size() > 2 * kMostCorners) return {};
    open = std::move(closer);
  }
  std::ranges::sort(all);
  std::vector<Corner> kept{all.front()};
  for (std::size_t i = 1; i + 1 < all.size(); ++i) {
    if (!lies_between(kept.back(), all[i], all[i + 1])) kept.push_back(all[i]);
  }
  kept.push_back(all.back());
  if (kept.size() > kMostCorners) return {};
  return kept;
}

class Tables {
 public:
  explicit Tables(Source& source) : source_(source), rewriter_(source) {}

  bool run() {
    for (const Node& node : rewriter_.before()) {
      roots_[node.outputs[0]] = root_of(node);
      const std::optional<Node> table = node.op == "Where" ? as_table(node) : std::nullopt;
      if (table) rewriter_.change();
      rewriter_.keep(table ? *table : node);
    }
    return rewriter_.finish();
  }

 private:
  std::string root(const std::string& value) const {
    const auto found = roots_.find(value);
    return found == roots_.end() ? value : found->second;
  }

  // The one value that the node's output is made of, element by element; else the output itself.
  std::string root_of(const Node& node) const {
    const std::string& own = node.outputs[0];
    if (!is_of_one_element(node.op) || node.outputs.size() != 1) return own;
    std::string common;
    for (const std::string& input : node.inputs) {
      if (input.empty()) continue;
      if (const Tensor* tensor = constant(source_, input)) {
        if (tensor->size() != 1) return own;
        continue;
      }
      if (!common.empty() && root(input) != common) return own;
      common = root(input);
    }
    return !common.empty() && shape_of(source_, common) == shape_of(source_, own) ? common : own;
  }

  std::optional<Node> as_table(const Node& node) const {
    const std::string& y = node.outputs[0];
    const std::string x = root(y);
    if (x == y) return std::nullopt;
    std::set<std::string> needed{y};
    std::vector<const Node*> cone;
    const std::vector<Node>& nodes = rewriter_.before();
    for (auto one = nodes.rbegin(); one != nodes.rend(); ++one) {
      if (!needed.contains(one->outputs[0]) || one->outputs[0] == x) continue;
      cone.push_back(&*one);
      needed.insert(one->inputs.begin(), one->inputs.end());
    }
    std::ranges::reverse(cone);
    std::vector<Corner> corners;
    try {
      corners = straight_pieces([&](const std::vector<double>& places) {
        return values_at(cone, x, y, places);
      });
    } catch (const NodeFault&) {
      // of types that are not computed with: the node is refused where it is lowered
    }
    if (corners.empty()) return std::nullopt;
    Node table = made(node, "Points", {x}, y);
    table.domain = "qfx";
    for (const Node* one : cone)
      table.origins.insert(table.origins.end(), one->origins.begin(), one->origins.end());
    std::vector<double> xs, ys;
    for (const Corner& corner : corners) {
      xs.push_back(corner[0]);
      ys.push_back(corner[1]);
    }
    table.attributes = {{"x", std::move(xs)}, {"y", std::move(ys)}};
    return table;
  }

  std::vector<double> values_at(const std::vector<const Node*>& cone, const std::string& x,
                                const std::string& y, const std::vector<double>& places) const {
    std::map<std::string, Tensor> values{{x, Tensor::of({std::ssize(places)}, places)}};
    for (const Node* node : cone) {
      std::vector<const Tensor*> inputs;
      for (const std::string& input : node->inputs) {
        const auto found = values.find(input);
        inputs.push_back(found != values.end() ? &found->second : constant(source_, input));
      }
      values[node->outputs[0]] = std::move(evaluate(*node, inputs).at(0));
    }
    return values.at(y).reals;
  }

  Source& source_;
  Rewriter rewriter_;
  std::map<std::string, std::string> roots_;
};

}  // namespace

bool tabulate(Source& source) {
  // A quantized network says where it rounds, and a table rounds elsewhere.
  return !source.is_quantized && Tables(source).run();
}

}  // namespace qfx::imports
