#include "support/synthetic_run.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "qfx/fixed/value.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/file.h"
#include "qfx/graph/freeze.h"

namespace qfx::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kRecipe =
    R"(# A small residual network, 8 bits everywhere, two ones a constant in the BatchNorms.
name = "fashion-small"
seed = 1
threads = 2

[data]
source = "fashion-mnist"
batch_size = 128

[format]
width = 8          # every tensor
rounding = "RND"
overflow = "SAT"

[[format.rule]]
match = "bn*.scale"
k_hot = 2

[float]
epochs = 3
optimizer = "sgd"
learning_rate = 0.1

[fixed]
epochs = 5
learning_rate = 0.02
)";

// One tensor's life: where its binary point starts and where training moves it.
struct Life {
  std::string name;
  graph::QuantSpec spec;
  double start = 0, end = 0;
  int channels = 1;  // points
  double sd = 1;     // of its values, relative to its range; above 0.4 some fall outside
};

std::vector<int> rounded(const std::vector<double>& f) {
  std::vector<int> out;
  for (double x : f) out.push_back(static_cast<int>(std::round(x)));
  return out;
}

class Writer {
 public:
  Writer(const std::filesystem::path& folder, const SyntheticRun& run)
      : folder_(folder), run_(run), random_(run.seed), model_(build()), lives_(lives()) {}

  void write() {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "recipe.toml") << kRecipe;
    write_log();
    write_json("summary.json", {{"name", run_.name},
                                {"float_accuracy", 0.9162},
                                {"ptq_accuracy", 0.8871},
                                {"fixed_accuracy", 0.9143},
                                {"float_seconds", 41.2},
                                {"fixed_seconds", 128.9}});
    graph::save(frozen(), (folder_ / "model.qfx").string());
    write_verify();
  }

  graph::FrozenModel frozen() {
    for (const Life& life : lives_) {
      for (graph::Node& node : model_.nodes) {
        std::vector<float> points;
        for (double f : f_at(life, 1.0)) points.push_back(static_cast<float>(f));
        if (node.name == life.name) node.frac_bits = points;
        for (auto& [role, param] : node.params)
          if (tensor_name(node.name, role) == life.name) param.frac_bits = points;
      }
    }
    for (graph::Node& node : model_.nodes)
      if (graph::keeps_format(node.op))
        node.frac_bits = model_.nodes[static_cast<std::size_t>(node.inputs[0])].frac_bits;
    return graph::freeze(model_);
  }

 private:
  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(random_() >> 8) / static_cast<double>(1 << 24);
  }

  graph::Model build() {
    graph::Builder b(run_.name, run_.seed);
    auto x = b.input({1, 28, 28}, {.divisor = 256, .mean = {}, .std = {}});
    x = b.conv2d(x, {.out_channels = 16, .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}},
                 "conv1");
    x = b.relu(b.batch_norm(x, {}, "bn1"), "relu1");
    for (int i = 1; i <= run_.blocks; ++i) {
      const std::string n = std::to_string(i + 1);
      auto y = b.conv2d(x, {.out_channels = 16, .kernel = {3, 3}, .padding = {1, 1}}, "conv" + n);
      y = b.batch_norm(y, {}, "bn" + n);
      x = b.relu(b.add(y, x, "add" + n), "relu" + n);
    }
    x = b.flatten(b.global_avg_pool2d(x, "pool"), "flatten");
    b.linear(x, {.out_features = 10}, "fc");
    graph::Model model = b.finish();
    for (graph::Node& node : model.nodes) {
      for (auto& [role, param] : node.params) {
        if (role == graph::Role::Scale) param.spec.k_hot = 2;
        if (role == graph::Role::Weight && node.name == "conv2")
          param.spec.granularity = graph::Granularity::PerChannel;
      }
      for (auto& [name, values] : node.statistics)
        for (float& value : values)
          value = static_cast<float>(name == graph::Statistic::Gamma ||
                                             name == graph::Statistic::RunningVar
                                         ? uniform(0.4, 1.6)
                                         : uniform(-0.4, 0.4));
    }
    return model;
  }

  std::vector<Life> lives() {
    std::vector<Life> out;
    for (const graph::Node& node : model_.nodes) {
      for (const auto& [role, param] : node.params) {
        double largest = role == graph::Role::Scale ? 2 : 0.5;
        for (float value : param.values) largest = std::max<double>(largest, std::abs(value));
        const double start = 7 - std::ceil(std::log2(largest));
        const bool per_channel = param.spec.granularity == graph::Granularity::PerChannel;
        out.push_back({tensor_name(node.name, role), param.spec, start,
                       start + std::round(uniform(-1.1, 0.7)),
                       per_channel ? static_cast<int>(param.shape[0]) : 1, uniform(0.12, 0.3)});
      }
      if (graph::keeps_format(node.op)) continue;
      const bool is_input = std::holds_alternative<graph::Input>(node.op);
      const double start = is_input ? 8 : std::round(uniform(3.6, 5.4));
      out.push_back({node.name, node.spec, start,
                     is_input ? 8 : start + std::round(uniform(-1.6, 1.6)), 1,
                     node.name == "add2"  ? 0.5
                     : node.name == "bn2" ? 0.42
                                          : uniform(0.1, 0.33)});
    }
    return out;
  }

  // The learned point, one per channel, when `progress` of the fixed phase is done.
  std::vector<double> f_at(const Life& life, double progress) {
    std::vector<double> f;
    for (int c = 0; c < life.channels; ++c) {
      const double start = life.start + (life.channels > 1 ? (c % 4) - 1.5 : 0);
      f.push_back(start + 0.2 + (life.end - life.start - 0.1) * (1 - std::exp(-4 * progress)));
    }
    return f;
  }

  Json formats_at(double progress) {
    Json out;
    for (const Life& life : lives_) {
      const auto f = f_at(life, progress);
      const auto points = rounded(f);
      out[life.name] = {{"format", fixed::to_string(life.spec.format(points[0]))},
                        {"frac_bits", points},
                        {"f", f}};
    }
    return out;
  }

  double outside(const Life& life) const { return std::erfc(1 / (life.sd * std::sqrt(2.0))); }

  Json histogram(const Life& life) {
    const fixed::Format format = life.spec.format(rounded(f_at(life, 1.0))[0]);
    const double low = fixed::to_double(fixed::min_raw(format), format.frac_bits());
    const double high = fixed::to_double(fixed::max_raw(format), format.frac_bits());
    const double edge = 1.5 * high, first = life.spec.is_signed ? -edge : 0.0;
    constexpr int kBins = 64;
    std::vector<long> counts(kBins);
    double minimum = 0, maximum = 0;
    for (int i = 0; i < 4000; ++i) {
      double sum = 0;  // of twelve uniforms: normal enough
      for (int k = 0; k < 12; ++k) sum += uniform(-0.5, 0.5);
      double value = sum * life.sd * high;
      if (!life.spec.is_signed) value = std::max(0.0, value);
      value = std::clamp(value, first, edge);
      minimum = std::min(minimum, value);
      maximum = std::max(maximum, value);
      ++counts[static_cast<std::size_t>(
          std::min<double>(kBins - 1, (value - first) / (edge - first) * kBins))];
    }
    return {{"event", "histogram"}, {"time", 170.0},
            {"tensor", life.name},  {"format", fixed::to_string(format)},
            {"low", first},         {"high", edge},
            {"counts", counts},     {"minimum", minimum},
            {"maximum", maximum},   {"range_low", low},
            {"range_high", high}};
  }

  Json epoch(const char* phase, int number, double accuracy, double time) {
    return {{"event", "epoch"},
            {"time", time},
            {"phase", phase},
            {"epoch", number},
            {"train_loss", 0.9 * std::exp(-6 * (accuracy - 0.8)) + 0.02},
            {"train_accuracy", std::min(0.98, accuracy + 0.004 * number - 0.006)},
            {"test_accuracy", accuracy},
            {"learning_rate", 0.1 / number},
            {"seconds", 13.7},
            {"images_per_second", uniform(4200, 4500)}};
  }

  void write_log() {
    std::ofstream log(folder_ / "log.jsonl");
    std::int64_t parameters = 0;
    Json carriers;
    for (const graph::Node& node : model_.nodes) {
      for (const auto& [role, param] : node.params) parameters += graph::element_count(param.shape);
      if (node.params.contains(graph::Role::Weight))
        carriers[node.name] = {{"carrier", "float32"}, {"accumulator_width", 21}};
    }
    log << Json{{"event", "start"},     {"time", 0.0},       {"name", run_.name},
                {"seed", run_.seed},    {"threads", 2},      {"train_images", 60000},
                {"test_images", 10000}, {"batch_size", 128}, {"parameters", parameters}}
        << '\n';
    double time = 2;
    for (int i = 1; i <= run_.float_epochs; ++i)
      log << epoch("float", i,
                   0.9162 - 0.05 * std::exp(-1.4 * (i - 1)) +
                       (i == run_.float_epochs ? 0.05 * std::exp(-1.4 * (i - 1)) : 0),
                   time += 13.7)
          << '\n';
    log << Json{{"event", "carriers"}, {"time", time}, {"layers", carriers}} << '\n';
    log << Json{{"event", "calibrated"},   {"time", time},
                {"method", "mse"},         {"images", 512},
                {"test_accuracy", 0.8871}, {"formats", formats_at(0)}}
        << '\n';
    Json before = formats_at(0);
    for (int i = 1; i <= run_.fixed_epochs; ++i) {
      Json line = epoch("fixed", i,
                        0.9143 - 0.02 * std::exp(-1.1 * (i - 1)) +
                            (i == run_.fixed_epochs ? 0.02 * std::exp(-1.1 * (i - 1)) : 0),
                        time += 25.8);
      const double progress = static_cast<double>(i) / run_.fixed_epochs;
      line["formats"] = formats_at(progress);
      for (const Life& life : lives_) {
        line["overflows"][life.name] = outside(life) * (1 + std::exp(-i));
        long moved = 0;
        for (std::size_t c = 0; c < before[life.name]["frac_bits"].size(); ++c)
          moved += before[life.name]["frac_bits"][c] != line["formats"][life.name]["frac_bits"][c];
        line["changes"][life.name] = moved;
      }
      before = line["formats"];
      log << line << '\n';
    }
    for (const Life& life : lives_) log << histogram(life) << '\n';
    log << Json{{"event", "frozen"},
                {"time", time},
                {"test_accuracy", 0.9143},
                {"formats", formats_at(1)}}
        << '\n';
  }

  void write_verify() {
    const double lost = 0.0001 * run_.images_differ;
    Json verify = {{"target", "hls"},
                   {"images", 10000},
                   {"values", 100000},
                   {"images_differ", run_.images_differ},
                   {"values_differ", 3 * run_.images_differ},
                   {"correct", std::lround(10000 * (0.9143 - lost))},
                   {"accuracy", 0.9143 - lost},
                   {"build_seconds", 6.3},
                   {"run_seconds", 14.8},
                   {"command",
                    "g++ -std=c++14 -O2 -I build/third_party/ap_types test_bench.cpp network.cpp "
                    "-o test_bench"},
                   {"first", nullptr},
                   {"runtime_accuracy", 0.9143}};
    if (run_.images_differ > 0)
      verify["first"] = {{"layer", "conv2"}, {"image", 17},  {"index", {3, 5, 7}},
                         {"expected", 12},   {"actual", 13}, {"frac_bits", 6}};
    write_json("verify.json", verify);
  }

  void write_json(const char* name, const Json& value) {
    std::ofstream(folder_ / name) << value.dump(2) << '\n';
  }

  std::filesystem::path folder_;
  SyntheticRun run_;
  std::mt19937 random_;
  graph::Model model_;
  std::vector<Life> lives_;
};

}  // namespace

void write_synthetic_run(const std::filesystem::path& folder, const SyntheticRun& run) {
  Writer(folder, run).write();
}

graph::FrozenModel synthetic_model(const SyntheticRun& run) {
  return Writer({}, run).frozen();
}

}  // namespace qfx::test
