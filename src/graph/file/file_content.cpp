#include "graph/file/file_content.h"

#include <charconv>
#include <optional>
#include <utility>

#include "graph/file/pack.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/file.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {
namespace {

constexpr const char* kSchemaKey = "qfx_schema";
constexpr const char* kKindKey = "qfx_kind";

store::Safetensors seal(store::Safetensors file, const std::string& kind) {
  file.metadata[kSchemaKey] = std::to_string(kSchemaVersion);
  file.metadata[kKindKey] = kind;
  store::seal(file);
  return file;
}

std::string sealed(store::Safetensors file, const std::string& kind) {
  return store::serialize(seal(std::move(file), kind));
}

// The version comes before the checksum: a newer schema may well seal its files in another way.
void check_schema(const store::Safetensors& file, const std::string& file_name) {
  const std::string& text = metadata(file, kSchemaKey, file_name);
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size() || version < 1)
    user_error("{}: its schema version is {}, it must be a whole number of at least 1", file_name,
               in_quotes(text));
  if (version > kSchemaVersion)
    user_error("{}: its schema version is {}, this build reads versions up to {}; use a newer QFX",
               file_name, version, kSchemaVersion);
}

store::Safetensors unsealed(std::string_view content, const std::string& file_name,
                            const std::string& kind, const char* advice) {
  store::Safetensors file = store::parse_safetensors(content, file_name);
  check_schema(file, file_name);
  store::check_seal(file, file_name);
  const std::string& found = metadata(file, kKindKey, file_name);
  if (found != kind)
    user_error("{}: it holds a {} model, a {} one is needed; {}", file_name, found, kind, advice);
  return file;
}

// What judges a model does not know the file; the message should.
void judge(const std::string& file_name, const auto& check) {
  try {
    check();
  } catch (const UserError& error) {
    user_error("{}: {}", file_name, error.what());
  }
}

// Not yet verified.
FrozenModel read_frozen(std::string_view content, const std::string& file_name) {
  return unpack_frozen(unsealed(content, file_name, "frozen", "freeze it first"), file_name);
}

}  // namespace

std::string content_of(const FrozenModel& model) {
  verify(model);
  return sealed(pack(model), "frozen");
}

std::string checksum_of(const FrozenModel& model) {
  return store::seal_of(seal(pack(model), "frozen"));
}

std::string content_of(const Model& model) {
  verify(model);
  return sealed(pack(model), "trainable");
}

FrozenModel frozen_from_content(std::string_view content, const std::string& file_name) {
  FrozenModel model = read_frozen(content, file_name);
  judge(file_name, [&] { verify(model); });
  return model;
}

Model model_from_content(std::string_view content, const std::string& file_name) {
  Model model = unpack_model(
      unsealed(content, file_name, "trainable", "a frozen model cannot be trained again"),
      file_name);
  judge(file_name, [&] { verify(model); });
  return model;
}

Analyzed analyzed_from_content(std::string_view content, const std::string& file_name) {
  FrozenModel model = read_frozen(content, file_name);
  std::optional<Analyzed> analyzed;
  judge(file_name, [&] { analyzed.emplace(std::move(model)); });
  return std::move(*analyzed);
}

}  // namespace qfx::graph
