// What a run says, once each, where it has come to something that a user would not want: the
// sentence, and the key that mends it.
#pragma once

#include <map>
#include <string>

#include "train/loop/examine.h"
#include "train/loop/run_context.h"

namespace qfx::train {

enum class Stage { Float, Calibrated, Fixed };

// A network whose outputs are all alike, or that is no better than one that always answers the
// same. Of a later stage nothing is said where float was none either. Returns whether it is so.
bool warn_of_no_answer(RunContext& context, Stage stage, const Evaluation& evaluation,
                       const std::string& set, bool float_was_better);

// Tensors of the frozen formats of whose values more than 1 % overflow on the test set.
void warn_of_overflows(RunContext& context, Network& network,
                       const std::map<std::string, steps::OverflowCount>& overflows);

// Learned points that the steps of the fixed phase cannot move by a whole bit. factors: the sum of
// the learning rate's factors over these steps.
void warn_of_still_points(RunContext& context, Network& network, std::int64_t steps,
                          double factors);

// A softmax at the end, of which the loss takes the input.
void warn_of_last_softmax(RunContext& context);

// Fixed-point training that ends below calibration, on the test set. `kept` as in Summary.
void warn_below_calibration(RunContext& context, const measure::Headline& calibrated,
                            const measure::Headline& trained, std::int64_t samples,
                            const std::string& kept);

// That not the network at the end of the fixed phase is frozen, but a better one.
void tell_kept(RunContext& context, const Best& best, const measure::Headline& last);

// "84.21 %", "RMSE 0.0417".
std::string text_of(const measure::Headline& result);

}  // namespace qfx::train
