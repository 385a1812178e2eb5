#include "frontends/recipe_fold.h"

#include <charconv>

#include "frontends/toml_file.h"

namespace qfx::frontends {
namespace {

constexpr std::int64_t kMostAtOnce = 1'000'000;

std::optional<std::int64_t> at_once(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || number < 1 || number > kMostAtOnce)
    return std::nullopt;
  return number;
}

}  // namespace

std::optional<LayerFold> parse_layer_fold(std::string_view text) {
  const std::size_t cross = text.find('x');
  const auto pe = at_once(text.substr(0, cross));
  if (!pe) return std::nullopt;
  if (cross == std::string_view::npos) return LayerFold{*pe, 0};
  const auto simd = at_once(text.substr(cross + 1));
  if (!simd) return std::nullopt;
  return LayerFold{*pe, *simd};
}

std::map<std::string, LayerFold> read_folds(const TableReader& root,
                                            const std::vector<std::string>& layers) {
  std::map<std::string, LayerFold> folds;
  const std::optional<TableReader> table = root.table("fold", layers);
  if (!table) return folds;
  for (const std::string& layer : layers) {
    if (!table->has(layer)) continue;
    if (!table->is_text(layer)) {
      folds[layer] = {.pe = *table->integer(layer, {1, kMostAtOnce})};
      continue;
    }
    const auto fold = parse_layer_fold(*table->text(layer));
    if (!fold)
      table->refuse(layer,
                    "allowed are the results at once and the operands of each, as in \"4x16\", or "
                    "the results alone, \"4\"");
    folds[layer] = *fold;
  }
  return folds;
}

void check_folds(const TableReader& root, const graph::Model& model) {
  std::vector<std::string> layers;
  for (const graph::Node& node : model.nodes) layers.push_back(node.name);
  read_folds(root, layers);
}

std::map<std::string, LayerFold> recipe_folds(const std::string& text,
                                              const std::string& file_name) {
  const toml::table table = parse_toml(text, file_name);
  std::vector<std::string> keys, layers;
  for (const auto& [key, value] : table) keys.emplace_back(key.str());
  if (const toml::table* folds = table["fold"].as_table())
    for (const auto& [key, value] : *folds) layers.emplace_back(key.str());
  return read_folds(TableReader(table, "", file_name, keys), layers);
}

}  // namespace qfx::frontends
