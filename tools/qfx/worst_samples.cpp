#include "worst_samples.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "console.h"
#include "measure_text.h"

#include "qfx/measure/answers.h"
#include "qfx/measure/json.h"

namespace qfx::command {
namespace {

constexpr std::int64_t kWorst = 16;

// One sample's outputs beside what they should be.
struct Case {
  std::vector<double> outputs;
  std::int32_t label = 0;          // Classes, and Rebuilt where labels tell what is odd
  std::span<const float> targets;  // the others
};

struct Judged {
  double badness = 0;
  std::string truth, answer, error;
};

std::string named(const measure::Measures& measures, std::int64_t i) {
  return measures.task().names.empty() ? std::to_string(i)
                                       : fmt::format("{} {}", i, measures.name_of(i));
}

// How far the largest of the other outputs lies above that of the true class.
Judged judge_class(const measure::Measures& measures, const Case& one) {
  std::size_t best = 0, rival = one.label == 0 ? 1 : 0;
  for (std::size_t i = 0; i < one.outputs.size(); ++i) {
    if (one.outputs[i] > one.outputs[best]) best = i;
    if (i != static_cast<std::size_t>(one.label) && one.outputs[i] > one.outputs[rival]) rival = i;
  }
  const double margin = rival < one.outputs.size()
                            ? one.outputs[rival] - one.outputs[static_cast<std::size_t>(one.label)]
                            : 0;
  const auto answer = static_cast<std::int64_t>(best);
  return {margin, named(measures, one.label), "answered " + named(measures, answer),
          fmt::format("{} by {:.4g}", answer == one.label ? "right" : "wrong", std::abs(margin))};
}

// The label that it is surest of and wrong about.
Judged judge_labels(const measure::Measures& measures, const Case& one) {
  Judged judged;
  judged.badness = -std::numeric_limits<double>::infinity();
  std::string there, said;
  std::int64_t worst = 0;
  for (std::int64_t i = 0; i < std::ssize(one.outputs); ++i) {
    const double output = one.outputs[static_cast<std::size_t>(i)];
    const bool is_there = one.targets[static_cast<std::size_t>(i)] > 0.5F;
    if (is_there) there += (there.empty() ? "" : ", ") + named(measures, i);
    if (output > 0) said += (said.empty() ? "" : ", ") + named(measures, i);
    const double wrong = is_there ? -output : output;
    if (wrong > judged.badness) {
      judged.badness = wrong;
      worst = i;
    }
  }
  judged.truth = there.empty() ? "no label" : there;
  judged.answer = "answered " + (said.empty() ? "none" : said);
  judged.error = fmt::format("{} by {:.4g}", named(measures, worst), judged.badness);
  return judged;
}

// The output that is furthest off, as a multiple of that output's usual error.
Judged judge_values(const measure::Measures& measures,
                    const std::vector<measure::ValueMeasure>& usual, const Case& one) {
  Judged judged;
  std::size_t worst = 0;
  for (std::size_t i = 0; i < one.outputs.size(); ++i) {
    const double off = std::abs(one.outputs[i] - one.targets[i]);
    const double times = usual[i].rmse > 0 ? off / usual[i].rmse : 0;
    if (times > judged.badness) {
      judged.badness = times;
      worst = i;
    }
  }
  const std::string of = one.outputs.size() > 1 || !measures.task().names.empty()
                             ? named(measures, static_cast<std::int64_t>(worst)) + ": "
                             : "";
  judged.truth = fmt::format("{}{:.6g}", of, one.targets[worst]);
  judged.answer = fmt::format("answered {:.6g}", one.outputs[worst]);
  judged.error = fmt::format("off by {:.4g}", std::abs(one.outputs[worst] - one.targets[worst]));
  return judged;
}

Judged judge_rebuilt(double error, const std::int32_t* odd) {
  return {error,
          odd == nullptr ? "no label"
          : *odd != 0    ? "odd"
                         : "not odd",
          "rebuilt", fmt::format("error {:.4g}", error)};
}

Judged judge(const measure::Measures& measures, const std::vector<measure::ValueMeasure>& usual,
             const Case& one, double rebuilt_error, bool has_label) {
  switch (measures.kind()) {
    case measure::Kind::Classes:
      return judge_class(measures, one);
    case measure::Kind::Labels:
      return judge_labels(measures, one);
    case measure::Kind::Values:
      return judge_values(measures, usual, one);
    case measure::Kind::Rebuilt:
      return judge_rebuilt(rebuilt_error, has_label ? &one.label : nullptr);
  }
  return {};
}

std::vector<Judged> judge_all(const runtime::Engine& engine, const data::Dataset& set,
                              const runtime::Evaluation& evaluation) {
  const measure::Measures& measures = evaluation.measures;
  const auto outputs = measures.outputs();
  const std::vector<double> real = runtime::real_outputs(engine.model(), evaluation.outputs);
  measure::Answers answers = runtime::answers_for(engine.model(), set);
  const std::vector<measure::ValueMeasure> usual = measures.kind() == measure::Kind::Values
                                                       ? measures.values()
                                                       : std::vector<measure::ValueMeasure>();
  std::vector<Judged> judged;
  Case one{.outputs = std::vector<double>(static_cast<std::size_t>(outputs)), .targets = {}};
  for (std::int64_t i = 0; i < set.size(); ++i) {
    const measure::Truth truth = answers.of(i, 1);
    for (std::int64_t k = 0; k < outputs; ++k)
      one.outputs[static_cast<std::size_t>(k)] = real[static_cast<std::size_t>(i * outputs + k)];
    one.targets = truth.targets;
    one.label = truth.labels.empty() ? 0 : truth.labels[0];
    const double error = measures.kind() == measure::Kind::Rebuilt
                             ? measures.errors()[static_cast<std::size_t>(i)]
                             : 0;
    judged.push_back(judge(measures, usual, one, error, !truth.labels.empty()));
  }
  return judged;
}

// Of 0 to 255: bytes as they are, floats between the sample's least and largest.
std::vector<std::uint8_t> picture_of(const data::Dataset& set, std::int64_t index) {
  std::vector<float> values(static_cast<std::size_t>(set.sample_size()));
  set.copy_samples(index, 1, values.data());
  const auto [least, most] = std::ranges::minmax(values);
  const bool as_it_is = !set.bytes.empty();
  const float low = as_it_is ? 0 : least, high = as_it_is ? 255 : most;
  std::vector<std::uint8_t> picture;
  for (const float value : values)
    picture.push_back(static_cast<std::uint8_t>(
        high > low ? std::clamp(255 * (value - low) / (high - low), 0.0F, 255.0F) : 0.0F));
  return picture;
}

std::string sentence(const measure::Measures& measures, const data::Dataset& set) {
  const std::string samples = sample_word(set), count = grouped(set.size());
  switch (measures.kind()) {
    case measure::Kind::Classes: {
      const std::int64_t wrong = set.size() - measures.correct();
      if (wrong == 0)
        return fmt::format("All {} {} are answered right; these are the least sure.", count,
                           samples);
      return fmt::format(
          "{} of {} {} are answered wrong. These are wrong by most: so far lies the largest of the "
          "other outputs above that of the true class.",
          grouped(wrong), count, samples);
    }
    case measure::Kind::Labels:
      return fmt::format("Of {} {} those with the surest wrong label.", count, samples);
    case measure::Kind::Values:
      return fmt::format("Of {} {} those that are furthest off.", count, samples);
    case measure::Kind::Rebuilt:
      return fmt::format("Of {} {} those that are rebuilt worst.", count, samples);
  }
  return "";
}

}  // namespace

report::Answers worst_samples(const runtime::Engine& engine, const data::Dataset& set,
                              const runtime::Evaluation& evaluation) {
  report::Answers out;
  if (evaluation.measures.samples() == 0) return out;
  out.source = set.name;
  out.text = sentence(evaluation.measures, set);
  out.measures = measure::to_json(evaluation.measures).dump();
  const auto& shape = set.sample_shape;
  if (shape.size() == 3 && (shape[0] == 1 || shape[0] == 3) && shape[1] > 1 && shape[2] > 1) {
    out.channels = shape[0];
    out.height = shape[1];
    out.width = shape[2];
  }
  const std::vector<Judged> judged = judge_all(engine, set, evaluation);
  std::vector<std::int64_t> order(judged.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>(), [&](std::int64_t i) {
    return judged[static_cast<std::size_t>(i)].badness;
  });
  for (const std::int64_t i : order) {
    if (std::ssize(out.worst) == kWorst) break;
    const Judged& one = judged[static_cast<std::size_t>(i)];
    out.worst.push_back(
        {.index = i,
         .truth = one.truth,
         .answer = one.answer,
         .error = one.error,
         .picture = out.channels > 0 ? picture_of(set, i) : std::vector<std::uint8_t>()});
  }
  return out;
}

}  // namespace qfx::command
