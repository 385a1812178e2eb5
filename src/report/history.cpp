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
    } else if (name == "refined") {
      refined(event);
    } else if (name == "calibrated") {
      calibrated(event);
      formats(event, moment("calibrated"));
    } else if (name == "epoch") {
      epoch(event);
    } else if (name == "histogram") {
      histogram(event);
    } else if (name == "resumed") {
      history_.resumed.push_back(history_.epochs.size());
    } else if (name == "frozen") {
      history_.frozen_accuracy = result(event, "test");
      history_.kept = text(event, "kept").value_or("");
      measure(event);
      const std::size_t when = moment("frozen");
      formats(event, when);
      losses(event, when);
    } else if (name == "warning") {
      warning(event);
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

  // An accuracy, or what the network's task has in its place.
  static std::optional<double> result(const Json& event, const std::string& set) {
    const auto accuracy = number(event, (set + "_accuracy").c_str());
    return accuracy ? accuracy : number(event, (set + "_measure").c_str());
  }

  void measure(const Json& event) {
    if (const Json* named = field(event, "measure"); named && named->is_object())
      history_.measure = *named;
  }

  // Older versions log how many samples the recipe asks for, which may be more than there are.
  void calibrated(const Json& event) {
    history_.calibrated = pick_numbers(event, {"images"});
    history_.calibrated["test_accuracy"] = or_null(result(event, "test"));
    history_.calibrated["validation_accuracy"] = or_null(result(event, "validation"));
    measure(event);
    history_.calibrated["method"] = or_null(text(event, "method"));
    const auto asked = number(event, "images"), all = number(history_.start, "train_images");
    if (asked && all && *all > 0) history_.calibrated["images"] = std::min(*asked, *all);
  }

  void refined(const Json& event) {
    history_.steps.clear();
    history_.errors.clear();
    if (const Json* steps = field(event, "steps"); steps && steps->is_array()) {
      for (const Json& line : *steps)
        if (line.is_string()) history_.steps.push_back(line.get<std::string>());
    }
    const Json* layers = field(event, "layers");
    if (!layers || !layers->is_object()) return;
    for (const auto& [node, error] : layers->items())
      history_.errors[node] = pick_numbers(error, {"calibrated", "refined"});
  }

  void warning(const Json& event) {
    Warning warning{.kind = text(event, "kind").value_or(""),
                    .about = text(event, "about").value_or(""),
                    .text = text(event, "text").value_or("")};
    if (warning.text.empty()) return;
    std::erase_if(history_.warnings, [&](const Warning& other) {
      return other.kind == warning.kind && other.about == warning.about &&
             (!other.about.empty() || other.text == warning.text);
    });
    history_.warnings.push_back(std::move(warning));
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

  void losses(const Json& event, std::size_t when) {
    each_number(event, "overflows", when, &TensorHistory::overflow);
    each_number(event, "zeros", when, &TensorHistory::zeros);
  }

  void epoch(const Json& event) {
    Json row = pick_numbers(event, {"epoch", "time", "train_loss", "train_accuracy",
                                    "learning_rate", "seconds", "images_per_second"});
    row["test_accuracy"] = or_null(result(event, "test"));
    row["validation_accuracy"] = or_null(result(event, "validation"));
    measure(event);
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
    losses(event, when);
    each_number(event, "changes", when, &TensorHistory::changes);
  }

  void histogram(const Json& event) {
    const auto name = text(event, "tensor");
    const auto low = number(event, "low"), high = number(event, "high");
    const auto counts = numbers(event, "counts");
    if (!name || !low || !high || counts.empty() || !(*low < *high) || !std::isfinite(*high - *low))
      return;
    Json bins = pick_numbers(event, {"low", "high", "minimum", "maximum", "range_low", "range_high",
                                     "outside", "points"});
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
          {"zeros", series(tensor.zeros, moments)},
          {"changes", series(tensor.changes, moments)}};
}

}  // namespace qfx::report
