#include "support/shrink.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <fmt/format.h>
#include <optional>

#include "support/random_model.h"

#include "qfx/base/error.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/outputs.h"
#include "qfx/graph/print.h"

namespace qfx::test {
namespace {

using graph::NodeId;

enum class Outcome { Fine, Wrong, Raised };

Outcome outcome_of(const Case& candidate, const Check& check) {
  try {
    return check(candidate).empty() ? Outcome::Fine : Outcome::Wrong;
  } catch (const std::exception&) {
    return Outcome::Raised;
  }
}

class Shrinker {
 public:
  Shrinker(Case failing, const Check& check, int max_tries)
      : best_(std::move(failing)),
        check_(check),
        max_tries_(max_tries),
        wanted_(outcome_of(best_, check)) {}

  Case run() {
    bool smaller = true;
    while (smaller && tries_ < max_tries_) smaller = one_image() || fewer_nodes() || simpler_node();
    return std::move(best_);
  }

 private:
  bool keep_if_failing(Case candidate) {
    if (candidate.model == best_.model && candidate.samples == best_.samples) return false;
    if (++tries_ > max_tries_) return false;
    try {
      graph::freeze(candidate.model);
    } catch (const UserError&) {
      return false;
    }
    if (outcome_of(candidate, check_) != wanted_) return false;
    best_ = std::move(candidate);
    return true;
  }

  bool one_image() {
    if (best_.batch == 1) return false;
    const std::size_t size = best_.samples.size() / best_.batch;
    for (std::int64_t image = 0; image < best_.batch; ++image) {
      const auto begin = best_.samples.begin() + static_cast<std::ptrdiff_t>(image * size);
      if (keep_if_failing({best_.model, std::vector<float>(begin, begin + size), 1})) return true;
    }
    return false;
  }

  bool fewer_nodes() {
    const std::vector<NodeId> outputs = graph::output_ids(best_.model);
    for (std::size_t i = 0; outputs.size() > 1 && i < outputs.size(); ++i) {
      std::vector<NodeId> fewer = outputs;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      if (keep_if_failing({keep_ancestors(best_.model, fewer), best_.samples, best_.batch}))
        return true;
    }
    for (NodeId id = 1; id + 1 < std::ssize(best_.model.nodes); ++id)
      if (keep_if_failing({keep_ancestors(best_.model, id), best_.samples, best_.batch}))
        return true;
    for (NodeId id = 1; id < std::ssize(best_.model.nodes); ++id)
      for (const NodeId input : best_.model.nodes[id].inputs)
        if (const auto without = bypass(id, input); without && keep_if_failing(*without))
          return true;
    return false;
  }

  // Readers of node `id` read `input` instead.
  std::optional<Case> bypass(NodeId id, NodeId input) const {
    const graph::Model& model = best_.model;
    if (model.nodes[id].shape != model.nodes[input].shape || graph::is_output(model, id))
      return std::nullopt;
    Case without = best_;
    for (graph::Node& node : without.model.nodes)
      std::replace(node.inputs.begin(), node.inputs.end(), id, input);
    refresh_kept_formats(without.model);
    without.model = keep_ancestors(without.model, graph::output_ids(model));
    return without;
  }

  static void refresh_kept_formats(graph::Model& model) {
    for (graph::Node& node : model.nodes) {
      if (!graph::keeps_format(node.op)) continue;
      node.spec = model.nodes[node.inputs[0]].spec;
      node.frac_bits = model.nodes[node.inputs[0]].frac_bits;
    }
  }

  bool simpler_node() {
    for (NodeId id = 0; id < std::ssize(best_.model.nodes); ++id) {
      if (try_change(id, [](graph::Node& node) { simplify(node.spec); })) return true;
      if (try_change(id, [](graph::Node& node) { round_points(node.frac_bits); })) return true;
      for (const auto& entry : graph::Node(best_.model.nodes[id]).params) {
        const graph::Role role = entry.first;  // a lambda cannot hold a structured binding for clang 14
        if (try_change(id, [&](graph::Node& node) { simplify(node.params.at(role).spec); }))
          return true;
        if (try_change(id,
                       [&](graph::Node& node) { round_points(node.params.at(role).frac_bits); }))
          return true;
        if (try_change(id, [&](graph::Node& node) {
              std::ranges::fill(node.params.at(role).values, 0.0f);
            }))
          return true;
      }
    }
    return false;
  }

  static void simplify(graph::QuantSpec& spec) {
    spec.rounding = fixed::Rounding::TRN;
    spec.overflow = fixed::Overflow::WRAP;
    spec.wrap_bits = 0;
    spec.k_hot = 0;
    spec.signed_digits = false;
  }

  static void round_points(std::vector<float>& points) {
    for (float& point : points) point = std::round(point);
  }

  template <class Change>
  bool try_change(NodeId id, const Change& change) {
    Case changed = best_;
    change(changed.model.nodes[id]);
    refresh_kept_formats(changed.model);
    return keep_if_failing(std::move(changed));
  }

  Case best_;
  const Check& check_;
  const int max_tries_;
  Outcome wanted_;
  int tries_ = 0;
};

}  // namespace

Case shrink(Case failing, const Check& check, int max_tries) {
  return Shrinker(std::move(failing), check, max_tries).run();
}

std::string to_text(const Case& failing) {
  const graph::FrozenModel frozen = graph::freeze(failing.model);
  std::string text = graph::to_text(frozen);
  for (const graph::FrozenNode& node : frozen.nodes) {
    for (const auto& [role, param] : node.params) {
      text += fmt::format("{} = [{}]", tensor_name(node.name, role), fmt::join(param.raw, ", "));
      if (!param.channel_frac_bits.empty())
        text += fmt::format(" with fraction bits [{}]", fmt::join(param.channel_frac_bits, ", "));
      text += "\n";
    }
  }
  return text +
         fmt::format("{} sample(s) = [{}]\n", failing.batch, fmt::join(failing.samples, ", "));
}

}  // namespace qfx::test
