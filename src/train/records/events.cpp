#include "train/records/events.h"

#include <nlohmann/json.hpp>

namespace qfx::train {
namespace {

using Json = nlohmann::json;

Json event(const char* name, double time) {
  return {{"event", name}, {"time", time}};
}

bool is_accuracy(const measure::Headline& result) {
  return result.name == "accuracy";
}

Json measure_json(const measure::Headline& result) {
  return {{"name", result.name}, {"higher_is_better", result.higher_is_better}};
}

// "test_accuracy"; of another measure "test_measure", and which one that is.
void put(Json& json, const std::string& of, const measure::Headline& result) {
  json[of + (is_accuracy(result) ? "_accuracy" : "_measure")] = result.value;
  if (!is_accuracy(result)) json["measure"] = measure_json(result);
}

const char* set_name(bool is_validation) {
  return is_validation ? "validation" : "test";
}

double fraction(const steps::OverflowCount& count) {
  return static_cast<double>(count.overflows) / static_cast<double>(count.values);
}

Json formats(Network& network) {
  Json all = Json::object();
  for (const Point* point : network.points()) {
    if (!point->casts() || !point->is_set()) continue;
    Json& entry = all[point->tensor];
    entry = {{"format", fixed::to_string(point->spec.format(point->frac_bits[0]))},
             {"frac_bits", point->frac_bits},
             {"f", point->values()}};
    if (point->spec.point_form == graph::PointForm::Log2Threshold) {
      for (float f : point->values()) entry["log2_t"].push_back(point->spec.log2_threshold(f));
    }
  }
  return all;
}

}  // namespace

std::string start_event(double time, const frontends::Recipe& recipe, int threads,
                        at::Device device, std::int64_t train_images, std::int64_t test_images,
                        std::int64_t parameters) {
  Json json = event("start", time);
  json["name"] = recipe.name;
  json["seed"] = recipe.seed;
  json["threads"] = threads;
  if (!device.is_cpu()) json["device"] = device.str();
  json["train_images"] = train_images;
  json["test_images"] = test_images;
  json["batch_size"] = recipe.batch_size;
  json["parameters"] = parameters;
  return json.dump();
}

std::string resumed_event(double time, const RunState& state) {
  Json json = event("resumed", time);
  json["phase"] = to_string(state.phase);
  json["step"] = state.step;
  return json.dump();
}

std::string warning_event(double time, const std::string& kind, const std::string& about,
                          const std::string& text) {
  Json json = event("warning", time);
  json["kind"] = kind;
  json["about"] = about;
  json["text"] = text;
  return json.dump();
}

std::string carriers_event(double time, const Network& network) {
  Json layers = Json::object();
  for (const Layer& layer : network.layers()) {
    if (!layer.has_carrier) continue;
    layers[network.node(layer.id).name] = {{"carrier", to_string(layer.carrier)},
                                           {"accumulator_width", layer.accumulator_width}};
  }
  Json json = event("carriers", time);
  json["layers"] = layers;
  return json.dump();
}

std::string refined_event(double time, const Refinement& refinement) {
  Json json = event("refined", time);
  json["steps"] = refinement.lines;
  json["layers"] = Json::object();
  for (const LayerError& layer : refinement.layers)
    json["layers"][layer.node] = {{"calibrated", layer.calibrated}, {"refined", layer.refined}};
  return json.dump();
}

std::string calibrated_event(double time, const frontends::Calibration& calibration,
                             std::int64_t images, const measure::Headline& result,
                             bool on_validation, Network& network) {
  Json json = event("calibrated", time);
  json["method"] = frontends::to_string(calibration.method);
  json["images"] = images;
  put(json, set_name(on_validation), result);
  json["formats"] = formats(network);
  return json.dump();
}

std::string epoch_event(double time, const EpochReport& report, Network& network) {
  Json json = event("epoch", time);
  json["phase"] = to_string(report.phase);
  json["epoch"] = report.epoch;
  json["train_loss"] = report.train_loss;
  if (report.train_accuracy) json["train_accuracy"] = *report.train_accuracy;
  put(json, set_name(report.on_validation), report.result);
  json["learning_rate"] = report.learning_rate;
  json["seconds"] = report.seconds;
  json["images_per_second"] = report.images_per_second;
  json["seconds_waited"] = report.seconds_waited;
  if (report.phase == PhaseKind::Fixed) {
    Json overflows = Json::object(), changes = Json::object();
    for (const Point* point : network.points()) {
      if (point->count.values > 0) overflows[point->tensor] = fraction(point->count);
      if (point->trains()) changes[point->tensor] = point->changes;
    }
    json["formats"] = formats(network);
    json["overflows"] = overflows;
    json["zeros"] = report.zeros;
    json["changes"] = changes;
  }
  return json.dump();
}

std::string histogram_event(double time, const TensorHistogram& of_tensor) {
  const steps::Histogram& histogram = of_tensor.histogram;
  Json json = event("histogram", time);
  json["tensor"] = of_tensor.tensor;
  json["format"] = fixed::to_string(of_tensor.format);
  json["low"] = histogram.low;
  json["high"] = histogram.high;
  json["counts"] = histogram.counts;
  json["outside"] = histogram.outside;
  json["points"] = of_tensor.points;
  json["minimum"] = histogram.minimum;
  json["maximum"] = histogram.maximum;
  json["range_low"] = histogram.range_low;
  json["range_high"] = histogram.range_high;
  return json.dump();
}

std::string frozen_event(double time, const measure::Headline& result, const std::string& kept,
                         const std::map<std::string, steps::OverflowCount>& overflows,
                         const std::map<std::string, double>& zeros, Network& network) {
  Json json = event("frozen", time);
  put(json, "test", result);
  if (!kept.empty()) json["kept"] = kept;
  json["overflows"] = Json::object();
  for (const auto& [tensor, count] : overflows) json["overflows"][tensor] = fraction(count);
  json["zeros"] = zeros;
  json["formats"] = formats(network);
  return json.dump();
}

std::string summary_json(const std::string& name, const Summary& summary) {
  Json forbidden = Json::array();
  for (const ForbiddenOverflow& f : summary.forbidden_overflows) {
    forbidden.push_back({{"tensor", f.tensor},
                         {"where", f.where},
                         {"overflows", f.overflows},
                         {"values", f.values}});
  }
  Json json{{"name", name},
            {"float_seconds", summary.float_seconds},
            {"fixed_seconds", summary.fixed_seconds},
            {"forbidden_overflows", forbidden}};
  const auto put_result = [&](const std::string& of,
                              const std::optional<measure::Headline>& result) {
    json[of + "_accuracy"] = result && is_accuracy(*result) ? Json(result->value) : Json(nullptr);
    if (result && !is_accuracy(*result)) json[of + "_measure"] = result->value;
    if (result) json["measure"] = measure_json(*result);
  };
  put_result("float", summary.float_result);
  put_result("ptq", summary.ptq_result);
  put_result("fixed", summary.fixed_result);
  if (!summary.kept.empty()) json["kept"] = summary.kept;
  return json.dump(2);
}

}  // namespace qfx::train
