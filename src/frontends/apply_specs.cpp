#include "frontends/apply_specs.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/format_rule.h"
#include "frontends/format_target.h"
#include "frontends/relu_width.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/fold_batch_norm.h"
#include "qfx/graph/links.h"
#include "qfx/graph/table.h"

namespace qfx::frontends {
namespace {

void apply_point(const FormatRule& rule, FormatTarget& target) {
  graph::QuantSpec& spec = *target.spec;
  if (rule.point) {
    target.point = *rule.point;
    target.point_rule = &rule;
    spec.learned = *rule.point == Point::Learned;
    // A table that says how the point is found says everything about it: an earlier table's bits
    // are gone.
    spec.int_bits.reset();
  }
  if (!rule.int_bits) return;
  if (target.point == Point::Calibrated) {
    rule.table.fail("int_bits",
                    fmt::format("the binary point of '{}' is calibrated from data; add "
                                "binary_point = \"fixed\" to give it, \"learned\" to start there",
                                target.name));
  }
  spec.int_bits = rule.int_bits;
}

// `is_default` marks [format] itself, which speaks of every tensor: there, keys about constants
// pass over the rest.
void apply(const FormatRule& rule, bool is_default, FormatTarget& target) {
  graph::QuantSpec& spec = *target.spec;
  target.last = &rule;
  const bool says_format = rule.width || rule.rounding || rule.overflow || rule.wrap_bits ||
                           rule.sign || rule.point || rule.int_bits || rule.granularity ||
                           rule.k_hot;
  if (says_format) spec.is_float = false;
  if (rule.is_float) spec.is_float = *rule.is_float;
  if (rule.width) spec.width = *rule.width;
  if (rule.rounding) spec.rounding = *rule.rounding;
  if (rule.overflow) {
    spec.overflow = *rule.overflow;
    spec.wrap_bits = 0;
  }
  if (rule.wrap_bits) spec.wrap_bits = *rule.wrap_bits;
  if (rule.sign) {
    target.sign = *rule.sign;
    target.keeps_sign = false;
  }
  if (rule.forbids_overflow) spec.forbids_overflow = *rule.forbids_overflow;
  apply_point(rule, target);
  if (rule.granularity && target.is_constant()) spec.granularity = *rule.granularity;
  if (rule.k_hot && (is_default ? target.is_factor() : target.is_constant()))
    spec.k_hot = *rule.k_hot;
  if (rule.signed_digits && target.is_constant()) spec.signed_digits = *rule.signed_digits;
  if (is_default || target.is_constant()) return;
  if (rule.granularity == graph::Granularity::PerChannel) {
    rule.table.fail("granularity",
                    fmt::format("'{}' is an activation, and a stream has one binary point; only "
                                "parameters have one per channel (\"*.weight\")",
                                target.name));
  }
  if (rule.k_hot.value_or(0) > 0) {
    rule.table.fail("k_hot", fmt::format("'{}' is an activation, and only constants can be "
                                         "K-hot; match parameters (\"*.weight\", \"*.scale\")",
                                         target.name));
  }
}

void settle_sign(FormatTarget& target) {
  graph::QuantSpec& spec = *target.spec;
  if (target.sign != Sign::Auto) {
    spec.is_signed = target.sign == Sign::Signed;
  } else {
    if (!target.keeps_sign) spec.is_signed = target.inferred_signed;
    // What exists only signed is signed.
    if (spec.overflow == fixed::Overflow::WRAP_SM || spec.width > graph::kMaxUnsignedWidth)
      spec.is_signed = true;
  }
}

void check(const FormatTarget& target) {
  const graph::QuantSpec& spec = *target.spec;
  if (spec.is_float || target.last == nullptr) return;
  const TableReader& table = target.last->table;
  if (target.point == Point::Fixed && !spec.int_bits) {
    target.point_rule->table.fail("binary_point",
                                  fmt::format("a fixed binary point needs int_bits, and '{}' has "
                                              "none; add int_bits = 3 or the like",
                                              target.name));
  }
  if (!spec.is_signed && spec.width > graph::kMaxUnsignedWidth) {
    table.fail(
        fmt::format("this makes '{}' unsigned with {} bits, and an unsigned tensor has at most "
                    "{}; lower width or write sign = \"signed\"",
                    target.name, spec.width, graph::kMaxUnsignedWidth));
  }
  try {
    fixed::validate(spec.format(spec.width - spec.int_bits.value_or(0)));
  } catch (const UserError& error) {
    const std::string sentence =
        fmt::format("this gives '{}' a format that does not exist: {}", target.name, error.what());
    if (spec.wrap_bits > 0 && table.has("wrap_bits")) table.fail("wrap_bits", sentence);
    table.fail(sentence);
  }
}

// A table has an entry for every value of its node's input.
void check_tables(const graph::Model& model, const std::vector<FormatTarget>& targets) {
  for (const graph::Node& node : model.nodes) {
    if (!graph::has_table(node.op)) continue;
    const graph::Node& input = model.nodes[graph::format_source(model.nodes, node.inputs.front())];
    if (input.spec.is_float || input.spec.width <= graph::kMaxTableInputWidth) continue;
    const auto target =
        std::ranges::find_if(targets, [&](const FormatTarget& t) { return t.name == input.name; });
    if (target->last == nullptr) continue;
    target->last->table.fail(fmt::format(
        "this gives '{}' {} bits, and '{}' looks its values up in a table, which takes at most "
        "{}; lower the width of '{}', or put a cast of {} bits between them",
        input.name, input.spec.width, node.name, graph::kMaxTableInputWidth, input.name,
        graph::kMaxTableInputWidth));
  }
}

// The binary points a model brings along belong to the specs it had.
void drop_stale_point(FormatTarget& target) {
  if (target.spec->k_hot == 0) target.spec->signed_digits = false;
  // Who watches for overflows moves no point.
  target.before.forbids_overflow = target.spec->forbids_overflow;
  if (*target.spec != target.before) target.frac_bits->clear();
}

bool matches(const std::vector<std::string>& globs, std::string_view name) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return matches_glob(glob, name); });
}

// Why an override that matches only this node, or a parameter of it, has nothing to say.
std::optional<std::string> own_format_matched(const graph::Node& node, const std::string& glob) {
  const auto sentence = [](const std::string& tensor, const std::string& what,
                           const fixed::Format& format) {
    return fmt::format("'{}' is {}, and its format is always {}; leave it out", tensor, what,
                       fixed::to_string(format));
  };
  if (const auto own = graph::own_format(node.op); own && matches_glob(glob, node.name))
    return sentence(node.name, fmt::format("a {}", graph::kind_name(node.op)), *own);
  for (const auto& [role, param] : node.params) {
    const std::string name = tensor_name(node.name, role);
    const auto own = graph::own_format(node.op, role);
    if (own && matches_glob(glob, name)) return sentence(name, "binary", *own);
  }
  return std::nullopt;
}

// The override's globs, once it is certain that each matches a tensor.
std::vector<std::string> read_match(const TableReader& table, const graph::Model& model,
                                    const std::vector<FormatTarget>& targets) {
  const auto globs = table.texts("match");
  if (!globs) {
    table.fail(
        "an override needs match, a glob over tensor names: \"conv*.weight\", \"bn1.scale\", "
        "\"conv1\"");
  }
  for (const std::string& glob : *globs) {
    const bool any = std::any_of(targets.begin(), targets.end(), [&](const FormatTarget& target) {
      return matches_glob(glob, target.name);
    });
    if (any) continue;
    for (const graph::Node& node : model.nodes) {
      if (const auto what = own_format_matched(node, glob)) table.fail("match", *what);
      if (takes_format(node) || !matches_glob(glob, node.name)) continue;
      table.fail(
          "match",
          fmt::format("'{}' is a {}, which keeps the format of its input '{}'; match that",
                      node.name, graph::kind_name(node.op), model.nodes[node.inputs.front()].name));
    }
    std::vector<std::string> names;
    for (const FormatTarget& target : targets) names.push_back(target.name);
    table.fail("match", fmt::format("'{}' matches no tensor; the nearest name is '{}' (activations "
                                    "are named like their layer, parameters 'conv1.weight')",
                                    glob, nearest(glob, names)));
  }
  return *globs;
}

void apply_override(const FormatRule& rule, const graph::Model& model,
                    std::vector<FormatTarget>& targets) {
  const std::vector<std::string> globs = read_match(rule.table, model, targets);
  for (FormatTarget& target : targets) {
    if (!matches(globs, target.name)) continue;
    apply(rule, false, target);
    target.has_own_width |= rule.width.has_value();
  }
}

// signed_digits says how K-hot counts, so it needs a constant that is K-hot: in the same table, as
// the network may have no tensor of that class, or anywhere.
void check_signed_digits(const FormatRule& rule, const std::vector<FormatTarget>& targets) {
  if (rule.signed_digits != true || rule.k_hot.value_or(0) > 0) return;
  const bool used = std::any_of(targets.begin(), targets.end(), [](const FormatTarget& target) {
    return target.spec->k_hot > 0 && target.spec->signed_digits;
  });
  if (!used)
    rule.table.fail("signed_digits",
                    "this says how k_hot counts, and no constant here is K-hot; add k_hot = 2");
}

void copy_kept_formats(graph::Model& model) {
  for (graph::Node& node : model.nodes) {
    if (!graph::keeps_format(node.op)) continue;
    const graph::Node& input = model.nodes[node.inputs.front()];
    node.spec = input.spec;
    node.frac_bits = input.frac_bits;
  }
}

// Gives the nodes of `model` the specs of the same nodes in `folded`; a batch norm that was folded
// away lends the fold its output's spec and its offset's.
void copy_from_folded(const graph::Model& folded, graph::Model& model) {
  std::map<std::string_view, const graph::Node*> left;
  for (const graph::Node& node : folded.nodes) left[node.name] = &node;
  for (graph::Node& node : model.nodes) {
    const bool is_left = left.contains(node.name);
    const graph::Node& source =
        *left.at(is_left ? node.name : model.nodes[node.inputs.front()].name);
    node.spec = source.spec;
    node.frac_bits.clear();
    for (auto& [role, param] : node.params) {
      if (is_left) param.spec = source.params.at(role).spec;
      param.frac_bits.clear();
    }
    if (!is_left)
      node.params.at(graph::Role::Offset).spec = source.params.at(graph::Role::Bias).spec;
  }
}

std::vector<std::string> keys_with(const std::vector<std::string>& more) {
  std::vector<std::string> keys = format_keys();
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

std::optional<TableReader> format_table(const TableReader& root) {
  std::vector<std::string> more{"override"};
  for (const TensorClassName& name : kTensorClasses) more.insert(more.end() - 1, name.key);
  return root.table("format", keys_with(more));
}

}  // namespace

bool check_formats(const TableReader& root, RecipeFaults& faults) {
  std::optional<TableReader> top;
  std::vector<TableReader> overrides;
  bool is_right = faults.read([&] {
    top = format_table(root);
    if (!top) return;
    overrides = top->unchecked_tables("override");
    read_format_rule(*top);
  });
  if (!top) return is_right;
  for (const TensorClassName& name : kTensorClasses) {
    is_right &= faults.read([&] {
      if (const auto table = top->table(name.key, format_keys())) read_format_rule(*table);
    });
  }
  for (const TableReader& table : overrides) {
    is_right &= faults.read([&] {
      table.check_keys(keys_with({"match"}));
      read_format_rule(table);
    });
  }
  return is_right;
}

bool check_matches(const TableReader& root, bool folds, graph::Model& model, RecipeFaults& faults) {
  std::vector<TableReader> overrides;
  graph::Model folded;
  std::vector<FormatTarget> targets;
  bool is_right = faults.read([&] {
    if (folds) folded = graph::fold_batch_norm(model);
    targets = format_targets(folds ? folded : model);
    if (const auto top = format_table(root)) overrides = top->unchecked_tables("override");
  });
  for (const TableReader& table : overrides)
    is_right &= faults.read([&] { read_match(table, folds ? folded : model, targets); });
  return is_right;
}

void apply_specs(const TableReader& root, bool folds, graph::Model& model) {
  if (folds) {
    graph::Model folded = graph::fold_batch_norm(model);
    apply_specs(root, false, folded);
    copy_from_folded(folded, model);
    return;
  }
  const auto top = format_table(root);
  std::vector<FormatTarget> targets = format_targets(model);
  if (!top) {
    widen_before_relus(targets, model);
    return copy_kept_formats(model);
  }
  std::vector<FormatRule> rules;
  const std::vector<TableReader> overrides = top->tables("override", keys_with({"match"}));
  rules.reserve(1 + std::size(kTensorClasses) + overrides.size());  // targets point into it

  rules.push_back(read_format_rule(*top));
  for (FormatTarget& target : targets) apply(rules.back(), true, target);
  for (const TensorClassName& name : kTensorClasses) {
    const auto table = top->table(name.key, format_keys());
    if (!table) continue;
    rules.push_back(read_format_rule(*table));
    for (FormatTarget& target : targets) {
      if (target.belongs_to(name.tensor_class)) apply(rules.back(), false, target);
    }
  }
  for (const TableReader& table : overrides) {
    rules.push_back(read_format_rule(table));
    apply_override(rules.back(), model, targets);
  }
  for (FormatTarget& target : targets) {
    settle_sign(target);
    check(target);
  }
  for (const FormatRule& rule : rules) check_signed_digits(rule, targets);
  check_tables(model, targets);
  for (FormatTarget& target : targets) drop_stale_point(target);
  widen_before_relus(targets, model);
  copy_kept_formats(model);
}

}  // namespace qfx::frontends
