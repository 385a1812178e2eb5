// Measures for a terminal.
#pragma once

#include <string>

#include "qfx/data/dataset.h"
#include "qfx/measure/measure.h"

namespace qfx::command {

// "accuracy: 91.23 % (9,123 of 10,000 images of fashion-mnist)"; set: "images of fashion-mnist".
std::string headline_text(const measure::Measures& measures, const std::string& set);

// "images" where the samples are some, else "samples".
std::string sample_word(const data::Dataset& set);

// What is missing where nothing was compared: "they have no labels".
std::string nothing_to_compare(measure::Kind kind);

// What goes below: the loss, and by kind of task a table of classes, labels or outputs, the worst
// first and at most ten, and the confusion matrix of up to twelve classes. Ends with a newline.
std::string measures_text(const measure::Measures& measures);

}  // namespace qfx::command
