// The story that log.jsonl tells: epochs, and for every tensor its format, overflows and histogram
// over time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "report/json.h"

namespace qfx::report {

// A point in time at which every tensor's format was logged: "calibrated", a fixed-point epoch's
// number, "frozen".
using Moment = std::string;

struct TensorHistory {
  std::string format;                      // the last one logged
  std::map<std::size_t, Json> frac_bits;   // by index into History::moments; lists of numbers
  std::map<std::size_t, Json> f;           // the learned, real binary points
  std::map<std::size_t, double> overflow;  // fraction of the epoch's values; frozen: the test set's
  std::map<std::size_t, double> zeros;     // likewise, of those that are not 0 but became 0
  std::map<std::size_t, double> changes;   // of the rounded binary point in the epoch
  Json histogram;                          // the last one logged, or null
};

// What training found that a user would not want: {kind, about, text}; `about` a tensor or empty.
struct Warning {
  std::string kind, about, text;
};

struct History {
  Json start, calibrated;            // their fields, or null
  Json epochs = Json::array();       // {phase, epoch, train_loss, ...}
  std::vector<std::size_t> resumed;  // how many epochs were done
  std::vector<Moment> moments;
  std::map<std::string, TensorHistory> tensors;
  std::map<std::string, std::string> carriers;  // node to "float32, 21 bits"
  // Of calibration's steps, where it had any: their lines, and {calibrated, refined} by node.
  std::vector<std::string> steps;
  std::map<std::string, Json> errors;
  std::vector<Warning> warnings;                // of one kind about one tensor the last
  std::optional<double> frozen_accuracy;
  std::string kept;  // the network that is frozen: "last", "calibrated", "epoch 3"; or empty
  Json measure;      // {name, higher_is_better} where accuracies are none, or null
};

// An epoch logged twice (a run killed between its log line and its checkpoint) counts once, as
// logged last. Events that are not known are left out with one note.
History tell_history(const std::vector<Json>& log, std::vector<std::string>& notes);

// The series of one tensor as the page reads it: one entry a moment, null where nothing was logged.
Json history_json(const TensorHistory& tensor, std::size_t moments);

}  // namespace qfx::report
