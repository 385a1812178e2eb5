#include "train/calibration/zeros.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

#include "train/calibration/uncast_values.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

#include "qfx/fixed/format.h"

namespace qfx::train {
namespace {

using graph::Role;

// Rarer values are the tail of a column that is mostly 0.
constexpr double kShareOfValues = 0.05;
// Of a parameter's values or a column's: as good as all.
constexpr double kNearlyAll = 0.9;

// Along one axis, summed over batches: values that are not 0, and those of them that become 0.
struct ChannelCounts {
  std::vector<double> values, zeros, largest;  // the latter: of what is lost
  std::int64_t each = 0;                       // values of one channel, zeros included

  void add(const at::Tensor& real, const at::Tensor& cast, std::int64_t axis) {
    std::vector<std::int64_t> others;
    for (std::int64_t at = 0; at < real.dim(); ++at) {
      if (at != axis) others.push_back(at);
    }
    const at::Tensor held = real.ne(0);
    const at::Tensor lost = held.logical_and(cast.eq(0));
    const auto sum = [&](const at::Tensor& t) {
      return doubles(others.empty() ? t.to(at::kDouble) : at::sum(t, others));
    };
    const at::Tensor sizes = at::abs(real) * lost;
    const std::vector<double> now = sum(held), gone = sum(lost),
                              most = doubles(others.empty() ? sizes : at::amax(sizes, others));
    values.resize(now.size());
    zeros.resize(now.size());
    largest.resize(now.size());
    for (std::size_t c = 0; c < now.size(); ++c) {
      values[c] += now[c];
      zeros[c] += gone[c];
      largest[c] = std::max(largest[c], most[c]);
    }
    each += real.numel() / static_cast<std::int64_t>(now.size());
  }
};

double root_mean_square(const at::Tensor& x) {
  return std::sqrt(at::mean(at::square(x.to(at::kDouble))).item<double>());
}

bool is_summand(const Zeros& zeros) {
  return zeros.role == Role::Bias || zeros.role == Role::Offset;
}

class ZeroCounter {
 public:
  explicit ZeroCounter(Network& network) : network_(network) {}

  void add_batch(const at::Tensor& samples) {
    visit_uncast_values(network_, samples, [&](const UncastValues& v) { visit(v); });
    is_first_ = false;
  }

  std::vector<Zeros> result() {
    for (Zeros& zeros : all_) {
      const ChannelCounts& counts = counts_.at(zeros.tensor);
      for (std::size_t c = 0; c < counts.values.size(); ++c) {
        zeros.values += static_cast<std::int64_t>(counts.values[c]);
        zeros.zeros += static_cast<std::int64_t>(counts.zeros[c]);
        if (is_lost(zeros, counts, c)) zeros.channels.push_back(static_cast<std::int64_t>(c));
      }
      zeros.largest = *std::ranges::max_element(counts.largest);
      if (zeros.channels.empty()) continue;
      zeros.largest = 0;
      for (const std::int64_t c : zeros.channels)
        zeros.largest = std::max(zeros.largest, counts.largest[static_cast<std::size_t>(c)]);
    }
    return std::move(all_);
  }

 private:
  void visit(const UncastValues& v) {
    if (!v.point.casts() || (v.role && !is_first_)) return;
    if (is_first_) {
      all_.push_back({.node = v.layer.id, .role = v.role, .tensor = v.point.tensor});
      if (v.role && !v.layer.running_var.defined()) note_shares(v);
      if (!v.role) size_[v.layer.id] = root_mean_square(v.real);
    }
    counts_[v.point.tensor].add(v.real, v.cast, v.role ? 0 : 1);
  }

  // How large a factor's channels come out.
  void note_shares(const UncastValues& v) {
    const at::Tensor rows = v.real.reshape({v.real.size(0), -1}).to(at::kDouble);
    const at::Tensor norms = at::sqrt(at::sum(at::square(rows), {1}));
    const graph::NodeId input =
        graph::format_source(network_.nodes(), network_.node(v.layer.id).inputs[0]);
    shares_[v.point.tensor] = doubles(norms * size_.at(input));
  }

  bool is_lost(const Zeros& zeros, const ChannelCounts& counts, std::size_t c) const {
    if (counts.values[c] == 0) return false;
    if (!zeros.role) {
      return zeros.node == 0 && counts.zeros[c] >= kNearlyAll * counts.values[c] &&
             counts.values[c] >= kShareOfValues * static_cast<double>(counts.each);
    }
    // What is added is small where the others' sums are large: only all of it together counts.
    return !is_summand(zeros) && counts.zeros[c] == counts.values[c] && shows(zeros, c);
  }

  // Whether the node's output has a step small enough to show the channel.
  bool shows(const Zeros& zeros, std::size_t c) const {
    const Layer& layer = network_.layers()[zeros.node];
    if (!layer.output.casts()) return true;
    const double step = std::ldexp(1.0, -layer.output.frac_bits[0]);
    if (!layer.running_var.defined()) return shares_.at(zeros.tensor)[c] >= step;
    // A normalised channel deviates by gamma from beta.
    return std::abs(layer.gamma.data_ptr<float>()[c]) >= step;
  }

  Network& network_;
  bool is_first_ = true;
  std::vector<Zeros> all_;
  std::map<std::string, ChannelCounts> counts_;
  std::map<std::string, std::vector<double>> shares_;  // of parameters, by channel
  std::map<graph::NodeId, double> size_;               // root mean square of outputs
};

bool all_are_lost(const Zeros& zeros) {
  return zeros.values > 0 && zeros.zeros == zeros.values;
}

const Point& point_of(const Zeros& zeros, const Network& network) {
  const Layer& layer = network.layers()[zeros.node];
  return zeros.role ? layer.params.at(*zeros.role).point : layer.output;
}

// The recipe's table of a tensor's class.
const char* table_of(const Zeros& zeros) {
  if (!zeros.role) return zeros.node == 0 ? "input" : "activations";
  switch (*zeros.role) {
    case Role::Weight:
      return "weights";
    case Role::Bias:
      return "biases";
    case Role::Scale:
      return "scales";
    case Role::Offset:
      return "offsets";
    case Role::Slope:
      return "slopes";
    case Role::Threshold:
      return "thresholds";
    case Role::Table:
      break;
  }
  return "activations";
}

// "channels 0, 3 and 5 of 'bn1.scale'"
std::string named_channels(const Zeros& zeros, const Network& network) {
  constexpr std::size_t kNamed = 6;
  const bool is_flat = network.node(0).shape.size() == 1;
  const std::string word = zeros.node == 0 && is_flat ? "column" : "channel";
  const std::size_t count = zeros.channels.size();
  std::string names;
  for (std::size_t i = 0; i < std::min(count, kNamed); ++i) {
    const char* before = i == 0 ? "" : i + 1 == count ? " and " : ", ";
    names += before + std::to_string(zeros.channels[i]);
  }
  if (count > kNamed) names += fmt::format(" and {} more", count - kNamed);
  return fmt::format("{}{} {} of '{}'", word, count == 1 ? "" : "s", names, zeros.tensor);
}

std::string remedy(const Zeros& zeros, const Network& network) {
  const Point& point = point_of(zeros, network);
  const graph::QuantSpec& spec = point.spec;
  const std::string table = table_of(zeros);
  if (spec.int_bits && all_are_lost(zeros)) {
    const int exponent = static_cast<int>(std::ceil(std::log2(zeros.largest)));
    return fmt::format("int_bits = {} puts the point there; [format.{}] int_bits = {} holds them",
                       *spec.int_bits, table, exponent + (spec.is_signed ? 1 : 0));
  }
  if (!zeros.role && zeros.node == 0)
    return "[data] normalize = \"standard\" brings them to one size; or a wider [format.input]";
  if (zeros.role && spec.granularity == graph::Granularity::PerTensor &&
      network.node(zeros.node).params.at(*zeros.role).shape[0] > 1)
    return fmt::format(
        "[format.{}] granularity = \"channel\" gives every channel a point of its own; or more "
        "width",
        table);
  return fmt::format("give it more width: [format.{}] width = {}", table, 2 * spec.width);
}

}  // namespace

double Zeros::fraction() const {
  return values == 0 ? 0 : static_cast<double>(zeros) / static_cast<double>(values);
}

std::vector<Zeros> count_zeros(Network& network, const SampleBatches& samples) {
  ZeroCounter counter(network);
  for (std::int64_t b = 0; b < samples.count(); ++b) counter.add_batch(samples.at(b));
  return counter.result();
}

std::map<std::string, double> fractions_of(const std::vector<Zeros>& all) {
  std::map<std::string, double> fractions;
  for (const Zeros& zeros : all) fractions[zeros.tensor] = zeros.fraction();
  return fractions;
}

std::optional<std::string> loss_in(const Zeros& zeros, const Network& network) {
  // A summand below the output's step is lost in any format.
  const Layer& layer = network.layers()[zeros.node];
  if (is_summand(zeros) && layer.output.casts() &&
      zeros.largest < std::ldexp(1.0, -layer.output.frac_bits[0]))
    return std::nullopt;
  if (all_are_lost(zeros)) {
    return zeros.values == 1 ? fmt::format("the value of '{}' rounds to 0", zeros.tensor)
                             : fmt::format("every value of '{}' rounds to 0", zeros.tensor);
  }
  if (zeros.role && zeros.fraction() >= kNearlyAll) {
    return fmt::format("{} of the {} values of '{}' that are not 0 round to 0", zeros.zeros,
                       zeros.values, zeros.tensor);
  }
  if (zeros.channels.empty()) return std::nullopt;
  return fmt::format("{} round{} to 0", named_channels(zeros, network),
                     zeros.channels.size() == 1 ? "s" : "");
}

std::optional<std::string> advice_on(const Zeros& zeros, const Network& network) {
  const std::optional<std::string> loss = loss_in(zeros, network);
  if (!loss) return std::nullopt;
  const Point& point = point_of(zeros, network);
  const int coarsest = *std::ranges::min_element(point.frac_bits);
  return fmt::format("{}: its format {} has steps of {:.4g}, and what is lost reaches {:.4g}; {}",
                     *loss, fixed::to_string(point.spec.format(coarsest)),
                     std::ldexp(1.0, -coarsest), zeros.largest, remedy(zeros, network));
}

}  // namespace qfx::train
