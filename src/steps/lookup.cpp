#include "qfx/steps/lookup.h"

#include <cmath>
#include <limits>

#include "steps/derivative.h"

namespace qfx::steps {
namespace {

// Each entry is a channel of its own to the kernel that defines the cast's gradient.
TableGradient make_gradient(const Lookup& lookup) {
  const auto& function = std::get<graph::Function>(lookup.op);
  const auto size = static_cast<std::int64_t>(lookup.table.size());
  const std::int64_t low = fixed::min_raw(lookup.input);
  std::vector<double> x(size), values(size), inside(size, 1.0);
  for (std::int64_t i = 0; i < size; ++i) {
    x[i] = std::ldexp(static_cast<double>(low + i), -lookup.input.frac_bits());
    values[i] = graph::function_value(function, x[i]);
  }
  const std::vector<int> frac_bits(size, lookup.output.frac_bits());
  std::vector<kernels::PointGradient> points(size);
  kernels::fake_cast_backward(values.data(), inside.data(), inside.data(), {1, size, 1},
                              lookup.output, frac_bits.data(), points.data());
  TableGradient gradient;
  for (std::int64_t i = 0; i < size; ++i) {
    gradient.dx.push_back(inside[i] * derivative(function, x[i]));
    gradient.df.push_back(points[i].df);
    gradient.overflows.push_back(points[i].overflows != 0);
  }
  return gradient;
}

// From a value to its entry.
class Index {
 public:
  explicit Index(const Lookup& lookup)
      : scale_(std::ldexp(1.0, lookup.input.frac_bits())),
        low_(static_cast<double>(fixed::min_raw(lookup.input))) {}

  // x is no NaN.
  template <class T>
  std::size_t operator()(T x) const {
    return static_cast<std::size_t>(static_cast<double>(x) * scale_ - low_);
  }

 private:
  double scale_, low_;
};

}  // namespace

void update_lookup(LookupPtr& lookup, const graph::Op& op, const fixed::Format& input,
                   const fixed::Format& output) {
  if (lookup && lookup->op == op && lookup->input == input && lookup->output == output) return;
  // A new one: a backward that is still to come holds the old.
  lookup = std::make_shared<Lookup>(
      Lookup{op, input, output, graph::make_table(op, input, output)->raw, {}});
}

const TableGradient& gradient_of(Lookup& lookup) {
  if (lookup.gradient.dx.empty()) lookup.gradient = make_gradient(lookup);
  return lookup.gradient;
}

template <class T>
void look_up(const T* x, T* y, std::int64_t values, const Lookup& lookup, const Loop& loop) {
  const Index index(lookup);
  const T unit = std::ldexp(T(1), -lookup.output.frac_bits());
  Blocks({1, 1, values})
      .run(loop, [&](std::int64_t, std::int64_t offset, const kernels::Extent& part) {
        for (std::int64_t i = offset; i < offset + part.size(); ++i)
          y[i] = std::isnan(x[i]) ? x[i] : static_cast<T>(lookup.table[index(x[i])]) * unit;
      });
}

template <class T>
std::vector<kernels::PointGradient> look_up_backward(const T* x, const T* dy, T* dx,
                                                     std::int64_t values, Lookup& lookup,
                                                     const Loop& loop) {
  const TableGradient& entry = gradient_of(lookup);
  const Index index(lookup);
  const Blocks blocks({1, 1, values});
  std::vector<kernels::PointGradient> points(static_cast<std::size_t>(blocks.count()));
  blocks.run(loop, [&](std::int64_t block, std::int64_t offset, const kernels::Extent& part) {
    kernels::PointGradient sum;
    for (std::int64_t i = offset; i < offset + part.size(); ++i) {
      if (std::isnan(x[i])) {
        dx[i] = 0;
        sum += {std::numeric_limits<double>::quiet_NaN(), 1};
        continue;
      }
      const std::size_t at = index(x[i]);
      dx[i] = static_cast<T>(entry.dx[at] * dy[i]);
      sum += {entry.df[at] * dy[i], entry.overflows[at]};
    }
    points[static_cast<std::size_t>(block)] = sum;
  });
  return points;
}

template <class T>
std::int64_t lookup_overflows(const T* x, std::int64_t values, Lookup& lookup) {
  const std::vector<bool>& overflows = gradient_of(lookup).overflows;
  const Index index(lookup);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < values; ++i) count += std::isnan(x[i]) || overflows[index(x[i])];
  return count;
}

template void look_up(const float*, float*, std::int64_t, const Lookup&, const Loop&);
template void look_up(const double*, double*, std::int64_t, const Lookup&, const Loop&);
template std::vector<kernels::PointGradient> look_up_backward(const float*, const float*, float*,
                                                              std::int64_t, Lookup&, const Loop&);
template std::vector<kernels::PointGradient> look_up_backward(const double*, const double*, double*,
                                                              std::int64_t, Lookup&, const Loop&);
template std::int64_t lookup_overflows(const float*, std::int64_t, Lookup&);
template std::int64_t lookup_overflows(const double*, std::int64_t, Lookup&);

}  // namespace qfx::steps
