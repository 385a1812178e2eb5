// What a path holds, by a look at it: for messages where one thing is given for another.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace qfx::data {

enum class Thing {
  Nothing,    // there is nothing
  Recipe,     // NAME.toml
  RunFolder,  // a folder with a recipe.toml, as qfx train leaves it
  Model,      // NAME.qfx
  Graph,      // NAME.graph
  Samples,    // a folder or a file of a known layout
  Other,
};

struct Recognized {
  Thing thing = Thing::Nothing;
  std::string source;  // of Samples: the data source that reads them, "npy:DIR"
};

Recognized recognize(const std::filesystem::path& path);

// "a recipe"; empty of Nothing and Other.
std::string_view thing_text(Thing thing);

// Whether a folder has the files by which a kind of source, "npy", is known.
bool has_files_of(const std::filesystem::path& folder, std::string_view kind);

}  // namespace qfx::data
