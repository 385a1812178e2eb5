#include "train/loop/trainer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "train/loop/calibration_samples.h"
#include "train/loop/schedule.h"
#include "train/loop/shared.h"
#include "train/loop/warnings.h"
#include "train/network/point_limits.h"
#include "train/records/events.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::train {
namespace {

using Clock = std::chrono::steady_clock;

// The last part of the fixed phase trains under the running statistics: what the frozen model will
// use.
constexpr double kStatisticsFreezeAfter = 0.8;

// That tell whether training has left the network better than calibration did.
constexpr std::int64_t kJudgingSamples = 4096;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

Trainer::Trainer(RunContext& context, PhaseKind kind, Network& network, const Checkpoint* from)
    : context_(context),
      kind_(kind),
      network_(network),
      phase_(kind == PhaseKind::Float ? context.recipe.float_phase : context.recipe.fixed_phase),
      per_epoch_(steps_per_epoch(context.train_set, context.recipe.batch_size)),
      steps_(std::llround(phase_.epochs * static_cast<double>(per_epoch_))),
      optimizer_(phase_.optimizer, trained_tensors(network),
                 context.recipe.has_teacher ? RateUnit::TensorSize : RateUnit::One),
      objective_(context.recipe, context.train_set) {
  if (from != nullptr) network_.load_state(from->tensors, "the checkpoint");
  share_tensors(network_, context_.peers);
  if (is_fixed()) {
    const frontends::Points& points = context.recipe.points;
    const steps::PointSettings settings{points.learning_rate, points.freeze_after};
    points_ = std::make_unique<LearnedPoints>(settings, trained_points(network), steps_);
  }
  if (from == nullptr) return;
  best_ = from->best;
  optimizer_.load_state(from->optimizer, context.state.step);
  if (points_) points_->optimizer().load_state(from->optimizer, context.state.step);
  for (Point* point : network_.points()) {
    const auto counts = context.state.counts.find(point->tensor);
    if (counts == context.state.counts.end()) continue;
    if (context.peers.is_first()) point->count = {counts->second.overflows, counts->second.values};
    point->changes = counts->second.changes;
  }
}

std::int64_t Trainer::epochs_done() const {
  return (context_.state.step + per_epoch_ - 1) / per_epoch_;
}

double& Trainer::phase_seconds() const {
  return is_fixed() ? context_.state.fixed_seconds : context_.state.float_seconds;
}

double Trainer::learning_rate_factor() const {
  return train::learning_rate_factor(phase_.optimizer, context_.state.step, steps_, per_epoch_);
}

Outputs Trainer::forward(const Batch& batch) {
  const std::int64_t step = context_.state.step;
  if (is_fixed()) {
    const double progress = static_cast<double>(step) / static_cast<double>(steps_);
    const FixedMode mode{.batch_statistics = progress < kStatisticsFreezeAfter,
                         .count = true,
                         .add_up = add_up_of(context_.peers)};
    return outputs_of(context_, kind_, network_, batch.samples, mode);
  }
  const Dropout dropout{.shares = context_.recipe.dropout,
                        .seed = context_.recipe.seed,
                        .step = step,
                        .first_sample = batch.first};
  return outputs_of(context_, kind_, network_, batch.samples, {}, true, &dropout);
}

measure::Headline Trainer::on_training_samples() {
  const data::Dataset some = some_of(context_.train_set, kJudgingSamples);
  return train::examine(context_, kind_, network_, some).measures.headline();
}

void Trainer::note_calibrated(const measure::Headline& result) {
  if (steps_ == 0 || context_.recipe.keep == frontends::Keep::Last) return;
  context_.state.best =
      Best{.epoch = 0, .result = context_.has_validation() ? result : on_training_samples()};
  if (context_.has_validation()) best_ = network_.values();
}

void Trainer::warn_of_still_points() {
  double factors = 0;
  for (std::int64_t step = 0; step < steps_; ++step)
    factors += train::learning_rate_factor(phase_.optimizer, step, steps_, per_epoch_);
  train::warn_of_still_points(context_, network_, steps_, factors);
}

std::string Trainer::settle(const NamedFloats& calibrated) {
  const std::optional<Best>& best = context_.state.best;
  if (steps_ == 0 || !best) return "";
  const bool on_validation = context_.has_validation();
  if (on_validation && best->epoch == epochs_done()) return "last";
  const measure::Headline last =
      on_validation ? examine().measures.headline() : on_training_samples();
  if (!on_validation && !best->result.better_than(last.value)) return "last";
  if (!on_validation) {
    best_ = calibrated;
    save();
  }
  tell_kept(context_, *best, last);
  network_.load_state(best_, "the network that is kept");
  return best->epoch == 0 ? "calibrated" : fmt::format("epoch {}", best->epoch);
}

void Trainer::run() {
  RunState& state = context_.state;
  if (state.step >= steps_) return;
  // Calibration's, of a run that had ended and goes on: its end decides anew.
  if (!context_.has_validation()) best_.clear();
  Loader loader(context_.train_set,
                {context_.recipe.seed + (is_fixed() ? 1 : 0), context_.recipe.batch_size,
                 context_.recipe.augment, network_.input(), context_.recipe.model.task,
                 context_.peers.rank(), context_.peers.size()},
                state.step, steps_);
  Clock::time_point saved = Clock::now();
  while (state.step < steps_) {
    const Clock::time_point begin = Clock::now();
    const Batch batch = loader.next();
    waited_ += seconds_since(begin);
    step(batch);
    ++state.step;
    const double seconds = seconds_since(begin);
    state.epoch.seconds += seconds;
    phase_seconds() += seconds;
    report_progress(state.epoch.loss / static_cast<double>(state.epoch.images));

    // One that wants to is enough for all.
    const bool is_asked = context_.options.should_stop && context_.options.should_stop();
    std::vector<double> wanted{
        seconds_since(saved) > 60 * context_.recipe.checkpoint_minutes ? 1.0 : 0.0,
        is_asked ? 1.0 : 0.0};
    context_.peers.add_up(wanted);
    if (is_fixed() && state.step == steps_) settle_learned_points(network_);
    if (state.step % per_epoch_ == 0 || state.step == steps_) {
      end_epoch();
      save();
      saved = Clock::now();
    } else if (wanted[0] > 0) {
      save();
      saved = Clock::now();
    }
    if (wanted[1] > 0) {
      save();
      throw Stopped(fmt::format("stopped {}at step {} of {} of the {} phase; go on with --resume",
                                is_asked ? "" : "because another process was, ", state.step, steps_,
                                to_string(kind_)));
    }
  }
}

void Trainer::step(const Batch& batch) {
  RunState& state = context_.state;
  const at::Tensor& samples = batch.samples;
  const Outputs outputs = forward(batch);
  const at::Tensor loss = is_fixed() && context_.teacher_loss
                              ? context_.teacher_loss(outputs.scores, samples)
                              : objective_(outputs.scores, batch);
  // Of the whole batch: the loss times its images, those right, its images.
  const auto images = static_cast<double>(samples.size(0));
  const std::int64_t correct =
      batch.labels.defined() ? count_correct(outputs.values, batch.labels.data_ptr<std::int64_t>())
                             : 0;
  std::vector<double> totals{loss.item<double>() * images, static_cast<double>(correct), images};
  context_.peers.add_up(totals);
  const double value = totals[0] / totals[2];
  if (!std::isfinite(value))
    fail_diverged(std::isnan(value) ? "the loss became NaN" : "the loss became infinite", samples);
  loss.backward();
  average_gradients(network_, context_.peers);
  const double factor = learning_rate_factor();
  optimizer_.step(phase_.optimizer.learning_rate * factor);
  optimizer_.zero_gradients();
  // Not left to the next loss: a convolution of integers makes a number of a NaN.
  if (const std::string tensor = optimizer_.diverged_tensor(); !tensor.empty())
    fail_diverged(fmt::format("'{}' became infinite or NaN", tensor), samples);
  if (points_) {
    points_->step(state.step, factor);
    points_->zero_gradients();
    limit_points(network_, [](const Point& point) { return point.trains(); });
  }
  state.epoch.loss += totals[0];
  state.epoch.correct += static_cast<std::int64_t>(totals[1]);
  state.epoch.images += static_cast<std::int64_t>(totals[2]);
}

void Trainer::fail_diverged(const std::string& what, const at::Tensor& samples) const {
  user_error(
      "{} at step {} of the {} phase; lower {}.learning_rate (now {}), add warm-up, give the "
      "tensors that overflow more bits, or have data.normalize bring the samples near 1 (here they "
      "reach {:.3g}). {}",
      what, context_.state.step + 1, to_string(kind_), to_string(kind_),
      phase_.optimizer.learning_rate, samples.abs().max().item<double>(),
      context_.folder.keeps_something()
          ? "What was kept before remains in the run folder; the changed recipe goes to another one"
          : "Nothing was kept yet: the run folder takes the changed recipe");
}

void Trainer::report_progress(double loss) {
  if (!context_.options.progress || !context_.peers.is_first()) return;
  const RunState& state = context_.state;
  const double rate = static_cast<double>(state.epoch.images) / state.epoch.seconds;
  const double images_a_step =
      static_cast<double>(std::min(context_.recipe.batch_size, context_.train_set.size()));
  context_.options.progress(
      {.phase = to_string(kind_),
       .step = state.step,
       .steps = steps_,
       .loss = loss,
       .images_per_second = rate,
       .seconds_left = static_cast<double>(steps_ - state.step) * images_a_step / rate,
       .unit = context_.unit()});
}

void Trainer::end_epoch() {
  gather_counts(network_, context_.peers, true);
  RunState& state = context_.state;
  const EpochTotals& totals = state.epoch;
  const auto images = static_cast<double>(totals.images);
  EpochReport report;
  report.phase = kind_;
  report.epoch = epochs_done();
  report.train_loss = totals.loss / images;
  if (context_.recipe.model.task.classifies())
    report.train_accuracy = static_cast<double>(totals.correct) / images;
  report.result = examine().measures.headline();
  report.on_validation = context_.has_validation();
  // What the epoch's last step used.
  report.learning_rate =
      phase_.optimizer.learning_rate *
      train::learning_rate_factor(phase_.optimizer, state.step - 1, steps_, per_epoch_);
  report.seconds = totals.seconds;
  report.images_per_second = images / totals.seconds;
  report.seconds_waited = std::exchange(waited_, 0.0);
  RoundedToZero rounded;
  if (is_fixed() && context_.peers.is_first()) rounded = rounded_to_zero(context_, network_);
  report.zeros = rounded.fractions;
  context_.log->write(epoch_event(context_.elapsed(), report, network_));
  context_.message(fmt::format(
      "{} epoch {}: loss {:.4f},{} {} {}, {:.0f} {}/s, {}{}", to_string(kind_), report.epoch,
      report.train_loss,
      report.train_accuracy ? fmt::format(" train {:.2f} %,", 100 * *report.train_accuracy) : "",
      context_.judging_name(), text_of(report.result), report.images_per_second, context_.unit(),
      format_duration(report.seconds), is_fixed() ? points_moved() : ""));
  if (report.seconds_waited > std::max(0.5, 0.02 * report.seconds))
    context_.message(
        fmt::format("the steps of this epoch waited {:.1f} s for their samples: reading and "
                    "augmenting them is slower than training here",
                    report.seconds_waited));
  if (is_fixed()) note_epoch(report.result);
  if (const std::string forbidden = forbidden_in_epoch(); !forbidden.empty())
    context_.message(forbidden);
  if (!rounded.summary.empty()) context_.message(rounded.summary);
  state.epoch = {};
  state.last_epoch.clear();
  for (Point* point : network_.points()) {
    state.last_epoch[point->tensor] = {point->count.overflows, point->count.values, point->changes};
    point->count = {};
    point->changes = 0;
  }
}

// Of equals the later one: its points have had more time to settle.
void Trainer::note_epoch(const measure::Headline& result) {
  std::optional<Best>& best = context_.state.best;
  if (!best || !context_.has_validation() || best->result.better_than(result.value)) return;
  best = Best{.epoch = epochs_done(), .result = result};
  best_ = network_.values();
}

// ", 12 points moved, bn1.scale most (5 times)"
std::string Trainer::points_moved() const {
  std::int64_t moved = 0;
  const Point* most = nullptr;
  for (const Point* point : network_.points()) {
    moved += point->changes > 0;
    if (point->changes > 0 && (most == nullptr || point->changes > most->changes)) most = point;
  }
  if (most == nullptr) return ", no point moved";
  return fmt::format(", {} point{} moved, {} most ({} time{})", moved, moved == 1 ? "" : "s",
                     most->tensor, most->changes, most->changes == 1 ? "" : "s");
}

// While points are learned they may still find their place; only the last epoch decides.
std::string Trainer::forbidden_in_epoch() const {
  std::vector<std::string> tensors;
  for (const Point* point : network_.points()) {
    if (!point->spec.forbids_overflow || point->count.overflows == 0) continue;
    tensors.push_back(fmt::format("{} {} of {} values", point->tensor, point->count.overflows,
                                  point->count.values));
  }
  return tensors.empty() ? "" : "forbidden overflows in this epoch: " + join(tensors, ", ");
}

void Trainer::save() {
  gather_counts(network_, context_.peers, false);
  if (!context_.peers.is_first()) return;
  RunState& state = context_.state;
  state.phase = kind_;
  state.elapsed = context_.elapsed();
  state.log_bytes = context_.log->bytes();
  state.counts.clear();
  Checkpoint checkpoint;
  for (const Point* point : network_.points()) {
    state.counts[point->tensor] = {point->count.overflows, point->count.values, point->changes};
  }
  checkpoint.state = state;
  checkpoint.tensors = network_.values();
  checkpoint.best = best_;
  checkpoint.optimizer = optimizer_.state();
  if (points_) checkpoint.optimizer.merge(points_->optimizer().state());
  save_checkpoint(checkpoint, context_.folder.checkpoint());
}

}  // namespace qfx::train
