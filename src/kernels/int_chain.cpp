#include "qfx/kernels/int_chain.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "kernels/targets.h"

#include "qfx/base/error.h"

#undef QFX_UNROLL
#if defined(__GNUC__) && !defined(__clang__)
#define QFX_UNROLL _Pragma("GCC unroll 4")
#else
#define QFX_UNROLL
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/int_chain.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#ifndef QFX_KERNELS_INT_CHAIN_ONCE
#define QFX_KERNELS_INT_CHAIN_ONCE
namespace qfx::kernels {

// Vectors of a step, and the most lanes of all of them.
inline constexpr int kChainVectors = 4;
inline constexpr std::int64_t kMostLanes = 16, kMostStep = kChainVectors * kMostLanes;

struct ChainProgram {
  std::span<const IntChain::Operation> operations;
  const std::int32_t* constants;
  std::int64_t channels;
};

// Where a run begins: `from` and `to` at its first element, whose channel is `channel`; element
// `first` of the others.
struct ChainPlace {
  const std::byte* from;
  const std::byte* const* others;
  std::byte* to;
  std::int64_t first, channel, count;
};

}  // namespace qfx::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Code = IntChain::Code;
using Operation = IntChain::Operation;
using Lane = hn::CappedTag<std::int32_t, kMostLanes>;
using Vector = hn::Vec<Lane>;
constexpr std::int64_t kLanes = hn::MaxLanes(Lane());

// f(0), f(1), ...: the vectors of a step one after another.
template <class F>
HWY_INLINE void each(const F& f) {
  QFX_UNROLL
  for (int i = 0; i < kChainVectors; ++i) f(i);
}

template <class T>
HWY_INLINE Vector load_vector(const std::byte* at, int i) {
  const T* from = reinterpret_cast<const T*>(at) + i * kLanes;
  if constexpr (sizeof(T) == sizeof(std::int32_t))
    return hn::LoadU(Lane(), from);
  else
    return hn::PromoteTo(Lane(), hn::LoadU(hn::Rebind<T, Lane>(), from));
}

template <class T>
HWY_INLINE void store_vector(Vector v, std::byte* at, int i) {
  T* to = reinterpret_cast<T*>(at) + i * kLanes;
  if constexpr (sizeof(T) == sizeof(std::int32_t))
    hn::StoreU(v, Lane(), to);
  else
    hn::StoreU(hn::DemoteTo(hn::Rebind<T, Lane>(), v), hn::Rebind<T, Lane>(), to);
}

HWY_INLINE void load(const std::byte* at, Storage storage, Vector (&v)[kChainVectors]) {
  switch (storage) {
    case Storage::Int8:
      return each([&](int i) HWY_ATTR { v[i] = load_vector<std::int8_t>(at, i); });
    case Storage::UInt8:
      return each([&](int i) HWY_ATTR { v[i] = load_vector<std::uint8_t>(at, i); });
    case Storage::Int16:
      return each([&](int i) HWY_ATTR { v[i] = load_vector<std::int16_t>(at, i); });
    case Storage::UInt16:
      return each([&](int i) HWY_ATTR { v[i] = load_vector<std::uint16_t>(at, i); });
    case Storage::Int32:
      break;
  }
  each([&](int i) HWY_ATTR { v[i] = load_vector<std::int32_t>(at, i); });
}

HWY_INLINE void store(const Vector (&v)[kChainVectors], std::byte* at, Storage storage) {
  switch (storage) {
    case Storage::Int8:
      return each([&](int i) HWY_ATTR { store_vector<std::int8_t>(v[i], at, i); });
    case Storage::UInt8:
      return each([&](int i) HWY_ATTR { store_vector<std::uint8_t>(v[i], at, i); });
    case Storage::Int16:
      return each([&](int i) HWY_ATTR { store_vector<std::int16_t>(v[i], at, i); });
    case Storage::UInt16:
      return each([&](int i) HWY_ATTR { store_vector<std::uint16_t>(v[i], at, i); });
    case Storage::Int32:
      return each([&](int i) HWY_ATTR { store_vector<std::int32_t>(v[i], at, i); });
  }
}

HWY_INLINE Vector set(std::int32_t value) {
  return hn::Set(Lane(), value);
}

// qfx/kernels/int_cast.h says what the numbers of a rounding mean.
HWY_INLINE Vector rounded(Vector v, const Operation& op) {
  const Vector floor = hn::ShiftRightSame(v, op.shift);
  const Vector t = (floor & set(op.k[2])) ^ (hn::BroadcastSignBit(v) & set(op.k[3])) ^ set(op.k[4]);
  const Vector weighed = (v & set((1 << op.shift) - 1)) + (hn::Neg(t) & set(op.k[0]));
  return floor - hn::VecFromMask(Lane(), weighed > set(op.k[1]));
}

// channel: of the step's first element.
HWY_INLINE void apply(const Operation& op, const std::int32_t* constants, std::int64_t channel,
                      const std::byte* other, Vector (&v)[kChainVectors]) {
  const Lane d;
  const std::int32_t* a = constants + op.a + channel;
  switch (op.code) {
    case Code::MultiplyAdd:
      return each([&](int i) HWY_ATTR {
        v[i] = v[i] * hn::LoadU(d, a + i * kLanes) +
               hn::LoadU(d, constants + op.b + channel + i * kLanes);
      });
    case Code::AddTerm:
      return each([&](int i)
                      HWY_ATTR { v[i] = v[i] + hn::LoadU(d, a + i * kLanes); });
    case Code::MultiplyAddAll:
      return each([&](int i) HWY_ATTR { v[i] = v[i] * set(op.k[0]) + set(op.k[1]); });
    case Code::ShiftRight:
      return each([&](int i) HWY_ATTR { v[i] = hn::ShiftRightSame(v[i], op.shift); });
    case Code::ShiftLeft:
      return each([&](int i) HWY_ATTR { v[i] = hn::ShiftLeftSame(v[i], op.shift); });
    case Code::HalfUp:
      return each([&](int i) HWY_ATTR {
        v[i] = hn::ShiftRight<1>(hn::ShiftRightSame(v[i], op.shift - 1) + set(1));
      });
    case Code::Round:
      return each([&](int i) HWY_ATTR { v[i] = rounded(v[i], op); });
    case Code::Clamp:
      return each([&](int i)
                      HWY_ATTR { v[i] = hn::Min(hn::Max(v[i], set(op.k[0])), set(op.k[1])); });
    case Code::Zero:
      return each([&](int i) HWY_ATTR {
        v[i] = hn::IfThenZeroElse(hn::Or(v[i] < set(op.k[0]), v[i] > set(op.k[1])), v[i]);
      });
    case Code::WrapSigned:
      return each([&](int i) HWY_ATTR {
        v[i] = hn::ShiftRightSame(hn::ShiftLeftSame(v[i], op.shift), op.shift);
      });
    case Code::WrapUnsigned:
      return each([&](int i) HWY_ATTR { v[i] = v[i] & set(op.k[0]); });
    case Code::Clip:
      return each([&](int i) HWY_ATTR {
        const Vector upper =
            hn::IfThenElse(v[i] > set(op.k[1]), set(op.k[3]), v[i] * set(op.k[4]));
        v[i] = hn::IfThenElse(v[i] < set(op.k[0]), set(op.k[2]), upper);
      });
    case Code::Slope:
      return each([&](int i) HWY_ATTR {
        const Vector below = hn::LoadU(d, a + i * kLanes);
        v[i] = v[i] * hn::IfThenElse(v[i] < hn::Zero(d), below, set(op.k[0]));
      });
    case Code::LookUp:
      return each([&](int i) HWY_ATTR {
        HWY_ALIGN std::int32_t lanes[kLanes];
        // In the table also where the last step has lanes of no account.
        const Vector index = hn::Max(v[i] - set(op.k[0]), hn::Zero(d));
        hn::Store(hn::Min(index, set(op.k[1])), d, lanes);
        const std::int32_t* table = constants + op.a;
        for (std::int32_t& lane : lanes) lane = table[lane];
        v[i] = hn::Load(d, lanes);
      });
    case Code::AddOther: {
      Vector w[kChainVectors];
      load(other, op.storage, w);
      return each([&](int i) HWY_ATTR { v[i] = v[i] * set(op.k[0]) + w[i] * set(op.k[1]); });
    }
    case Code::MultiplyOther: {
      Vector w[kChainVectors];
      load(other, op.storage, w);
      return each([&](int i) HWY_ATTR { v[i] = v[i] * w[i]; });
    }
  }
}

// Whole steps; returns how many elements they have.
HWY_ATTR std::int64_t chain_steps(const ChainProgram& program, Storage from_storage,
                                  Storage to_storage, const ChainPlace& place) {
  constexpr std::int64_t kStep = kChainVectors * kLanes;
  const std::int64_t from_size = element_bytes(from_storage);
  const std::int64_t to_size = element_bytes(to_storage);
  const std::byte* from = place.from;
  std::byte* to = place.to;
  const std::int64_t channel_step = kStep % program.channels;
  std::int64_t channel = place.channel, done = 0;
  for (; done + kStep <= place.count; done += kStep) {
    Vector v[kChainVectors];
    load(from, from_storage, v);
    for (const Operation& op : program.operations) {
      const std::byte* other = nullptr;
      if (op.code == Code::AddOther || op.code == Code::MultiplyOther)
        other = place.others[op.other] + (place.first + done) * element_bytes(op.storage);
      apply(op, program.constants, channel, other, v);
    }
    store(v, to, to_storage);
    from += kStep * from_size;
    to += kStep * to_size;
    channel += channel_step;
    if (channel >= program.channels) channel -= program.channels;
  }
  return done;
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(chain_steps);

// Constants of all channels, and on from the first one for the length of a step: a step reads them
// from its first element's channel on.
std::int64_t IntChain::place(std::span<const std::int32_t> constants) {
  const auto size = static_cast<std::int64_t>(constants.size());
  QFX_ASSERT(size == channels_ || size == 1);
  const auto at = static_cast<std::int64_t>(constants_.size());
  for (std::int64_t i = 0; i < channels_ + kMostStep; ++i)
    constants_.push_back(constants[static_cast<std::size_t>(i % size)]);
  return at;
}

IntChain::Operation& IntChain::append(Code code) {
  return operations_.emplace_back(Operation{.code = code});
}

void IntChain::multiply_add(std::span<const std::int32_t> factor,
                            std::span<const std::int32_t> term) {
  const auto all = [](std::span<const std::int32_t> values, std::int32_t value) {
    return std::all_of(values.begin(), values.end(), [=](std::int32_t v) { return v == value; });
  };
  const bool no_factor = all(factor, 1);
  if (all(factor, factor[0]) && all(term, term[0])) {
    if (no_factor && term[0] == 0) return;
    Operation& op = append(Code::MultiplyAddAll);
    op.k[0] = factor[0];
    op.k[1] = term[0];
  } else if (no_factor) {
    append(Code::AddTerm).a = place(term);
  } else {
    Operation& op = append(Code::MultiplyAdd);
    op.a = place(factor);
    op.b = place(term);
  }
}

void IntChain::cast(const IntCast& cast) {
  QFX_ASSERT(takes(cast));
  if (cast.path() == IntCast::Path::Copy) return;
  const IntCast::Plan& plan = cast.plan();
  switch (plan.round) {
    case IntCast::RoundKind::Shift:
      if (plan.right > 0) append(Code::ShiftRight).shift = plan.right;
      if (plan.left > 0) append(Code::ShiftLeft).shift = plan.left;
      break;
    case IntCast::RoundKind::HalfUp:
      append(Code::HalfUp).shift = plan.right;
      break;
    case IntCast::RoundKind::General: {
      Operation& op = append(Code::Round);
      op.shift = plan.right;
      const std::int64_t numbers[] = {plan.addend, plan.threshold, plan.odd, plan.sign, plan.flip};
      for (int i = 0; i < 5; ++i) op.k[i] = static_cast<std::int32_t>(numbers[i]);
      break;
    }
  }
  if (plan.fit == IntCast::FitKind::Fits) return;
  Operation& op = append(Code::Clamp);
  op.k[0] = static_cast<std::int32_t>(plan.lo);
  op.k[1] = static_cast<std::int32_t>(plan.hi);
  if (plan.fit == IntCast::FitKind::Zero) op.code = Code::Zero;
  if (plan.fit == IntCast::FitKind::WrapSigned) {
    op.code = Code::WrapSigned;
    op.shift = 32 - plan.width;
  }
  if (plan.fit == IntCast::FitKind::WrapUnsigned) {
    op.code = Code::WrapUnsigned;
    op.k[0] = static_cast<std::int32_t>((std::int64_t{1} << plan.width) - 1);
  }
}

void IntChain::relu() {
  Operation& op = append(Code::Clamp);
  op.k[0] = 0;
  op.k[1] = std::numeric_limits<std::int32_t>::max();
}

void IntChain::clip(const Clipping<std::int32_t>& c) {
  Operation& op = append(Code::Clip);
  const std::int32_t numbers[] = {c.below, c.above, c.low, c.high, c.factor};
  std::copy(std::begin(numbers), std::end(numbers), op.k);
}

void IntChain::slope_below_zero(std::span<const std::int32_t> below, std::int32_t above) {
  Operation& op = append(Code::Slope);
  op.a = place(below);
  op.k[0] = above;
}

void IntChain::look_up(std::span<const std::int32_t> table, std::int32_t low) {
  Operation& op = append(Code::LookUp);
  op.a = static_cast<std::int64_t>(constants_.size());
  op.k[0] = low;
  op.k[1] = static_cast<std::int32_t>(table.size() - 1);
  constants_.insert(constants_.end(), table.begin(), table.end());
}

void IntChain::add(Storage other, std::int32_t factor, std::int32_t other_factor) {
  Operation& op = append(Code::AddOther);
  op.storage = other;
  op.other = others_++;
  op.k[0] = factor;
  op.k[1] = other_factor;
}

void IntChain::multiply(Storage other) {
  Operation& op = append(Code::MultiplyOther);
  op.storage = other;
  op.other = others_++;
}

void IntChain::run(const Part& part) const {
  const ChainProgram program{operations_, constants_.data(), channels_};
  const std::int64_t from_size = element_bytes(part.from_storage);
  const std::int64_t to_size = element_bytes(part.to_storage);
  std::byte* to = part.to + part.first * to_size;
  const std::int64_t done =
      HWY_DYNAMIC_DISPATCH(chain_steps)(program, part.from_storage, part.to_storage,
                                        {part.from, part.others, to, part.first,
                                         part.first % channels_, part.count});
  const std::int64_t rest = part.count - done;
  if (rest == 0) return;
  // A whole step on copies.
  constexpr std::int64_t kBytes = kMostStep * sizeof(std::int32_t);
  QFX_ASSERT(others_ <= kMostOthers);
  alignas(64) std::byte values[kBytes] = {}, results[kBytes];
  alignas(64) std::byte copies[kMostOthers][kBytes];
  const std::byte* others[kMostOthers] = {};
  std::memcpy(values, part.from + done * from_size, static_cast<std::size_t>(rest * from_size));
  const std::int64_t first = part.first + done;
  for (const Operation& op : operations_) {
    if (op.code != Code::AddOther && op.code != Code::MultiplyOther) continue;
    const std::int64_t size = element_bytes(op.storage);
    others[op.other] = copies[op.other];
    std::memset(copies[op.other], 0, kBytes);
    std::memcpy(copies[op.other], part.others[op.other] + first * size,
                static_cast<std::size_t>(rest * size));
  }
  HWY_DYNAMIC_DISPATCH(chain_steps)
  (program, part.from_storage, part.to_storage,
   {values, others, results, 0, first % channels_, kMostStep});
  std::memcpy(to + done * to_size, results, static_cast<std::size_t>(rest * to_size));
}

}  // namespace qfx::kernels
#endif
