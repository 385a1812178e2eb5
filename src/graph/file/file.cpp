#include "qfx/graph/file.h"

#include <charconv>
#include <optional>
#include <utility>

#include "graph/file/file_content.h"
#include "graph/file/file_parts.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {
namespace {

constexpr const char* kSchemaKey = "qfx_schema";
constexpr const char* kKindKey = "qfx_kind";
constexpr const char* kGraphKey = "qfx_graph";

std::string sealed(const Parts& parts, const std::string& kind) {
  store::Safetensors file;
  file.metadata[kSchemaKey] = std::to_string(kSchemaVersion);
  file.metadata[kKindKey] = kind;
  file.metadata[kGraphKey] = parts.graph.dump();
  file.tensors = parts.tensors;
  store::seal(file);
  return store::serialize(file);
}

const std::string& metadata(const store::Safetensors& file, const char* key,
                            const std::string& what) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end())
    user_error("{}: its metadata has no '{}'; it is a safetensors file, but not one that QFX wrote",
               what, key);
  return found->second;
}

// The version comes before the checksum: a newer schema may well seal its files in another way.
void check_schema(const store::Safetensors& file, const std::string& what) {
  const std::string& text = metadata(file, kSchemaKey, what);
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size() || version < 1)
    user_error("{}: its schema version is '{}', it must be a whole number of at least 1", what,
               text);
  if (version > kSchemaVersion)
    user_error("{}: its schema version is {}, this build reads versions up to {}; use a newer QFX",
               what, version, kSchemaVersion);
}

Parts unsealed(std::string_view content, const std::string& what, const std::string& kind,
               const char* advice) {
  store::Safetensors file = store::parse_safetensors(content, what);
  check_schema(file, what);
  store::check_seal(file, what);
  const std::string& found = metadata(file, kKindKey, what);
  if (found != kind)
    user_error("{}: it holds a {} model, a {} one is needed; {}", what, found, kind, advice);
  return {store::parse_json(metadata(file, kGraphKey, what), what + ": graph"),
          std::move(file.tensors)};
}

// What judges a model does not know the file; the message should.
void judge(const std::string& what, const auto& check) {
  try {
    check();
  } catch (const UserError& error) {
    user_error("{}: {}", what, error.what());
  }
}

// Not yet verified.
FrozenModel read_frozen(std::string_view content, const std::string& what) {
  return frozen_from_parts(unsealed(content, what, "frozen", "freeze it first"), what);
}

}  // namespace

std::string content_of(const FrozenModel& model) {
  verify(model);
  return sealed(to_parts(model), "frozen");
}

std::string content_of(const Model& model) {
  verify(model);
  return sealed(to_parts(model), "trainable");
}

FrozenModel frozen_from_content(std::string_view content, const std::string& what) {
  FrozenModel model = read_frozen(content, what);
  judge(what, [&] { verify(model); });
  return model;
}

Model model_from_content(std::string_view content, const std::string& what) {
  const Parts parts =
      unsealed(content, what, "trainable", "a frozen model cannot be trained again");
  Model model = model_from_parts(parts, what);
  judge(what, [&] { verify(model); });
  return model;
}

void save(const FrozenModel& model, const std::string& path) {
  write_file_atomically(path, content_of(model));
}

void save(const Model& model, const std::string& path) {
  write_file_atomically(path, content_of(model));
}

FrozenModel load_frozen(const std::string& path) {
  return frozen_from_content(read_file(path), path);
}

Analyzed load_analyzed(const std::string& path) {
  FrozenModel model = read_frozen(read_file(path), path);
  std::optional<Analyzed> analyzed;
  judge(path, [&] { analyzed.emplace(std::move(model)); });
  return std::move(*analyzed);
}

Model load_model(const std::string& path) {
  return model_from_content(read_file(path), path);
}

}  // namespace qfx::graph
