#include "kernels/int_chain_steps.h"

#include <algorithm>
#include <type_traits>

#include "kernels/targets.h"

#undef QFX_UNROLL
#if defined(__GNUC__) && !defined(__clang__)
#define QFX_UNROLL _Pragma("GCC unroll 8")
#else
#define QFX_UNROLL
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/int_chain_steps.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#include "kernels/saturate-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Vectors of a step: what an operation costs by itself is shared by them all, and another tensor's
// must find registers too.
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
constexpr int kVectors = 8;
#else
constexpr int kVectors = 4;
#endif

template <class T>
using Tag = hn::CappedTag<T, kMostStepBytes / 8 / sizeof(T)>;
template <class T>
constexpr std::int64_t kLanes = hn::MaxLanes(Tag<T>());

// f(0), f(1), ...: the vectors of a step one after another.
template <class F>
HWY_INLINE void each(const F& f) {
  QFX_UNROLL
  for (int i = 0; i < kVectors; ++i) f(i);
}

template <class T>
struct Step {
  hn::Vec<Tag<T>> v[kVectors];

  template <class From>
  HWY_INLINE void load_as(const std::byte* at) {
    const auto* from = reinterpret_cast<const From*>(at);
    const Tag<T> d;
    each([&](int i) HWY_ATTR {
      if constexpr (sizeof(From) == sizeof(T))
        v[i] = hn::BitCast(d, hn::LoadU(hn::Rebind<From, Tag<T>>(), from + i * kLanes<T>));
      else if constexpr (sizeof(From) < sizeof(T))
        v[i] = hn::PromoteTo(d, hn::LoadU(hn::Rebind<From, Tag<T>>(), from + i * kLanes<T>));
      else
        v[i] = hn::Zero(d);  // no tensor of the chain's has so wide a type
    });
  }
  HWY_INLINE void load(const std::byte* at, Storage storage) {
    switch (storage) {
      case Storage::Int8:
        return load_as<std::int8_t>(at);
      case Storage::UInt8:
        return load_as<std::uint8_t>(at);
      case Storage::Int16:
        return load_as<std::int16_t>(at);
      case Storage::UInt16:
        return load_as<std::uint16_t>(at);
      case Storage::Int32:
        break;
    }
    load_as<std::int32_t>(at);
  }

  template <class To>
  HWY_INLINE void store_as(std::byte* at) const {
    auto* to = reinterpret_cast<To*>(at);
    const hn::Rebind<To, Tag<T>> d;
    each([&](int i) HWY_ATTR {
      if constexpr (sizeof(To) == sizeof(T))
        hn::StoreU(hn::BitCast(d, v[i]), d, to + i * kLanes<T>);
      else if constexpr (sizeof(To) < sizeof(T))
        hn::StoreU(saturated<To>(Tag<T>(), v[i]), d, to + i * kLanes<T>);
    });
  }
  HWY_INLINE void store(std::byte* at, Storage storage) const {
    switch (storage) {
      case Storage::Int8:
        return store_as<std::int8_t>(at);
      case Storage::UInt8:
        return store_as<std::uint8_t>(at);
      case Storage::Int16:
        return store_as<std::int16_t>(at);
      case Storage::UInt16:
        return store_as<std::uint16_t>(at);
      case Storage::Int32:
        return store_as<std::int32_t>(at);
    }
  }
};

template <class T>
HWY_INLINE hn::Vec<Tag<T>> set(T value) {
  return hn::Set(Tag<T>(), value);
}

template <class V>
HWY_INLINE V sum(V a, V b) {
  if constexpr (sizeof(hn::TFromV<V>) == sizeof(std::int16_t))
    return hn::SaturatedAdd(a, b);
  else
    return hn::Add(a, b);
}

template <class V>
HWY_INLINE V less(V a, V b) {
  if constexpr (sizeof(hn::TFromV<V>) == sizeof(std::int16_t))
    return hn::SaturatedSub(a, b);
  else
    return hn::Sub(a, b);
}

// A shift whose distance stands in a register of its own is two instructions inside x86; one by the
// distances of a vector's lanes, where there is one, is one.
template <class V>
HWY_INLINE V shifted_right(V v, int places) {
#if HWY_TARGET == HWY_AVX3
  return v >> hn::Set(hn::DFromV<V>(), static_cast<hn::TFromV<V>>(places));
#else
  return hn::ShiftRightSame(v, places);
#endif
}

template <class V>
HWY_INLINE V shifted_left(V v, int places) {
#if HWY_TARGET == HWY_AVX3
  return v << hn::Set(hn::DFromV<V>(), static_cast<hn::TFromV<V>>(places));
#else
  return hn::ShiftLeftSame(v, places);
#endif
}

template <class V>
HWY_INLINE V shifted(V v, int places) {
  return places == 0 ? v : shifted_right(v, places);
}

// v * factor; of a narrow operation the product of their low halves, the factor's upper one being
// 0.
template <bool kNarrow, class V>
HWY_INLINE V product(V v, V factor) {
  if constexpr (!kNarrow) return v * factor;
#if HWY_TARGET == HWY_AVX3
  return V{_mm512_madd_epi16(v.raw, factor.raw)};
#elif HWY_TARGET == HWY_AVX2
  return V{_mm256_madd_epi16(v.raw, factor.raw)};
#elif HWY_TARGET == HWY_SSE4
  return V{_mm_madd_epi16(v.raw, factor.raw)};
#else
  return v * hn::ShiftRightSame(hn::ShiftLeftSame(factor, 16), 16);
#endif
}

// What an operation with a product does to every vector: f(i, kNarrow).
template <class T, class F>
HWY_INLINE void each_product(const ChainOperation<T>& op, const F& f) {
  if constexpr (sizeof(T) == sizeof(std::int32_t)) {
    if (op.narrow) return each([&](int i) HWY_ATTR { f(i, std::true_type()); });
  }
  each([&](int i) HWY_ATTR { f(i, std::false_type()); });
}

// qfx/kernels/int_cast.h says what the numbers of a rounding mean.
template <class T>
HWY_INLINE hn::Vec<Tag<T>> rounded(hn::Vec<Tag<T>> v, const ChainOperation<T>& op) {
  const auto floor = hn::ShiftRightSame(v, op.shift);
  const auto t = (floor & set(op.k[2])) ^ (hn::BroadcastSignBit(v) & set(op.k[3])) ^ set(op.k[4]);
  const auto weighed = (v & set(static_cast<T>((1 << op.shift) - 1))) + (hn::Neg(t) & set(op.k[0]));
  return floor - hn::VecFromMask(Tag<T>(), weighed > set(op.k[1]));
}

// channel: of the step's first element. other: the other tensor there.
template <class T>
HWY_INLINE void apply(const ChainOperation<T>& op, const T* constants, std::int64_t channel,
                      const std::byte* other, Step<T>& step) {
  const Tag<T> d;
  auto& v = step.v;
  const auto a = [&](int i)
                     HWY_ATTR { return hn::LoadU(d, constants + op.a + channel + i * kLanes<T>); };
  const auto b = [&](int i)
                     HWY_ATTR { return hn::LoadU(d, constants + op.b + channel + i * kLanes<T>); };
  switch (op.code) {
    case ChainCode::MultiplyAdd:
      return each_product(op, [&](int i, auto narrow) HWY_ATTR {
        v[i] = shifted(sum(product<narrow.value>(v[i], a(i)), b(i)), op.shift);
      });
    case ChainCode::Add:
      return each([&](int i) HWY_ATTR { v[i] = shifted(sum(v[i], b(i)), op.shift); });
    case ChainCode::MultiplyAddAll:
      return each_product(op, [&](int i, auto narrow) HWY_ATTR {
        v[i] = shifted(sum(product<narrow.value>(v[i], set(op.k[0])), set(op.k[1])), op.shift);
      });
    case ChainCode::AddAll:
      return each([&](int i) HWY_ATTR { v[i] = shifted(sum(v[i], set(op.k[1])), op.shift); });
    case ChainCode::AddScaledOther: {
      Step<T> w;
      w.load(other, op.storage);
      return each_product(op, [&](int i, auto narrow) HWY_ATTR {
        const auto both = sum(product<narrow.value>(v[i], set(op.k[0])),
                              product<narrow.value>(w.v[i], set(op.k[1])));
        v[i] = shifted(sum(both, set(op.k[2])), op.shift);
      });
    }
    case ChainCode::AddTimesOther: {
      Step<T> w;
      w.load(other, op.storage);
      return each_product(op, [&](int i, auto narrow) HWY_ATTR {
        const auto both = sum(v[i], product<narrow.value>(w.v[i], set(op.k[1])));
        v[i] = shifted(sum(both, set(op.k[2])), op.shift);
      });
    }
    case ChainCode::AddOther: {
      Step<T> w;
      w.load(other, op.storage);
      return each([&](int i)
                      HWY_ATTR { v[i] = shifted(sum(sum(v[i], w.v[i]), set(op.k[2])), op.shift); });
    }
    case ChainCode::SubtractOther: {
      Step<T> w;
      w.load(other, op.storage);
      return each(
          [&](int i) HWY_ATTR { v[i] = shifted(sum(less(v[i], w.v[i]), set(op.k[2])), op.shift); });
    }
    case ChainCode::MultiplyOther: {
      Step<T> w;
      w.load(other, op.storage);
      return each([&](int i) HWY_ATTR { v[i] = v[i] * w.v[i]; });
    }
    case ChainCode::LargerOther: {
      Step<T> w;
      w.load(other, op.storage);
      return each([&](int i)
                      HWY_ATTR { v[i] = hn::Max(v[i] * set(op.k[0]), w.v[i] * set(op.k[1])); });
    }
    case ChainCode::SmallerOther: {
      Step<T> w;
      w.load(other, op.storage);
      return each([&](int i)
                      HWY_ATTR { v[i] = hn::Min(v[i] * set(op.k[0]), w.v[i] * set(op.k[1])); });
    }
    case ChainCode::ShiftLeft:
      return each([&](int i) HWY_ATTR { v[i] = shifted_left(v[i], op.shift); });
    case ChainCode::HalfUp:
      return each([&](int i) HWY_ATTR {
        v[i] = hn::ShiftRight<1>(shifted_right(v[i], op.shift - 1) + set(T{1}));
      });
    case ChainCode::Round:
      return each([&](int i) HWY_ATTR { v[i] = rounded(v[i], op); });
    case ChainCode::Clamp:
      return each([&](int i)
                      HWY_ATTR { v[i] = hn::Min(hn::Max(v[i], set(op.k[0])), set(op.k[1])); });
    case ChainCode::Max:
      return each([&](int i) HWY_ATTR { v[i] = hn::Max(v[i], set(op.k[0])); });
    case ChainCode::Min:
      return each([&](int i) HWY_ATTR { v[i] = hn::Min(v[i], set(op.k[1])); });
    case ChainCode::Zero:
      return each([&](int i) HWY_ATTR {
        v[i] = hn::IfThenZeroElse(hn::Or(v[i]<set(op.k[0]), v[i]> set(op.k[1])), v[i]);
      });
    case ChainCode::WrapSigned:
      return each([&](int i) HWY_ATTR {
        v[i] = hn::ShiftRightSame(hn::ShiftLeftSame(v[i], op.shift), op.shift);
      });
    case ChainCode::WrapUnsigned:
      return each([&](int i) HWY_ATTR { v[i] = v[i] & set(op.k[0]); });
    case ChainCode::Clip:
      return each([&](int i) HWY_ATTR {
        const auto upper = hn::IfThenElse(v[i] > set(op.k[1]), set(op.k[3]), v[i] * set(op.k[4]));
        v[i] = hn::IfThenElse(v[i] < set(op.k[0]), set(op.k[2]), upper);
      });
    case ChainCode::Slope:
      return each_product(op, [&](int i, auto narrow) HWY_ATTR {
        const auto factor = hn::IfThenElse(v[i] < hn::Zero(d), a(i), set(op.k[0]));
        v[i] = product<narrow.value>(v[i], factor);
      });
    case ChainCode::LookUp:
      return each([&](int i) HWY_ATTR {
        HWY_ALIGN T lanes[kLanes<T>];
        // In the table also where the last step has lanes of no account.
        const auto index = hn::Max(v[i] - set(op.k[0]), hn::Zero(d));
        hn::Store(hn::Min(index, set(op.k[1])), d, lanes);
        for (T& lane : lanes) lane = constants[op.a + lane];
        v[i] = hn::Load(d, lanes);
      });
  }
}

template <class T>
HWY_INLINE std::int64_t run_steps(const ChainProgram<T>& program, const ChainPlace& place) {
  constexpr std::int64_t kStep = kVectors * kLanes<T>;
  static_assert(kStep <= kMostStep);
  const std::int64_t from_size = element_bytes(program.from);
  const std::int64_t to_size = element_bytes(program.to);
  const std::byte* from = place.from;
  std::byte* to = place.to;
  const std::int64_t channel_step = kStep % program.channels;
  std::int64_t channel = place.channel, done = 0;
  for (; done + kStep <= place.count; done += kStep) {
    Step<T> step;
    step.load(from, program.from);
    for (const ChainOperation<T>& op : program.operations) {
      const std::byte* other = place.others == nullptr ? nullptr : place.others[op.other];
      if (other != nullptr) other += (place.first + done) * element_bytes(op.storage);
      apply(op, program.constants, channel, other, step);
    }
    step.store(to, program.to);
    from += kStep * from_size;
    to += kStep * to_size;
    channel += channel_step;
    if (channel >= program.channels) channel -= program.channels;
  }
  return done;
}

HWY_ATTR std::int64_t run_halves(const ChainProgram<std::int16_t>& program,
                                 const ChainPlace& place) {
  return run_steps(program, place);
}
HWY_ATTR std::int64_t run_words(const ChainProgram<std::int32_t>& program,
                                const ChainPlace& place) {
  return run_steps(program, place);
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(run_halves);
HWY_EXPORT(run_words);

std::int64_t run_chain(const ChainProgram<std::int16_t>& program, const ChainPlace& place) {
  return HWY_DYNAMIC_DISPATCH(run_halves)(program, place);
}
std::int64_t run_chain(const ChainProgram<std::int32_t>& program, const ChainPlace& place) {
  return HWY_DYNAMIC_DISPATCH(run_words)(program, place);
}

}  // namespace qfx::kernels
#endif
