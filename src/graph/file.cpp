#include "qfx/graph/file.h"

#include <charconv>

#include "graph/file_parts.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::graph {
namespace {

constexpr const char* kSchemaKey = "qfx_schema";
constexpr const char* kKindKey = "qfx_kind";
constexpr const char* kGraphKey = "qfx_graph";

void write(const Parts& parts, const std::string& kind, const std::string& path) {
  Safetensors file;
  file.metadata[kSchemaKey] = std::to_string(kSchemaVersion);
  file.metadata[kKindKey] = kind;
  file.metadata[kGraphKey] = parts.graph.dump();
  file.tensors = parts.tensors;
  seal(file);
  write_file_atomically(path, serialize(file));
}

const std::string& metadata(const Safetensors& file, const char* key, const std::string& path) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end())
    user_error("{}: its metadata has no '{}'; it is a safetensors file, but not one that QFX wrote",
               path, key);
  return found->second;
}

// The version comes before the checksum: a newer schema may well seal its files in another way.
void check_schema(const Safetensors& file, const std::string& path) {
  const std::string& text = metadata(file, kSchemaKey, path);
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size() || version < 1)
    user_error("{}: its schema version is '{}', it must be a whole number of at least 1", path,
               text);
  if (version > kSchemaVersion)
    user_error("{}: its schema version is {}, this build reads versions up to {}; use a newer QFX",
               path, version, kSchemaVersion);
}

Parts read(const std::string& path, const std::string& kind, const char* advice) {
  Safetensors file = parse_safetensors(read_file(path), path);
  check_schema(file, path);
  check_seal(file, path);
  const std::string& found = metadata(file, kKindKey, path);
  if (found != kind)
    user_error("{}: it holds a {} model, a {} one is needed; {}", path, found, kind, advice);
  return {parse_json(metadata(file, kGraphKey, path), path + ": graph"), std::move(file.tensors)};
}

// The verifier does not know the file; the message should.
template <class AnyModel>
AnyModel verified(AnyModel model, const std::string& path) {
  try {
    verify(model);
  } catch (const UserError& error) {
    user_error("{}: {}", path, error.what());
  }
  return model;
}

}  // namespace

void save(const FrozenModel& model, const std::string& path) {
  verify(model);
  write(to_parts(model), "frozen", path);
}

FrozenModel load_frozen(const std::string& path) {
  return verified(frozen_from_parts(read(path, "frozen", "freeze it first"), path), path);
}

void save(const Model& model, const std::string& path) {
  verify(model);
  write(to_parts(model), "trainable", path);
}

Model load_model(const std::string& path) {
  return verified(
      model_from_parts(read(path, "trainable", "a frozen model cannot be trained again"), path),
      path);
}

}  // namespace qfx::graph
