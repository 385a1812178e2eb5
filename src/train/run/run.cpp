// The whole job, top to bottom: train and ptq of qfx/train/run.h.
#include "qfx/train/run.h"

#include <algorithm>
#include <thread>

#include "train/calibration/histogram.h"
#include "train/calibration/refine.h"
#include "train/loop/calibration_samples.h"
#include "train/loop/live_count.h"
#include "train/loop/optimizer.h"
#include "train/loop/trainer.h"
#include "train/loop/warnings.h"
#include "train/machine/device.h"
#include "train/machine/memory.h"
#include "train/machine/patient_threads.h"
#include "train/network/initial_statistics.h"
#include "train/records/events.h"
#include "train/run/first_warnings.h"
#include "train/run/forbidden_overflows.h"
#include "train/run/goes_on.h"
#include "train/run/recipe_checks.h"
#include "train/run/start.h"
#include "train/run/teacher.h"
#include "train/samples/loader.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"
#include "qfx/graph/analyzed.h"
#include "qfx/graph/file.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/real_weights.h"
#include "qfx/graph/verify.h"

namespace qfx::train {
namespace {

using Clock = std::chrono::steady_clock;

std::optional<double> accuracy_of(const std::optional<measure::Headline>& result) {
  return result && result->name == "accuracy" ? std::optional(result->value) : std::nullopt;
}

class Run {
 public:
  Run(const frontends::Recipe& recipe, const Options& options, bool trains_fixed)
      : peers_(options),
        context_{.recipe = recipe, .options = options, .peers = peers_},
        trains_fixed_(trains_fixed) {}

  Summary run() {
    open();
    if (recipe().has_teacher) open_teacher();
    if (!resumes_in(PhaseKind::Fixed)) float_phase();
    fixed_phase();
    finish();
    return summary_;
  }

 private:
  const frontends::Recipe& recipe() const { return context_.recipe; }
  bool writes() const { return peers_.is_first(); }
  bool resumes_in(PhaseKind phase) const { return resumed_ && resumed_->state.phase == phase; }

  void open() {
    open_machine();
    load_samples();
    open_folder();
    open_log();
  }

  void open_machine() {
    keep_freed_memory();
    threads_ = recipe().threads > 0
                   ? recipe().threads
                   : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) /
                                     peers_.on_this_machine());
    at::set_num_threads(threads_);
    if (threads_ > 1) patience_.emplace(threads_);
    context_.device = open_device(recipe().device, peers_);
  }

  // And all that can be wrong with them, before anything is written.
  void load_samples() {
    graph::verify(recipe().model);
    context_.train_set = data::load(recipe().data, data::Split::Train, recipe().train_limit);
    if (data::has_validation(recipe().data))
      context_.validation_set =
          data::load(recipe().data, data::Split::Validation, recipe().train_limit);
    context_.test_set = data::load(recipe().data, data::Split::Test, recipe().test_limit);
    check_recipe(recipe(), context_.train_set, context_.validation_set, context_.test_set);
    if (!recipe().start.empty() && !context_.options.resume) start_ = open_start(recipe());
  }

  // Where a run left off is taken up. The first process alone writes; the others read what it finds
  // there before it goes on.
  void open_folder() {
    if (writes()) {
      keep_folder();
      context_.folder.open(recipe().text, context_.options.resume, [&](const std::string& old) {
        changes_ = changes_to_go_on(recipe(), old, context_.options.run_folder,
                                    load_checkpoint(context_.folder.checkpoint()),
                                    steps_per_epoch(context_.train_set, recipe().batch_size));
      });
    }
    peers_.wait_for_all();
    if (context_.options.resume) resumed_ = load_checkpoint(context_.folder.checkpoint());
    peers_.wait_for_all();
    if (!resumed_) return;
    context_.state = resumed_->state;
    context_.began = Clock::now() - std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(resumed_->state.elapsed));
  }

  void open_log() {
    context_.log = writes() ? std::make_unique<Log>(context_.folder.log(), context_.state.log_bytes)
                            : std::make_unique<Log>();
    if (!resumed_) {
      for (const std::string& event : context_.waiting) context_.log->write(event);
      warn_first(context_);
    }
    if (!context_.device.is_cpu())
      context_.message(fmt::format("computing on {}", context_.device.str()));
    if (resumed_) report_resumed(resumed_->state.threads);
    context_.waiting.clear();
    context_.state.threads = threads_;
  }

  void report_resumed(int threads_before) {
    context_.log->write(resumed_event(context_.elapsed(), context_.state));
    context_.message(fmt::format("resumed in the {} phase after step {}{}",
                                 to_string(context_.state.phase), context_.state.step,
                                 changes_.empty() ? "" : ", with other " + join(changes_, ", ")));
    if (threads_before != 0 && threads_before != threads_)
      context_.message(fmt::format(
          "the run had {} threads and goes on with {}: its bits will not be an unbroken run's",
          threads_before, threads_));
  }

  // Two runs at once would mix their logs and checkpoints.
  void keep_folder() {
    std::error_code failed;  // RunFolder::open says so
    const std::filesystem::path folder = context_.options.run_folder;
    std::filesystem::create_directories(folder, failed);
    if (!failed) lock_.emplace(folder);
  }

  void write_start(Network& network) {
    std::int64_t parameters = 0;
    for (const Trained& t : trained_tensors(network)) parameters += t.value.numel();
    context_.log->write(start_event(context_.elapsed(), recipe(), threads_, context_.device,
                                    context_.train_set.size(), context_.test_set.size(),
                                    parameters));
  }

  // Else fixed point starts from what the seed gave.
  bool has_float_network() const {
    return !recipe().start.empty() || recipe().float_phase.epochs > 0;
  }

  // The network in float as it came; it also answers for samples that nobody has labelled.
  void open_teacher() {
    auto network = std::make_unique<Network>(float_model(recipe()));
    if (resumes_in(PhaseKind::Fixed))
      network->load_state(load_tensors(context_.folder.float_tensors()), "the float network");
    else if (!recipe().start.empty())
      network->load_state(start_ ? start_->floats : open_start(recipe()).floats, "start");
    const SampleBatches samples = calibration_samples(context_, *network);
    teacher_ = std::make_unique<Teacher>(std::move(network));
    teacher_->measure(context_, samples);
    bool answered = false;
    for (data::Dataset* set : {&context_.train_set, &context_.validation_set, &context_.test_set})
      answered |= teacher_->answer(context_, *set);
    if (answered)
      context_.message(
          "the data has no labels: what the network in float answers stands for them, and what is "
          "measured is how far the network in fixed point agrees with it");
    context_.teacher_loss = [this](const at::Tensor& scores, const at::Tensor& seen) {
      return teacher_->loss(context_, scores, seen);
    };
  }

  // Trains in float, or takes the parameters of another run; leaves them in float.safetensors.
  void float_phase() {
    network_ = std::make_unique<Network>(float_model(recipe()));
    if (writes()) graph::save(network_->updated_model(), context_.folder.graph("float").string());
    if (!resumed_) write_start(*network_);
    keep_values(*network_, recipe().untrained);
    const bool starts_elsewhere = !recipe().start.empty();
    if (starts_elsewhere)
      network_->load_state(start_ ? start_->floats : open_start(recipe()).floats, "start");
    Trainer trainer(context_, PhaseKind::Float, *network_, resumed_ ? &*resumed_ : nullptr);
    if (!starts_elsewhere) trainer.run();
    const Evaluation reached = trainer.examine();
    context_.state.float_result = reached.measures.headline();
    if (has_float_network())
      float_tells_ =
          !warn_of_no_answer(context_, Stage::Float, reached, context_.judging_name(), true);
    if (!recipe().binary_in_float)
      network_ = std::make_unique<Network>(
          graph::with_weights_of(recipe().model, network_->updated_model()));
    float_tensors_ = network_->values();
    std::erase_if(float_tensors_,
                  [](const auto& entry) { return entry.first.ends_with(".frac_bits"); });
    if (writes()) save_tensors(float_tensors_, context_.folder.float_tensors());
    resumed_.reset();
    context_.state.step = 0;
    context_.state.epoch = {};
    context_.state.counts.clear();
    context_.state.last_epoch.clear();
  }

  // Calibrates what the float phase left, or takes up a checkpoint; then trains.
  void fixed_phase() {
    if (resumes_in(PhaseKind::Fixed)) {
      network_ =
          std::make_unique<Network>(graph::load_model(context_.folder.graph("fixed").string()));
    } else {
      network_ = std::make_unique<Network>(fixed_model(recipe(), network_->updated_model()));
      if (recipe().start_from == frontends::StartFrom::Fixed)
        take_learned(context_, start_ ? *start_->learned : *open_start(recipe()).learned,
                     *network_);
      calibrate_points();
    }
    keep_values(*network_, recipe().untrained);
    calibrated_ = network_->values();
    Trainer trainer(context_, PhaseKind::Fixed, *network_, resumed_ ? &*resumed_ : nullptr);
    if (!resumed_) {
      judgement_ = first_judgement();
      const Evaluation& reached = judgement_->evaluation;
      const measure::Headline result = reached.measures.headline();
      context_.state.ptq_result = result;
      context_.log->write(carriers_event(context_.elapsed(), *network_));
      context_.log->write(calibrated_event(context_.elapsed(), recipe().calibration,
                                           calibration_samples(context_, *network_).samples, result,
                                           context_.has_validation(), *network_));
      context_.message(fmt::format("calibrated by {}: {} {}",
                                   frontends::to_string(recipe().calibration.method),
                                   context_.judging_name(), text_of(result)));
      if (writes()) warn_of_zeros(context_, *network_);
      if (has_float_network())
        warn_of_no_answer(context_, Stage::Calibrated, reached, context_.judging_name(),
                          float_tells_);
      if (trains_fixed_) {
        trainer.warn_of_still_points();
        trainer.note_calibrated(result);
      }
      trainer.save();
    }
    if (!trains_fixed_) return;
    trainer.run();
    summary_.kept = trainer.settle(calibrated_);
  }

  // Sums that training or the frozen model cannot carry show here, and mending them takes no second
  // float phase.
  Judgement first_judgement() const {
    try {
      Judgement result = judge(context_, *network_, context_.judging_set());
      if (tensor_in_float() == nullptr) graph::Analyzed(graph::freeze(network_->updated_model()));
      return result;
    } catch (const UserError& error) {
      if (!recipe().start.empty() || !(recipe().float_phase.epochs > 0)) throw;
      user_error("{}; the float phase is kept: another recipe goes on from it by start = \"{}\"",
                 error.what(), context_.options.run_folder);
    }
  }

  const Point* tensor_in_float() const {
    const auto points = network_->points();
    const auto found = std::ranges::find_if(points, [](Point* p) { return !p->casts(); });
    return found == points.end() ? nullptr : *found;
  }

  void calibrate_points() {
    const SampleBatches samples = calibration_samples(context_, *network_);
    // Points for the statistics that training will see, where no float phase has moved them.
    if (trains_fixed_ && recipe().fixed_phase.epochs > 0)
      take_initial_statistics(*network_, samples.at(0));
    const LiveCount live(context_, "calibrate");
    const graph::NodeId seen = loss_input(network_->structure(), recipe().model.task);
    const std::vector<graph::NodeId> answers =
        seen == kAllOutputs ? graph::output_ids(network_->structure()) : std::vector{seen};
    const Refinement done =
        calibrate_and_refine(*network_, recipe().calibration, answers, samples,
                             [&](std::int64_t step, std::int64_t steps) {
                               live(step * samples.samples / steps, samples.samples);
                             });
    for (const std::string& line : done.lines) context_.message(line);
    if (!done.layers.empty()) context_.log->write(refined_event(context_.elapsed(), done));
    if (writes()) {
      for (const CalibrationNote& note : done.notes)
        context_.warn("silent_channel", note.tensor, note.text);
      graph::save(network_->updated_model(), context_.folder.graph("fixed").string());
    }
  }

  // Whether the network is the one that training ended with.
  bool keeps_last() const { return summary_.kept.empty() || summary_.kept == "last"; }

  // The network that is kept, on the test set; where others judged the epochs, it sees that set
  // here for the first time, and so do the two before it.
  void test() {
    const bool trained = trains_fixed_ && recipe().fixed_phase.epochs > 0;
    const bool is_judged = judgement_ && !trained && !context_.has_validation();
    if (!is_judged) judgement_ = judge(context_, *network_, context_.test_set);
    const Evaluation& reached = judgement_->evaluation;
    const measure::Headline result = reached.measures.headline();
    summary_.float_result = context_.state.float_result;
    summary_.ptq_result = context_.state.ptq_result;
    if (context_.has_validation()) test_earlier_ones();
    if (!trains_fixed_) summary_.ptq_result = result;
    if (trains_fixed_) summary_.fixed_result = result;
    if (context_.has_validation()) context_.message(fmt::format("test {}", text_of(result)));
    if (!trained) return;
    warn_of_no_answer(context_, Stage::Fixed, reached, "test", float_tells_);
    warn_below_calibration(context_, *summary_.ptq_result, result, context_.test_set.size(),
                           summary_.kept);
  }

  void test_earlier_ones() {
    const auto test_of = [&](PhaseKind phase, Network& network) {
      return examine(context_, phase, network, context_.test_set).measures.headline();
    };
    if (float_tensors_.empty()) float_tensors_ = load_tensors(context_.folder.float_tensors());
    Network floating(float_model(recipe()));
    floating.load_state(float_tensors_, context_.folder.float_tensors().string());
    summary_.float_result = test_of(PhaseKind::Float, floating);
    Network calibrated(network_->updated_model());
    calibrated.load_state(calibrated_, "the calibrated network");
    summary_.ptq_result = test_of(PhaseKind::Fixed, calibrated);
  }

  void finish() {
    test();
    summary_.float_seconds = context_.state.float_seconds;
    summary_.fixed_seconds = context_.state.fixed_seconds;
    summary_.float_accuracy = accuracy_of(summary_.float_result);
    summary_.ptq_accuracy = accuracy_of(summary_.ptq_result);
    summary_.fixed_accuracy = accuracy_of(summary_.fixed_result);
    summary_.forbidden_overflows =
        forbidden_overflows(*network_, judgement_->overflows,
                            keeps_last() ? &context_.state.last_epoch : nullptr);
    summary_.leads = writes();
    warn_of_overflows(context_, *network_, judgement_->overflows);
    if (!writes()) return;
    for (const TensorHistogram& h : histograms(*network_, calibration_samples(context_, *network_)))
      context_.log->write(histogram_event(context_.elapsed(), h));
    if (const Point* in_float = tensor_in_float()) {
      context_.message(fmt::format(
          "not frozen: tensor '{}' is left in floating point by the recipe", in_float->tensor));
    } else {
      // Proved as whoever loads it will prove it.
      const graph::Analyzed proved(graph::freeze(network_->updated_model()));
      graph::save(proved.model(), context_.folder.model().string());
      summary_.frozen = true;
      context_.log->write(frozen_event(
          context_.elapsed(), judgement_->evaluation.measures.headline(), summary_.kept,
          judgement_->overflows, rounded_to_zero(context_, *network_).fractions, *network_));
    }
    write_file_atomically(context_.folder.summary(), summary_json(recipe().name, summary_) + "\n");
  }

  Peers peers_;
  RunContext context_;
  bool trains_fixed_;
  int threads_ = 1;
  std::optional<PatientThreads> patience_;
  std::optional<FolderLock> lock_;
  std::optional<Checkpoint> resumed_;
  std::vector<std::string> changes_;  // keys of the recipe that are others than when it began
  std::optional<Start> start_;        // of recipe().start
  std::unique_ptr<Teacher> teacher_;  // where the recipe has one
  std::unique_ptr<Network> network_;
  NamedFloats float_tensors_;  // after the float phase; empty where the run is resumed after it
  NamedFloats calibrated_;     // those of network_ before fixed-point training
  bool float_tells_ = true;    // the float network is better than one answer for all
  std::optional<Judgement> judgement_;  // of network_ at last
  Summary summary_;
};

}  // namespace

Summary train(const frontends::Recipe& recipe, const Options& options) {
  return Run(recipe, options, true).run();
}

Summary ptq(const frontends::Recipe& recipe, const Options& options) {
  return Run(recipe, options, false).run();
}

}  // namespace qfx::train
