#include "qfx/kernels/int_chain.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "kernels/int_chain_steps.h"

#include "qfx/base/error.h"

namespace qfx::kernels {
namespace {

template <class Lane>
bool are_all(std::span<const Lane> values, Lane value) {
  return std::all_of(values.begin(), values.end(), [=](Lane v) { return v == value; });
}

template <class Lane>
constexpr bool is_word() {
  return std::is_same_v<Lane, std::int32_t>;
}

// As the operation's products take it.
template <class Lane>
Lane factor_of(const ChainOperation<Lane>& op, Lane factor) {
  return op.narrow ? static_cast<Lane>(static_cast<std::uint16_t>(factor)) : factor;
}
template <class Lane>
std::vector<Lane> factors_of(const ChainOperation<Lane>& op, std::span<const Lane> factors) {
  std::vector<Lane> result;
  for (const Lane factor : factors) result.push_back(factor_of(op, factor));
  return result;
}

}  // namespace

// Constants of all channels, and on from the first one for the length of a step: a step reads them
// from its first element's channel on.
template <class Lane>
std::int64_t IntChain<Lane>::place(std::span<const Lane> constants) {
  const auto size = static_cast<std::int64_t>(constants.size());
  QFX_ASSERT(size == channels_ || size == 1);
  const auto at = static_cast<std::int64_t>(constants_.size());
  for (std::int64_t i = 0; i < channels_ + kMostStep; ++i)
    constants_.push_back(constants[static_cast<std::size_t>(i % size)]);
  return at;
}

template <class Lane>
ChainOperation<Lane>& IntChain<Lane>::append(ChainCode code) {
  return operations_.emplace_back(Operation{.code = code});
}

template <class Lane>
void IntChain<Lane>::multiply_add(std::span<const Lane> factor, std::span<const Lane> term,
                                  bool narrow) {
  const bool has_factor = !are_all(factor, Lane{1});
  if (!are_all(factor, factor[0]) || !are_all(term, term[0])) {
    Operation& op = append(has_factor ? ChainCode::MultiplyAdd : ChainCode::Add);
    op.narrow = has_factor && narrow && is_word<Lane>();
    if (has_factor) op.a = place(factors_of(op, factor));
    op.b = place(term);
  } else if (has_factor || term[0] != 0) {
    Operation& op = append(has_factor ? ChainCode::MultiplyAddAll : ChainCode::AddAll);
    op.narrow = has_factor && narrow && is_word<Lane>();
    op.k[0] = factor_of(op, factor[0]);
    op.k[1] = term[0];
  }
}

// Half a unit goes into the sum before it where there is one.
template <class Lane>
void IntChain<Lane>::round_half_up(const IntCast::Plan& plan) {
  if (is_word<Lane>() && !plan.half_fits) {
    append(ChainCode::HalfUp).shift = plan.right;
    return;
  }
  const auto half = static_cast<Lane>(std::int64_t{1} << (plan.right - 1));
  const Lane most = static_cast<Lane>(std::numeric_limits<Lane>::max() - half);
  if (!operations_.empty() && operations_.back().shift == 0) {
    Operation& last = operations_.back();
    if (last.code == ChainCode::MultiplyAdd || last.code == ChainCode::Add) {
      const auto terms = std::span(constants_).subspan(static_cast<std::size_t>(last.b));
      if (std::all_of(terms.begin(), terms.end(), [=](Lane term) { return term <= most; })) {
        for (Lane& term : terms) term = static_cast<Lane>(term + half);
        last.shift = plan.right;
        return;
      }
    }
    const bool of_all = last.code == ChainCode::MultiplyAddAll || last.code == ChainCode::AddAll;
    if (of_all && last.k[1] <= most) {
      last.k[1] = static_cast<Lane>(last.k[1] + half);
      last.shift = plan.right;
      return;
    }
    if (adds_other(last.code)) {
      last.k[2] = half;
      last.shift = plan.right;
      return;
    }
  }
  Operation& op = append(ChainCode::AddAll);
  op.k[1] = half;
  op.shift = plan.right;
}

template <class Lane>
void IntChain<Lane>::cast(const IntCast& cast) {
  QFX_ASSERT(takes(cast));
  if (cast.path() == IntCast::Path::Copy) return;
  const IntCast::Plan& plan = cast.plan();
  switch (plan.round) {
    case IntCast::RoundKind::Shift:
      if (plan.right > 0) append(ChainCode::AddAll).shift = plan.right;
      if (plan.left > 0) append(ChainCode::ShiftLeft).shift = plan.left;
      break;
    case IntCast::RoundKind::HalfUp:
      round_half_up(plan);
      break;
    case IntCast::RoundKind::General: {
      Operation& op = append(ChainCode::Round);
      op.shift = plan.right;
      const std::int64_t numbers[] = {plan.addend, plan.threshold, plan.odd, plan.sign, plan.flip};
      for (int i = 0; i < 5; ++i) op.k[i] = static_cast<Lane>(numbers[i]);
      break;
    }
  }
  // A lane holds nothing beyond its own limits.
  using Limits = std::numeric_limits<Lane>;
  const auto lane = [](std::int64_t bound) {
    return static_cast<Lane>(std::clamp<std::int64_t>(bound, Limits::min(), Limits::max()));
  };
  const Lane lo = lane(plan.lo), hi = lane(plan.hi);
  switch (plan.fit) {
    case IntCast::FitKind::Fits:
      break;
    case IntCast::FitKind::Clamp:
      clamp(lo, hi);
      break;
    case IntCast::FitKind::Zero: {
      Operation& op = append(ChainCode::Zero);
      op.k[0] = lo;
      op.k[1] = hi;
      break;
    }
    case IntCast::FitKind::WrapSigned:
      append(ChainCode::WrapSigned).shift = static_cast<int>(8 * sizeof(Lane)) - plan.width;
      break;
    case IntCast::FitKind::WrapUnsigned:
      append(ChainCode::WrapUnsigned).k[0] = static_cast<Lane>((std::int64_t{1} << plan.width) - 1);
      break;
  }
}

template <class Lane>
void IntChain<Lane>::clamp(Lane lo, Lane hi) {
  if (!operations_.empty() && operations_.back().code == ChainCode::Clamp) {
    Operation& last = operations_.back();
    for (int i = 0; i < 2; ++i) last.k[i] = std::clamp(last.k[i], lo, hi);
    return;
  }
  Operation& op = append(ChainCode::Clamp);
  op.k[0] = lo;
  op.k[1] = hi;
}

template <class Lane>
void IntChain<Lane>::clip(const Clipping& c) {
  Operation& op = append(ChainCode::Clip);
  const std::int64_t numbers[] = {c.below, c.above, c.low, c.high, c.factor};
  for (int i = 0; i < 5; ++i) op.k[i] = static_cast<Lane>(numbers[i]);
}

template <class Lane>
void IntChain<Lane>::slope_below_zero(std::span<const Lane> below, Lane above, bool narrow) {
  Operation& op = append(ChainCode::Slope);
  op.narrow = narrow && is_word<Lane>();
  op.a = place(factors_of(op, below));
  op.k[0] = factor_of(op, above);
}

template <class Lane>
void IntChain<Lane>::look_up(std::span<const Lane> table, Lane low) {
  Operation& op = append(ChainCode::LookUp);
  op.a = static_cast<std::int64_t>(constants_.size());
  op.k[0] = low;
  op.k[1] = static_cast<Lane>(table.size() - 1);
  constants_.insert(constants_.end(), table.begin(), table.end());
}

template <class Lane>
void IntChain<Lane>::add(Storage other, Lane factor, Lane other_factor, bool narrow) {
  ChainCode code = ChainCode::AddScaledOther;
  if (factor == 1)
    code = other_factor == 1    ? ChainCode::AddOther
           : other_factor == -1 ? ChainCode::SubtractOther
                                : ChainCode::AddTimesOther;
  Operation& op = append(code);
  op.storage = other;
  op.other = others_++;
  op.narrow = narrow && is_word<Lane>() &&
              (code == ChainCode::AddScaledOther || code == ChainCode::AddTimesOther);
  op.k[0] = factor_of(op, factor);
  op.k[1] = factor_of(op, other_factor);
}

template <class Lane>
void IntChain<Lane>::larger(Storage other, Lane factor, Lane other_factor) {
  add(other, factor, other_factor);
  operations_.back().code = ChainCode::LargerOther;
}

template <class Lane>
void IntChain<Lane>::smaller(Storage other, Lane factor, Lane other_factor) {
  add(other, factor, other_factor);
  operations_.back().code = ChainCode::SmallerOther;
}

template <class Lane>
void IntChain<Lane>::multiply(Storage other) {
  Operation& op = append(ChainCode::MultiplyOther);
  op.storage = other;
  op.other = others_++;
}

// A vector's store to a narrower type saturates by itself.
template <class Lane>
void IntChain<Lane>::end() {
  if (std::is_same_v<Lane, std::int64_t>) return;  // no vectors there
  if (operations_.empty() || operations_.back().code != ChainCode::Clamp) return;
  Operation& last = operations_.back();
  with_type(to_, [&]<class To>(To) {
    if (sizeof(To) >= sizeof(Lane)) return;
    const bool keeps_lo = last.k[0] > std::numeric_limits<To>::min();
    const bool keeps_hi = last.k[1] < std::numeric_limits<To>::max();
    if (!keeps_lo && !keeps_hi)
      operations_.pop_back();
    else if (!keeps_lo)
      last.code = ChainCode::Min;
    else if (!keeps_hi)
      last.code = ChainCode::Max;
  });
}

template <class Lane>
void IntChain<Lane>::run(const ChainPart& part) const {
  const ChainProgram<Lane> program{operations_, constants_.data(), channels_, part.from_storage,
                                   to_,         part.from_sums};
  const std::int64_t from_size = element_bytes(part.from_storage);
  const std::int64_t to_size = element_bytes(to_);
  std::byte* to = part.to + part.first * to_size;
  const std::int64_t done = run_chain(
      program, {part.from, part.others, to, part.first, part.first % channels_, part.count});
  const std::int64_t rest = part.count - done;
  if (rest == 0) return;
  // Whole steps on copies.
  constexpr std::int64_t kBytes = kMostStep * sizeof(std::int32_t);
  QFX_ASSERT(others_ <= ChainPart::kMostOthers);
  alignas(64) std::byte values[kBytes] = {}, results[kBytes];
  alignas(64) std::byte copies[ChainPart::kMostOthers][kBytes];
  const std::byte* others[ChainPart::kMostOthers] = {};
  std::memcpy(values, part.from + done * from_size, static_cast<std::size_t>(rest * from_size));
  const std::int64_t first = part.first + done;
  for (const Operation& op : operations_) {
    if (!reads_other(op.code)) continue;
    const std::int64_t size = element_bytes(op.storage);
    others[op.other] = copies[op.other];
    std::memset(copies[op.other], 0, kBytes);
    std::memcpy(copies[op.other], part.others[op.other] + first * size,
                static_cast<std::size_t>(rest * size));
  }
  run_chain(program, {values, others, results, 0, first % channels_, kMostStep});
  std::memcpy(to + done * to_size, results, static_cast<std::size_t>(rest * to_size));
}

template class IntChain<std::int16_t>;
template class IntChain<std::int32_t>;
template class IntChain<std::int64_t>;

}  // namespace qfx::kernels
