#include "train/records/checkpoint.h"

#include <nlohmann/json.hpp>

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/store/safetensors.h"

namespace qfx::train {
namespace {

using Json = nlohmann::json;

constexpr const char* kStateKey = "qfx_train_state";
constexpr const char* kNetworkPrefix = "network/";
constexpr const char* kOptimizerPrefix = "optimizer/";
constexpr const char* kBestPrefix = "best/";

Json to_json(const std::optional<measure::Headline>& result) {
  if (!result) return nullptr;
  return {{"name", result->name},
          {"value", result->value},
          {"higher_is_better", result->higher_is_better},
          {"text", result->text},
          {"details", result->details}};
}

std::optional<measure::Headline> result_from_json(const Json& json) {
  if (json.is_null()) return std::nullopt;
  // Checkpoints from before there were other measures have the accuracy's value alone.
  if (json.is_number()) {
    const double value = json.get<double>();
    return measure::Headline{"accuracy", value, true, fmt::format("{:.2f} %", 100 * value), ""};
  }
  return measure::Headline{json.at("name"), json.at("value"), json.at("higher_is_better"),
                           json.at("text"), json.at("details")};
}

Json to_json(const std::optional<Best>& best) {
  if (!best) return nullptr;
  return {{"epoch", best->epoch}, {"result", to_json(std::optional(best->result))}};
}

std::optional<Best> best_from_json(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return Best{json.at("epoch"), result_from_json(json.at("result")).value()};
}

Json to_json(const std::map<std::string, PointCounts>& counts) {
  Json json = Json::object();
  for (const auto& [tensor, c] : counts) json[tensor] = {c.overflows, c.values, c.changes};
  return json;
}

std::map<std::string, PointCounts> counts_from_json(const Json& json) {
  std::map<std::string, PointCounts> counts;
  for (const auto& [tensor, c] : json.items()) counts[tensor] = {c.at(0), c.at(1), c.at(2)};
  return counts;
}

Json to_json(const RunState& state) {
  return {{"phase", to_string(state.phase)},
          {"step", state.step},
          {"loss", state.epoch.loss},
          {"correct", state.epoch.correct},
          {"images", state.epoch.images},
          {"seconds", state.epoch.seconds},
          {"counts", to_json(state.counts)},
          {"last_epoch", to_json(state.last_epoch)},
          {"elapsed", state.elapsed},
          {"float_seconds", state.float_seconds},
          {"fixed_seconds", state.fixed_seconds},
          {"float_accuracy", to_json(state.float_result)},
          {"ptq_accuracy", to_json(state.ptq_result)},
          {"best", to_json(state.best)},
          {"log_bytes", state.log_bytes},
          {"threads", state.threads}};
}

RunState state_from_json(const Json& json) {
  RunState state;
  state.phase = json.at("phase") == "fixed" ? PhaseKind::Fixed : PhaseKind::Float;
  state.step = json.at("step");
  state.epoch = {json.at("loss"), json.at("correct"), json.at("images"), json.at("seconds")};
  state.counts = counts_from_json(json.at("counts"));
  // Checkpoints from before overflows could be forbidden have none.
  if (json.contains("last_epoch")) state.last_epoch = counts_from_json(json.at("last_epoch"));
  state.elapsed = json.at("elapsed");
  state.float_seconds = json.at("float_seconds");
  state.fixed_seconds = json.at("fixed_seconds");
  state.float_result = result_from_json(json.at("float_accuracy"));
  state.ptq_result = result_from_json(json.at("ptq_accuracy"));
  if (json.contains("best")) state.best = best_from_json(json.at("best"));
  state.log_bytes = json.at("log_bytes");
  state.threads = json.value("threads", 0);
  return state;
}

void put(const NamedFloats& tensors, const std::string& prefix, store::Safetensors& file) {
  for (const auto& [name, values] : tensors) {
    file.tensors[prefix + name] = store::make_tensor<float>(
        {static_cast<std::int64_t>(values.size())}, std::span<const float>(values));
  }
}

NamedFloats take(const store::Safetensors& file, const std::string& prefix) {
  NamedFloats tensors;
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.starts_with(prefix)) continue;
    tensors[name.substr(prefix.size())] = store::values_of<float>(tensor, "the checkpoint's tensor '" + name + "'");
  }
  return tensors;
}

store::Safetensors read(const std::filesystem::path& path) {
  store::Safetensors file = store::parse_safetensors(read_file(path), path.string());
  store::check_seal(file, path.string());
  return file;
}

void write(store::Safetensors file, const std::filesystem::path& path) {
  store::seal(file);
  write_file_atomically(path, store::serialize(file));
}

}  // namespace

const char* to_string(PhaseKind phase) {
  switch (phase) {
    case PhaseKind::Float:
      return "float";
    case PhaseKind::Fixed:
      return "fixed";
  }
  internal_error("phase {}", static_cast<int>(phase));
}

void save_checkpoint(const Checkpoint& checkpoint, const std::filesystem::path& path) {
  store::Safetensors file;
  file.metadata[kStateKey] = to_json(checkpoint.state).dump();
  put(checkpoint.tensors, kNetworkPrefix, file);
  put(checkpoint.optimizer, kOptimizerPrefix, file);
  put(checkpoint.best, kBestPrefix, file);
  write(std::move(file), path);
}

std::optional<Checkpoint> load_checkpoint(const std::filesystem::path& path) {
  if (!path_exists(path)) return std::nullopt;
  const store::Safetensors file = read(path);
  const auto state = file.metadata.find(kStateKey);
  if (state == file.metadata.end()) {
    user_error("{}: it is no checkpoint of a training run: its metadata lacks '{}'", path.string(),
               kStateKey);
  }
  Checkpoint checkpoint;
  try {
    checkpoint.state = state_from_json(Json::parse(state->second));
  } catch (const Json::exception& error) {
    user_error("{}: the run's state in it is damaged: {}", path.string(), error.what());
  }
  checkpoint.tensors = take(file, kNetworkPrefix);
  checkpoint.optimizer = take(file, kOptimizerPrefix);
  checkpoint.best = take(file, kBestPrefix);
  return checkpoint;
}

void save_tensors(const NamedFloats& tensors, const std::filesystem::path& path) {
  store::Safetensors file;
  put(tensors, "", file);
  write(std::move(file), path);
}

NamedFloats load_tensors(const std::filesystem::path& path) {
  return take(read(path), "");
}

}  // namespace qfx::train
