#include "report/history.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "qfx/base/text.h"

namespace qfx::report {
namespace {

class Teller {
 public:
  explicit Teller(History& history) : history_(history) {}

  // False where the event's name is not known.
  bool tell(const Json& event) {
    const std::string name = text(event, "event").value_or("");
    if (name == "start") {
      start(event);
    } else if (name == "carriers") {
      carriers(event);
    } else if (name == "calibrated") {
      history_.calibrated = pick_numbers(event, {"images", "test_accuracy"});
      history_.calibrated["method"] = or_null(text(event, "method"));
      formats(event, moment("calibrated"));
    } else if (name == "epoch") {
      epoch(event);
    } else if (name == "histogram") {
      histogram(event);
    } else if (name == "resumed") {
      history_.resumed.push_back(history_.epochs.size());
    } else if (name == "frozen") {
      history_.frozen_accuracy = number(event, "test_accuracy");
      formats(event, moment("frozen"));
    } else {
      return false;
    }
    return true;
  }

 private:
  void start(const Json& event) {
    history_.start = pick_numbers(
        event, {"seed", "threads", "train_images", "test_images", "batch_size", "parameters"});
    history_.start["name"] = or_null(text(event, "name"));
  }

  void carriers(const Json& event) {
    const Json* layers = field(event, "layers");
    if (!layers || !layers->is_object()) return;
    for (const auto& [node, layer] : layers->items()) {
      const auto width = number(layer, "accumulator_width");
      history_.carriers[node] = text(layer, "carrier").value_or("-") +
                                (width ? fmt::format(", {:.0f} bits", *width) : "");
    }
  }

  std::size_t moment(const Moment& name) {
    auto& moments = history_.moments;
    const auto it = std::find(moments.begin(), moments.end(), name);
    if (it != moments.end()) return static_cast<std::size_t>(it - moments.begin());
    moments.push_back(name);
    return moments.size() - 1;
  }

  void formats(const Json& event, std::size_t when) {
    const Json* formats = field(event, "formats");
    if (!formats || !formats->is_object()) return;
    for (const auto& [name, value] : formats->items()) {
      TensorHistory& tensor = history_.tensors[name];
      if (auto format = text(value, "format")) tensor.format = *format;
      if (auto frac_bits = numbers(value, "frac_bits"); !frac_bits.empty())
        tensor.frac_bits[when] = frac_bits;
      if (auto f = numbers(value, "f"); !f.empty()) tensor.f[when] = f;
    }
  }

  void each_number(const Json& event, const char* key, std::size_t when,
                   std::map<std::size_t, double> TensorHistory::*series) {
    const Json* values = field(event, key);
    if (!values || !values->is_object()) return;
    for (const auto& [name, value] : values->items())
      if (const auto real = number(*values, name.c_str()))
        (history_.tensors[name].*series)[when] = *real;
  }

  void epoch(const Json& event) {
    Json row =
        pick_numbers(event, {"epoch", "time", "train_loss", "train_accuracy", "test_accuracy",
                             "learning_rate", "seconds", "images_per_second"});
    const bool is_fixed = text(event, "phase").value_or("") == "fixed";
    row["phase"] = is_fixed ? "fixed" : "float";
    const auto same =
        std::find_if(history_.epochs.begin(), history_.epochs.end(), [&](const Json& other) {
          return other["phase"] == row["phase"] && other["epoch"] == row["epoch"];
        });
    if (same != history_.epochs.end()) {
      *same = row;
    } else {
      history_.epochs.push_back(row);
    }
    if (!is_fixed) return;
    const std::size_t when = moment(fmt::format("{:g}", number(event, "epoch").value_or(0)));
    formats(event, when);
    each_number(event, "overflows", when, &TensorHistory::overflow);
    each_number(event, "changes", when, &TensorHistory::changes);
  }

  void histogram(const Json& event) {
    const auto name = text(event, "tensor");
    const auto low = number(event, "low"), high = number(event, "high");
    const auto counts = numbers(event, "counts");
    if (!name || !low || !high || counts.empty() || !(*low < *high) || !std::isfinite(*high - *low))
      return;
    Json bins =
        pick_numbers(event, {"low", "high", "minimum", "maximum", "range_low", "range_high"});
    bins["counts"] = counts;
    bins["format"] = or_null(text(event, "format"));
    history_.tensors[*name].histogram = std::move(bins);
  }

  History& history_;
};

Json series(const std::map<std::size_t, double>& values, std::size_t moments) {
  Json out = Json::array();
  for (std::size_t i = 0; i < moments; ++i)
    out.push_back(values.contains(i) ? Json(values.at(i)) : Json(nullptr));
  return out;
}

Json series(const std::map<std::size_t, Json>& values, std::size_t moments) {
  Json out = Json::array();
  for (std::size_t i = 0; i < moments; ++i)
    out.push_back(values.contains(i) ? values.at(i) : Json(nullptr));
  return out;
}

}  // namespace

History tell_history(const std::vector<Json>& log, std::vector<std::string>& notes) {
  History history;
  Teller teller(history);
  std::set<std::string> unknown;
  for (const Json& event : log)
    if (!teller.tell(event)) unknown.insert(text(event, "event").value_or("(no name)"));
  if (!unknown.empty())
    notes.push_back(
        fmt::format("log.jsonl has events that this version does not know; they are left out: {}",
                    join({unknown.begin(), unknown.end()}, ", ")));
  return history;
}

Json history_json(const TensorHistory& tensor, std::size_t moments) {
  return {{"frac_bits", series(tensor.frac_bits, moments)},
          {"f", series(tensor.f, moments)},
          {"overflow", series(tensor.overflow, moments)},
          {"changes", series(tensor.changes, moments)}};
}

}  // namespace qfx::report
