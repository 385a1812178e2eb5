#include "report/commands.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace qfx::report {

std::string shell_quote(const std::string& word) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:=+@,%").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::optional<std::string> data_source(std::string_view recipe) {
  bool in_data = false;
  while (!recipe.empty()) {
    const std::size_t end = recipe.find('\n');
    std::string_view line = recipe.substr(0, end);
    recipe.remove_prefix(end == std::string_view::npos ? recipe.size() : end + 1);
    const auto skip = [&](std::string_view characters) {
      line.remove_prefix(std::min(line.find_first_not_of(characters), line.size()));
    };
    skip(" \t");
    if (line.starts_with('[')) in_data = line.starts_with("[data]");
    if (!in_data || !line.starts_with("source")) continue;
    line.remove_prefix(6);
    skip(" \t");
    if (!line.starts_with('=')) continue;
    skip("= \t");
    if (line.empty() || (line[0] != '"' && line[0] != '\'')) continue;
    const std::string_view value = line.substr(1, line.find(line[0], 1) - 1);
    if (value.find('\\') == std::string_view::npos) return std::string(value);
  }
  return std::nullopt;
}

Json commands_json(const std::string& source, bool is_run, bool has_model,
                   const std::optional<std::string>& recipe, const Json& verify) {
  namespace fs = std::filesystem;
  const fs::path path(source);
  const auto quoted = [](const fs::path& file) { return shell_quote(file.string()); };
  const std::string model = quoted(is_run ? path / "model.qfx" : path);
  const std::optional<std::string> set = recipe ? data_source(*recipe) : std::nullopt;
  const std::string data = set ? shell_quote(*set) : "SET";
  Json out = Json::array();
  const auto add = [&](const char* id, const char* title, const std::string& command) {
    out.push_back({{"id", id}, {"title", title}, {"command", command}});
  };
  if (recipe && !has_model)
    add("resume", "Go on with the run", fmt::format("qfx train --out {} --resume", quoted(path)));
  if (recipe)
    add("train", "Train again: the same seed gives the same bits",
        fmt::format("qfx train {} --out {}", quoted(path / "recipe.toml"),
                    quoted(path.parent_path() / (path.filename().string() + "-again"))));
  add("run", "Accuracy of the integer model", fmt::format("qfx run {} --data {}", model, data));
  add("export", "Export a Vitis HLS project",
      fmt::format("qfx export {} --target vitis -o {}", model,
                  quoted((is_run ? path : path.parent_path()) / "vitis")));
  add("verify", "Compare every output value of the exported code",
      fmt::format("qfx verify {} --against vitis --data {}", model, data));
  if (const auto command = text(verify, "command"); command && !command->empty())
    add("build", "How verify built the exported code", *command);
  add("report", "This page", fmt::format("qfx report {} -o report.html", quoted(path)));
  return out;
}

}  // namespace qfx::report
