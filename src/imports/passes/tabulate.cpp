// Functions of one variable that are written with comparisons: a threshold, a hard shrink. Where
// they are straight pieces, they become the list of their corners; where one branch says all of it
// (a softplus, and x itself far to the right, where they are the same), that branch.
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

bool is_straight(const std::string& op) {
  return compares(op) ||
         is_one_of(op, {"Abs", "Add", "Cast", "Clip", "Div", "LeakyRelu", "Max", "Min", "Mul", "Neg",
                        "Relu", "Sign", "Sub"});
}

bool is_of_one_element(const std::string& op) {
  return is_straight(op) || is_one_of(op, {"Exp", "Log", "Sigmoid", "Softplus", "Sqrt", "Tanh"});
}

bool is_near(double a, double b) {
  return std::abs(a - b) <= kTolerance * (1 + std::abs(b));
}

bool lies_between(const Corner& a, const Corner& m, const Corner& b) {
  const double chord = a[1] + (m[0] - a[0]) / (b[0] - a[0]) * (b[1] - a[1]);
  return is_near(chord, m[1]);
}

// Small and large numbers of both signs, and these with what lies beside them, sorted.
std::vector<double> first_places(const std::vector<double>& and_around) {
  std::vector<double> at{-kFar, 0, kFar};
  for (const double place : and_around) {
    if (!(std::abs(place) < kFar)) continue;
    const double step = std::max(1.0, std::abs(place)) / 1024;
    at.insert(at.end(), {place - step, place, place + step});
  }
  for (int power = -20; power <= 20; ++power) {
    for (const double factor : {1.0, 1.37}) {
      at.push_back(std::ldexp(factor, power));
      at.push_back(-at.back());
    }
  }
  std::ranges::sort(at);
  at.erase(std::unique(at.begin(), at.end()), at.end());
  return at;
}

// Looks ever closer wherever a function is not straight; empty where that is in too many places.
std::vector<Corner> straight_pieces(const Function& f, const std::vector<double>& at) {
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
  explicit Tables(Source& source)
      : source_(source), rewriter_(source), straight_(source), any_(source) {}

  bool run() {
    for (const Node& node : rewriter_.before()) {
      straight_.add(node, is_straight(node.op));
      any_.add(node, is_of_one_element(node.op));
      std::optional<Node> plain;
      if (node.op == "Where") {
        plain = as_table(node);
        if (!plain) plain = as_branch(node);
      }
      if (plain) rewriter_.change();
      rewriter_.keep(plain ? *plain : node);
    }
    return rewriter_.finish();
  }

 private:
  // Of every value the one that it is made of, element by element, by operators of a kind.
  class Roots {
   public:
    explicit Roots(const Source& source) : source_(source) {}

    std::string of(const std::string& value) const {
      const auto found = roots_.find(value);
      return found == roots_.end() ? value : found->second;
    }

    void add(const Node& node, bool is_of_the_kind) {
      const std::string& own = node.outputs[0];
      roots_[own] = is_of_the_kind && node.outputs.size() == 1 ? common(node) : own;
    }

   private:
    std::string common(const Node& node) const {
      const std::string& own = node.outputs[0];
      std::string root;
      for (const std::string& input : node.inputs) {
        if (input.empty()) continue;
        if (const Tensor* tensor = constant(source_, input)) {
          if (tensor->size() != 1) return own;
          continue;
        }
        if (!root.empty() && of(input) != root) return own;
        root = of(input);
      }
      return !root.empty() && shape_of(source_, root) == shape_of(source_, own) ? root : own;
    }

    const Source& source_;
    std::map<std::string, std::string> roots_;
  };

  // The nodes from x to y.
  std::vector<const Node*> cone(const std::string& x, const std::string& y) const {
    std::set<std::string> needed{y};
    std::vector<const Node*> result;
    const std::vector<Node>& nodes = rewriter_.before();
    for (auto one = nodes.rbegin(); one != nodes.rend(); ++one) {
      if (!needed.contains(one->outputs[0]) || one->outputs[0] == x) continue;
      result.push_back(&*one);
      needed.insert(one->inputs.begin(), one->inputs.end());
    }
    std::ranges::reverse(result);
    return result;
  }

  std::optional<Node> as_table(const Node& node) const {
    const std::string& y = node.outputs[0];
    const std::string x = straight_.of(y);
    if (x == y) return std::nullopt;
    const std::vector<const Node*> between = cone(x, y);
    std::vector<Corner> corners;
    try {
      corners = straight_pieces(
          [&](const std::vector<double>& places) { return values_at(between, x, y, places); },
          first_places(constants_of(between)));
    } catch (const NodeFault&) {
      // of types that are not computed with: the node is refused where it is lowered
    }
    if (corners.empty()) return std::nullopt;
    Node table = made(node, "Points", {x}, y);
    table.domain = "qfx";
    for (const Node* one : between)
      table.origins.insert(table.origins.end(), one->origins.begin(), one->origins.end());
    std::vector<double> xs, ys;
    for (const Corner& corner : corners) {
      xs.push_back(corner[0]);
      ys.push_back(corner[1]);
    }
    table.attributes = {{"x", std::move(xs)}, {"y", std::move(ys)}};
    return table;
  }

  // The numbers that these compare and compute with: a window between two of them is looked into.
  std::vector<double> constants_of(const std::vector<const Node*>& nodes) const {
    std::vector<double> numbers;
    for (const Node* node : nodes) {
      for (const std::string& input : node->inputs)
        if (const auto number = scalar(source_, input)) numbers.push_back(*number);
    }
    return numbers;
  }

  // Whether this is one comparison of a constant with a factor times x plus a term: true on one side
  // of one place.
  bool is_half_line(const std::string& condition, const std::string& x) const {
    const Node* node = rewriter_.links().maker(condition);
    if (node == nullptr ||
        !is_one_of(node->op, {"Greater", "GreaterOrEqual", "Less", "LessOrEqual"}))
      return false;
    while (node != nullptr) {
      std::string next;
      for (const std::string& input : node->inputs) {
        if (constant(source_, input) != nullptr) continue;
        if (!next.empty()) return false;
        next = input;
      }
      if (next == x) return true;
      node = rewriter_.links().maker(next);
      if (node != nullptr && !is_one_of(node->op, {"Add", "Sub", "Mul", "Neg"})) return false;
    }
    return false;
  }

  // The branch of a Where that is as near to it as makes no difference, on both sides of the one
  // place where the condition changes.
  std::optional<Node> as_branch(const Node& node) const {
    const std::string& y = node.outputs[0];
    const std::string x = any_.of(y);
    if (x == y || !is_half_line(node.inputs.at(0), x)) return std::nullopt;
    const std::vector<const Node*> between = cone(x, y);
    std::vector<double> places = first_places(constants_of(between));
    for (int i = -2048; i <= 2048; ++i) places.push_back(i / 32.0 + 0.01);
    try {
      const std::vector<double> whole = values_at(between, x, y, places);
      for (const std::string& branch : {node.inputs.at(1), node.inputs.at(2)}) {
        if (branch == x || constant(source_, branch) != nullptr) continue;
        if (std::ranges::equal(values_at(between, x, branch, places), whole, is_near))
          return made(node, "Identity", {branch}, y);
      }
    } catch (const NodeFault&) {
      // as above
    }
    return std::nullopt;
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
  Roots straight_, any_;
};

}  // namespace

bool tabulate(Source& source) {
  // A quantized network says where it rounds, and a table rounds elsewhere.
  return !source.is_quantized && Tables(source).run();
}

}  // namespace qfx::imports
