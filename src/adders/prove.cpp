#include "adders/prove.h"

#include <algorithm>
#include <vector>

#include "qfx/base/error.h"

namespace qfx::adders {
namespace {

using Form = std::vector<std::int64_t>;  // a factor for each input

[[noreturn]] void too_wide() {
  user_error(
      "The sums of this matrix need more than 62 bits: give smaller factors or narrower inputs.");
}

std::int64_t times(std::int64_t x, std::int64_t y) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(x, y, &product)) too_wide();
  return product;
}

std::int64_t plus(std::int64_t x, std::int64_t y) {
  constexpr std::int64_t kMost = std::int64_t{1} << 61;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(x, y, &sum) || sum > kMost || sum < -kMost) too_wide();
  return sum;
}

class Proof {
 public:
  explicit Proof(AdderGraph& graph) : graph_(graph), last_use_(count_of(graph)) {
    const std::size_t inputs = graph.inputs.size();
    for (std::size_t i = 0; i < graph.adders.size(); ++i)
      for (const Term& term : {graph.adders[i].a, graph.adders[i].b, graph.adders[i].c})
        if (term.value >= 0) last_use_[static_cast<std::size_t>(term.value)] = i;
    for (const Term& term : graph.outputs)
      if (term.value >= 0) last_use_[static_cast<std::size_t>(term.value)] = graph.adders.size();
    forms_.resize(count_of(graph));
    for (std::size_t i = 0; i < inputs; ++i) {
      forms_[i].resize(inputs);
      forms_[i][i] = 1;
    }
  }

  void multiply_out() {
    for (std::size_t i = 0; i < graph_.adders.size(); ++i) {
      Adder& adder = graph_.adders[i];
      Form form(graph_.inputs.size());
      for (const Term& term : {adder.a, adder.b, adder.c}) add(form, term);
      adder.range = range_of(form);
      forms_[graph_.inputs.size() + i] = std::move(form);
      for (const Term& term : {adder.a, adder.b, adder.c})
        if (term.value >= 0 && last_use_[static_cast<std::size_t>(term.value)] == i)
          Form().swap(forms_[static_cast<std::size_t>(term.value)]);
    }
  }

  Form output(const Term& term) const {
    Form form(graph_.inputs.size());
    add(form, term);
    return form;
  }

  Interval range_of(const Form& form) const {
    Interval range;
    for (std::size_t i = 0; i < form.size(); ++i) {
      if (form[i] == 0) continue;
      const std::int64_t x = times(form[i], graph_.inputs[i].low);
      const std::int64_t y = times(form[i], graph_.inputs[i].high);
      range = {plus(range.low, std::min(x, y)), plus(range.high, std::max(x, y))};
    }
    return range;
  }

 private:
  static std::size_t count_of(const AdderGraph& graph) {
    return graph.inputs.size() + graph.adders.size();
  }

  void add(Form& form, const Term& term) const {
    if (term.value < 0) return;
    const std::int64_t scale = (term.negative ? -1 : 1) * (std::int64_t{1} << term.shift);
    const Form& other = forms_[static_cast<std::size_t>(term.value)];
    for (std::size_t i = 0; i < form.size(); ++i)
      if (other[i] != 0) form[i] = plus(form[i], times(scale, other[i]));
  }

  AdderGraph& graph_;
  std::vector<std::size_t> last_use_;
  std::vector<Form> forms_;
};

}  // namespace

void prove(AdderGraph& graph, const Matrix& matrix) {
  Proof proof(graph);
  proof.multiply_out();
  QFX_ASSERT(static_cast<std::int64_t>(graph.outputs.size()) == matrix.rows);
  for (std::int64_t row = 0; row < matrix.rows; ++row) {
    const auto begin = matrix.values.begin() + row * matrix.columns;
    const Form form = proof.output(graph.outputs[static_cast<std::size_t>(row)]);
    QFX_ASSERT(std::equal(form.begin(), form.end(), begin, begin + matrix.columns));
    proof.range_of(form);  // an output too must fit
  }
}

}  // namespace qfx::adders
