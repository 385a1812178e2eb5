// Random chains of element-wise operations against plain integers, on every target: every type in
// memory, constants by channel, tensors that end inside a step.
#include "qfx/kernels/int_chain.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <vector>

#include "support/conv_shapes.h"
#include "support/simd_targets.h"

#include "qfx/fixed/raw.h"

namespace qfx::kernels {
namespace {

// A tensor of one type and its values as plain integers.
struct Tensor {
  Storage storage;
  std::vector<std::byte> bytes;
  std::vector<std::int32_t> values;
};

template <class Lane>
class Case {
 public:
  explicit Case(std::uint64_t seed) : random_(seed) {
    channels_ = pick(1, random_() % 3 == 0 ? 300 : 40);
    first_ = pick(0, 100);
    count_ = pick(1, 900);
    source_ = tensor();
    values_.assign(source_.values.begin() + first_, source_.values.end());
    lo_ = kLeast;
    hi_ = kMost;
  }

  void check() {
    std::vector<std::function<void(IntChain<Lane>&)>> operations;
    for (std::int64_t n = pick(0, 6); n > 0; --n) operations.push_back(operation());
    const Storage to = narrowest_storage(lo_, hi_);
    IntChain<Lane> chain(channels_, to);
    for (const auto& operation : operations) operation(chain);
    chain.end();
    std::vector<const std::byte*> others;
    for (const Tensor& other : others_) others.push_back(other.bytes.data());
    std::vector<std::byte> result((first_ + count_) * element_bytes(to), std::byte{0x55});
    const std::byte* from = source_.bytes.data() + first_ * element_bytes(source_.storage);
    chain.run({from, source_.storage, others.data(), result.data(), first_, count_});
    std::vector<std::int32_t> actual(first_ + count_);
    widen(result.data(), to, first_ + count_, actual.data());
    for (std::int64_t i = 0; i < count_; ++i)
      ASSERT_EQ(actual[first_ + i], values_[i]) << i << " of " << count_ << " from " << first_;
    for (std::int64_t i = 0; i < first_ * element_bytes(to); ++i)
      ASSERT_EQ(result[i], std::byte{0x55}) << "written before the part";
  }

 private:
  // Values of sources and others, and what the values of a chain are kept to between operations.
  static constexpr std::int64_t kLeast = -100, kMost = 120;
  static constexpr bool kNarrow = sizeof(Lane) == 2;

  std::int64_t pick(std::int64_t lo, std::int64_t hi) { return test::pick(random_, lo, hi); }

  Tensor tensor() {
    constexpr Storage kTypes[] = {Storage::Int8, Storage::UInt8, Storage::Int16, Storage::UInt16,
                                  Storage::Int32};
    Tensor t;
    t.storage = kTypes[pick(0, kNarrow ? 2 : 4)];
    const bool is_signed = t.storage != Storage::UInt8 && t.storage != Storage::UInt16;
    t.values.resize(first_ + count_);
    for (std::int32_t& value : t.values)
      value = static_cast<std::int32_t>(pick(is_signed ? kLeast : 0, kMost));
    t.bytes.resize(t.values.size() * element_bytes(t.storage));
    narrow(t.values.data(), std::ssize(t.values), t.bytes.data(), t.storage);
    return t;
  }
  Storage other() {
    others_.push_back(tensor());
    return others_.back().storage;
  }
  std::int64_t channel(std::int64_t i) const { return (first_ + i) % channels_; }
  std::vector<Lane> constants(std::int64_t lo, std::int64_t hi) {
    std::vector<Lane> values(random_() % 2 == 0 ? 1 : channels_);
    for (Lane& value : values) value = static_cast<Lane>(pick(lo, hi));
    return values;
  }
  Lane of(const std::vector<Lane>& values, std::int64_t i) const {
    return values.size() == 1 ? values[0] : values[channel(i)];
  }

  // f(value, element)
  template <class F>
  void each(const F& f) {
    for (std::int64_t i = 0; i < count_; ++i)
      values_[i] = static_cast<std::int32_t>(f(std::int64_t{values_[i]}, i));
  }
  void set_range(std::int64_t lo, std::int64_t hi) {
    lo_ = lo;
    hi_ = hi;
  }

  std::function<void(IntChain<Lane>&)> operation() {
    if (lo_ < kLeast || hi_ > kMost) {
      each([](std::int64_t v, std::int64_t) { return std::clamp(v, kLeast, kMost); });
      set_range(kLeast, kMost);
      return [](IntChain<Lane>& chain) { chain.clamp(kLeast, kMost); };
    }
    // Everything fits 16 bits, whether said so or not.
    const bool halves = pick(0, 1) == 0;
    switch (pick(0, 8)) {
      case 0: {
        const auto factor = constants(-9, 9), term = constants(-2000, 2000);
        each([&](std::int64_t v, std::int64_t i) { return v * of(factor, i) + of(term, i); });
        set_range(-9 * kMost - 2000, 9 * kMost + 2000);
        return [=](IntChain<Lane>& chain) { chain.multiply_add(factor, term, halves); };
      }
      case 1:
      case 2:
        return rounding();
      case 3: {
        const Clipping c{static_cast<std::int32_t>(pick(-50, 0)),
                         static_cast<std::int32_t>(pick(1, 50)), pick(-500, 500), pick(-500, 500),
                         std::int64_t{1} << pick(0, 3)};
        each([&](std::int64_t v, std::int64_t) {
          return v < c.below ? c.low : v > c.above ? c.high : v * c.factor;
        });
        set_range(-1000, 1000);
        return [=](IntChain<Lane>& chain) { chain.clip(c); };
      }
      case 4: {
        const auto below = constants(-20, 20);
        const Lane above = static_cast<Lane>(pick(1, 20));
        each([&](std::int64_t v, std::int64_t i) { return v * (v < 0 ? of(below, i) : above); });
        set_range(-20 * kMost, 20 * kMost);
        return [=](IntChain<Lane>& chain) { chain.slope_below_zero(below, above, halves); };
      }
      case 5: {
        std::vector<Lane> table(kMost - kLeast + 1);
        for (Lane& entry : table) entry = static_cast<Lane>(pick(-3000, 3000));
        each([&](std::int64_t v, std::int64_t) { return table[v - kLeast]; });
        set_range(-3000, 3000);
        return [=](IntChain<Lane>& chain) { chain.look_up(table, kLeast); };
      }
      case 6:
        return two_terms(halves);
      case 7: {
        const Storage storage = other();
        const std::vector<std::int32_t>& w = others_.back().values;
        each([&](std::int64_t v, std::int64_t i) { return v * w[first_ + i]; });
        set_range(-kMost * kMost, kMost * kMost);
        return [=](IntChain<Lane>& chain) { chain.multiply(storage); };
      }
      default: {
        const Lane lo = static_cast<Lane>(pick(-90, 0)), hi = static_cast<Lane>(pick(0, 90));
        each([&](std::int64_t v, std::int64_t) { return std::clamp<std::int64_t>(v, lo, hi); });
        set_range(lo, hi);
        return [=](IntChain<Lane>& chain) { chain.clamp(lo, hi); };
      }
    }
  }

  std::function<void(IntChain<Lane>&)> two_terms(bool halves) {
    const Storage storage = other();
    const std::vector<std::int32_t>& w = others_.back().values;
    // Plain sums and differences have operations of their own.
    const auto a = static_cast<Lane>(pick(0, 1) == 0 ? 1 : pick(-1, 8));
    const auto b = static_cast<Lane>(pick(0, 1) == 0 ? pick(-1, 1) : pick(-8, 8));
    const auto terms = [&](const auto& f) {
      each([&](std::int64_t v, std::int64_t i) {
        return f(v * a, std::int64_t{w[first_ + i]} * b);
      });
      set_range(-16 * kMost, 16 * kMost);
    };
    switch (pick(0, 2)) {
      case 0:
        terms([](std::int64_t x, std::int64_t y) { return x + y; });
        return [=](IntChain<Lane>& chain) { chain.add(storage, a, b, halves); };
      case 1:
        terms([](std::int64_t x, std::int64_t y) { return std::max(x, y); });
        return [=](IntChain<Lane>& chain) { chain.larger(storage, a, b); };
      default:
        terms([](std::int64_t x, std::int64_t y) { return std::min(x, y); });
        return [=](IntChain<Lane>& chain) { chain.smaller(storage, a, b); };
    }
  }

  // A cast to a random format that the chain takes.
  std::function<void(IntChain<Lane>&)> rounding() {
    using fixed::Overflow;
    using fixed::Rounding;
    constexpr Overflow kOverflows[] = {Overflow::SAT, Overflow::SAT_ZERO, Overflow::SAT_SYM,
                                       Overflow::WRAP};
    fixed::Format to;
    to.width = static_cast<int>(pick(2, 10));
    to.is_signed = random_() % 3 != 0;
    to.int_bits = static_cast<int>(pick(0, to.width));
    to.rounding = static_cast<Rounding>(pick(0, 7));
    to.overflow = kOverflows[pick(0, 3)];
    const int from_frac = to.frac_bits() + static_cast<int>(pick(-3, 7));
    const IntCast cast(from_frac, to, lo_, hi_);
    if (!IntChain<Lane>::takes(cast)) return [](IntChain<Lane>&) {};
    each([&](std::int64_t v, std::int64_t) {
      return static_cast<std::int64_t>(fixed::cast_raw(v, from_frac, to));
    });
    const fixed::Interval held = fixed::held_range(to);
    set_range(held.lo, held.hi);
    return [=](IntChain<Lane>& chain) { chain.cast(cast); };
  }

  std::mt19937_64 random_;
  std::int64_t channels_, first_, count_, lo_, hi_;
  Tensor source_;
  std::vector<Tensor> others_;
  std::vector<std::int32_t> values_;
};

TEST(IntChain, MatchesPlainIntegersOnEveryTarget) {
  test::for_each_simd_target([] {
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
      SCOPED_TRACE(seed);
      Case<std::int32_t>(seed).check();
      Case<std::int16_t>(seed).check();
      Case<std::int64_t>(seed).check();
      if (testing::Test::HasFatalFailure()) return;
    }
  });
}

// Lanes of 64 bits begin with sums of 64 bits, and hold what no tensor does.
TEST(IntChain, SumsOf64BitsAreRounded) {
  IntChain<std::int64_t> chain(2, Storage::Int16);
  const std::int64_t factor[] = {1, 4}, term[] = {0, 1};
  chain.multiply_add(factor, term);
  fixed::Format to;
  to.width = 16;
  to.int_bits = 16;
  to.rounding = fixed::Rounding::RND_CONV;
  to.overflow = fixed::Overflow::SAT;
  const std::int64_t most = std::int64_t{1} << 58;
  const IntCast cast(40, to, -4 * most, 4 * most);
  ASSERT_EQ(cast.path(), IntCast::Path::Wide);
  chain.cast(cast);
  chain.end();
  std::vector<std::int64_t> sums;
  std::vector<std::byte> result(601 * 2);
  for (std::int64_t i = 0; i < 601; ++i) sums.push_back(i * (most / 601) * (i % 3 - 1));
  chain.run({reinterpret_cast<const std::byte*>(sums.data()), Storage::Int32, nullptr,
             result.data(), 0, 601, true});
  std::vector<std::int32_t> actual(601);
  widen(result.data(), Storage::Int16, 601, actual.data());
  for (std::int64_t i = 0; i < 601; ++i)
    ASSERT_EQ(actual[i], fixed::cast_raw(sums[i] * factor[i % 2] + term[i % 2], 40, to)) << i;
}

// Sums of 16 bits stop at the ends, so that what follows need not hold them.
TEST(IntChain, SumsOf16BitsSaturate) {
  test::for_each_simd_target([] {
    IntChain<std::int16_t> chain(1, Storage::Int8);
    const std::int16_t factor[] = {256}, term[] = {32000};
    chain.multiply_add(factor, term);
    chain.clamp(-100, 127);
    chain.end();
    const std::int8_t x[] = {-128, -125, 0, 3, 127};
    std::int8_t y[5];
    chain.run({reinterpret_cast<const std::byte*>(x), Storage::Int8, nullptr,
               reinterpret_cast<std::byte*>(y), 0, 5});
    const std::int8_t expected[] = {-100, 0, 127, 127, 127};
    EXPECT_TRUE(std::equal(y, y + 5, expected));
  });
}

// A clamp to a type's own limits is what storing does: every word that halves confuse, and the ends.
TEST(IntChain, WordsSaturateAsTheyAreStored) {
  std::vector<std::int32_t> words{std::numeric_limits<std::int32_t>::min(),
                                  std::numeric_limits<std::int32_t>::max()};
  for (std::int32_t value = -200000; value <= 200000; ++value) words.push_back(value);
  test::for_each_simd_target([&] {
    for (const Storage to : {Storage::Int8, Storage::UInt8, Storage::Int16, Storage::UInt16}) {
      with_type(to, [&]<class T>(T) {
        constexpr std::int32_t kLeast = std::numeric_limits<T>::min(),
                               kMost = std::numeric_limits<T>::max();
        IntChain<std::int32_t> chain(1, to);
        chain.clamp(kLeast, kMost);
        chain.end();
        std::vector<T> y(words.size());
        chain.run({reinterpret_cast<const std::byte*>(words.data()), Storage::Int32, nullptr,
                   reinterpret_cast<std::byte*>(y.data()), 0, std::ssize(words)});
        for (std::size_t i = 0; i < words.size(); ++i)
          ASSERT_EQ(y[i], std::clamp(words[i], kLeast, kMost)) << words[i] << " as " << name_of(to);
      });
    }
  });
}

TEST(Storage, WidensAndNarrowsEveryType) {
  for (const Storage storage :
       {Storage::Int8, Storage::UInt8, Storage::Int16, Storage::UInt16, Storage::Int32}) {
    with_type(storage, [&]<class T>(T) {
      using Limits = std::numeric_limits<T>;
      std::vector<std::int32_t> values;
      for (int i = 0; i < 101; ++i)
        values.push_back(i % 2 == 0 ? Limits::max() - i : Limits::min() + i);
      std::vector<std::byte> bytes(values.size() * sizeof(T));
      narrow(values.data(), std::ssize(values), bytes.data(), storage);
      std::vector<std::int32_t> back(values.size());
      widen(bytes.data(), storage, std::ssize(values), back.data());
      EXPECT_EQ(back, values) << name_of(storage);
      EXPECT_EQ(narrowest_storage(Limits::min(), Limits::max()), storage);
    });
  }
}

TEST(Storage, SeesWhatLiesOutside) {
  std::vector<std::int32_t> values(67, 5);
  EXPECT_TRUE(all_within(values.data(), 67, 5, 5));
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (const std::int32_t outside : {4, 6, INT32_MIN, INT32_MAX}) {
      values[i] = outside;
      EXPECT_FALSE(all_within(values.data(), 67, 5, 5)) << i;
      values[i] = 5;
    }
  }
}

}  // namespace
}  // namespace qfx::kernels
