// Chains in lanes of 64 bits: plain loops over a tile in the first-level cache, which the compiler
// makes vectors of.
#include <algorithm>

#include "kernels/int_chain_steps.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
// AVX-512 alone has products, shifts and comparisons of 64 bits.
#define QFX_WIDE_CLONES                                                        \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), \
                 optimize("O3", "fp-contract=off")))
#else
#define QFX_WIDE_CLONES
#endif

namespace qfx::kernels {
namespace {

using Operation = ChainOperation<std::int64_t>;

// Additions and products are modulo 2^64.
constexpr std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr std::int64_t product(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

struct Tile {
  alignas(64) std::int64_t v[kMostStep], other[kMostStep];
};

QFX_WIDE_CLONES void load_tile(const std::int32_t* from, std::int64_t count, std::int64_t* v) {
  for (std::int64_t i = 0; i < count; ++i) v[i] = from[i];
}
QFX_WIDE_CLONES void store_tile(const std::int64_t* v, std::int64_t count, std::int32_t* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<std::int32_t>(v[i]);
}

// a, b: the constants of the tile's elements.
QFX_WIDE_CLONES void apply(const Operation& op, const std::int64_t* a, const std::int64_t* b,
                           const std::int64_t* table, std::int64_t count, Tile& tile) {
  std::int64_t* v = tile.v;
  const std::int64_t* w = tile.other;
  const std::int64_t k0 = op.k[0], k1 = op.k[1], k2 = op.k[2], k3 = op.k[3], k4 = op.k[4];
  const int shift = op.shift;
  const auto each = [&](const auto& f) {
    for (std::int64_t i = 0; i < count; ++i) v[i] = f(v[i], i);
  };
  using Int = std::int64_t;
  switch (op.code) {
    case ChainCode::MultiplyAdd:
      return each([=](Int x, Int i) { return sum(product(x, a[i]), b[i]) >> shift; });
    case ChainCode::Add:
      return each([=](Int x, Int i) { return sum(x, b[i]) >> shift; });
    case ChainCode::MultiplyAddAll:
      return each([=](Int x, Int) { return sum(product(x, k0), k1) >> shift; });
    case ChainCode::AddAll:
      return each([=](Int x, Int) { return sum(x, k1) >> shift; });
    case ChainCode::AddScaledOther:
      return each(
          [=](Int x, Int i) { return sum(sum(product(x, k0), product(w[i], k1)), k2) >> shift; });
    case ChainCode::AddTimesOther:
    case ChainCode::SubtractOther:
      return each([=](Int x, Int i) { return sum(sum(x, product(w[i], k1)), k2) >> shift; });
    case ChainCode::AddOther:
      return each([=](Int x, Int i) { return sum(sum(x, w[i]), k2) >> shift; });
    case ChainCode::MultiplyOther:
      return each([=](Int x, Int i) { return product(x, w[i]); });
    case ChainCode::LargerOther:
      return each([=](Int x, Int i) { return std::max(product(x, k0), product(w[i], k1)); });
    case ChainCode::SmallerOther:
      return each([=](Int x, Int i) { return std::min(product(x, k0), product(w[i], k1)); });
    case ChainCode::ShiftLeft:
      return each([=](Int x, Int) { return product(x, Int{1} << shift); });
    case ChainCode::HalfUp:
      return each([=](Int x, Int) { return ((x >> (shift - 1)) + 1) >> 1; });
    case ChainCode::Round: {
      const Int dropped = (Int{1} << shift) - 1;
      return each([=](Int x, Int) {
        const Int floor = x >> shift;
        const Int t = (floor & k2) ^ ((x >> 63) & k3) ^ k4;
        return floor + ((x & dropped) + (-t & k0) > k1 ? 1 : 0);
      });
    }
    case ChainCode::Clamp:
      return each([=](Int x, Int) { return std::min(std::max(x, k0), k1); });
    case ChainCode::Max:
      return each([=](Int x, Int) { return std::max(x, k0); });
    case ChainCode::Min:
      return each([=](Int x, Int) { return std::min(x, k1); });
    case ChainCode::Zero:
      return each([=](Int x, Int) { return x < k0 || x > k1 ? 0 : x; });
    case ChainCode::WrapSigned:
      return each([=](Int x, Int) { return product(x, Int{1} << shift) >> shift; });
    case ChainCode::WrapUnsigned:
      return each([=](Int x, Int) { return x & k0; });
    case ChainCode::Clip:
      return each([=](Int x, Int) { return x < k0 ? k2 : x > k1 ? k3 : product(x, k4); });
    case ChainCode::Slope:
      return each([=](Int x, Int i) { return product(x, x < 0 ? a[i] : k0); });
    case ChainCode::LookUp:
      return each([=](Int x, Int) { return table[x - k0]; });
  }
}

}  // namespace

std::int64_t run_chain(const ChainProgram<std::int64_t>& program, const ChainPlace& place) {
  Tile tile;
  std::int32_t words[kMostStep];
  const auto load = [&](const std::byte* at, Storage storage, std::int64_t count,
                        std::int64_t* to) {
    widen(at, storage, count, words);
    load_tile(words, count, to);
  };
  for (std::int64_t done = 0; done < place.count; done += kMostStep) {
    const std::int64_t count = std::min(kMostStep, place.count - done);
    if (program.from_sums)
      std::copy_n(reinterpret_cast<const std::int64_t*>(place.from) + done, count, tile.v);
    else
      load(place.from + done * element_bytes(program.from), program.from, count, tile.v);
    const std::int64_t channel = (place.channel + done) % program.channels;
    for (const Operation& op : program.operations) {
      if (reads_other(op.code))
        load(place.others[op.other] + (place.first + done) * element_bytes(op.storage), op.storage,
             count, tile.other);
      apply(op, program.constants + op.a + channel, program.constants + op.b + channel,
            program.constants + op.a, count, tile);
    }
    store_tile(tile.v, count, words);
    narrow(words, count, place.to + done * element_bytes(program.to), program.to);
  }
  return place.count;
}

}  // namespace qfx::kernels
