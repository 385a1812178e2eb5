#include "runtime/tile.h"

#include <algorithm>
#include <limits>

#include "qfx/base/error.h"

namespace qfx::runtime {
namespace {

// Where zero lies, and nothing else does.
constexpr int kEveryGrid = std::numeric_limits<int>::min() / 4;

// raw * 2^places, cut to the ends of 64 bits.
std::int64_t scaled(std::int64_t raw, int places) {
  constexpr std::int64_t kLowest = INT64_MIN, kHighest = INT64_MAX;
  if (raw == 0 || places == 0) return raw;
  if (places > 62 || raw > (kHighest >> places)) return raw < 0 ? kLowest : kHighest;
  if (raw < (kLowest >> places)) return kLowest;
  return raw * (std::int64_t{1} << places);
}

std::int64_t wrapped(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

}  // namespace

Tile::Tile(const Analyzed& analyzed, graph::NodeId id, const std::byte* const* inputs,
           std::int64_t first, std::int64_t count, Carver& carver)
    : analyzed_(analyzed),
      id_(id),
      node_(analyzed.node(id)),
      inputs_(inputs),
      first_(first),
      count_(count),
      channels_(node_.shape[0]),
      carver_(carver) {
  QFX_ASSERT(count <= kTile);
}

// f(i) for every element of the tile.
template <class F>
Tile::Value Tile::each(int frac_bits, F f) {
  auto* raw = carver_.take<std::int64_t>(kTile);
  for (std::int64_t i = 0; i < count_; ++i) raw[i] = f(i);
  return {frac_bits, raw};
}

// f(a, b) on the finer of the two grids.
template <class F>
Tile::Value Tile::of_both(const Value& a, const Value& b, const F& f) {
  const int frac_bits = std::max(a.frac_bits, b.frac_bits);
  const std::int64_t* c = aligned(a, frac_bits).raw;
  const std::int64_t* d = aligned(b, frac_bits).raw;
  return each(frac_bits, [=](std::int64_t i) { return f(c[i], d[i]); });
}

Tile::Value Tile::x(std::size_t i) {
  const TensorLayout layout = layout_of(analyzed_, node_.inputs[i]);
  const int frac_bits = analyzed_.source(id_, i).format.frac_bits();
  if (const auto* thermometer = std::get_if<graph::Thermometer>(&node_.op)) {
    return each(frac_bits, [&](std::int64_t element) {
      const std::int64_t at = first_ + element;
      return raw_at(i, at / channels_ * layout.channels + at % channels_ / thermometer->levels);
    });
  }
  if (std::holds_alternative<graph::Gate>(node_.op) && i == 1) return gates(frac_bits);
  auto* words = carver_.take<std::int32_t>(kTile);
  if (count_ > 0) kernels::widen(inputs_[i] + layout.offset(first_), layout.storage, count_, words);
  return each(frac_bits, [=](std::int64_t element) { return std::int64_t{words[element]}; });
}

// Of input 1, which has one element for each channel of a sample.
Tile::Value Tile::gates(int frac_bits) {
  const TensorLayout layout = layout_of(analyzed_, node_.inputs[1]);
  const std::int64_t size = layout_of(analyzed_, id_).elements();
  auto* words = carver_.take<std::int32_t>(channels_);
  std::int64_t loaded = -1;
  return each(frac_bits, [=, this](std::int64_t element) mutable {
    const std::int64_t at = first_ + element, sample = at / size;
    if (sample != loaded)
      kernels::widen(inputs_[1] + layout.offset(sample * channels_), layout.storage, channels_,
                     words);
    loaded = sample;
    return std::int64_t{words[at % channels_]};
  });
}

std::int64_t Tile::raw_at(std::size_t input, std::int64_t element) const {
  const TensorLayout layout = layout_of(analyzed_, node_.inputs[input]);
  std::int32_t raw = 0;
  kernels::widen(inputs_[input] + layout.offset(element), layout.storage, 1, &raw);
  return raw;
}

Tile::Value Tile::selected() {
  const int frac_bits = analyzed_.range(id_).accumulator_frac_bits;
  return each(frac_bits, [&](std::int64_t i) {
    const std::int64_t pixel = (first_ + i) / channels_;
    std::int64_t channel = (first_ + i) % channels_;
    std::size_t source = 0;
    while (channel >= analyzed_.source(id_, source).shape[0])
      channel -= analyzed_.source(id_, source++).shape[0];
    const std::int64_t raw =
        raw_at(source, pixel * analyzed_.source(id_, source).shape[0] + channel);
    return scaled(raw, frac_bits - analyzed_.source(id_, source).format.frac_bits());
  });
}

Tile::Value Tile::parameter(graph::Role role) {
  const graph::FrozenParam& param = node_.params.at(role);
  const bool is_shared = param.shape[0] == 1;
  const int frac_bits = param.max_frac_bits();
  return each(frac_bits, [&](std::int64_t i) {
    const std::int64_t channel = is_shared ? 0 : (first_ + i) % channels_;
    return scaled(param.raw[channel], frac_bits - param.frac_bits(channel));
  });
}

Tile::Value Tile::constant(const graph::Dyadic& k) {
  return each(k.raw == 0 ? kEveryGrid : k.frac_bits, [&](std::int64_t) { return k.raw; });
}

Tile::Value Tile::add(const Value& a, const Value& b) {
  return of_both(a, b, [](std::uint64_t a, std::uint64_t b) { return wrapped(a + b); });
}

Tile::Value Tile::subtract(const Value& a, const Value& b) {
  return of_both(a, b, [](std::uint64_t a, std::uint64_t b) { return wrapped(a - b); });
}

Tile::Value Tile::multiply(const Value& a, const Value& b) {
  return each(a.frac_bits + b.frac_bits, [&](std::int64_t i) {
    return wrapped(static_cast<std::uint64_t>(a.raw[i]) * static_cast<std::uint64_t>(b.raw[i]));
  });
}

Tile::Value Tile::min(const Value& a, const Value& b) {
  return of_both(a, b, [](std::int64_t a, std::int64_t b) { return std::min(a, b); });
}

Tile::Value Tile::max(const Value& a, const Value& b) {
  return of_both(a, b, [](std::int64_t a, std::int64_t b) { return std::max(a, b); });
}

Tile::Value Tile::look_up(const graph::Function&, const Value& x) {
  const std::vector<std::int32_t>& table = node_.params.at(graph::Role::Table).raw;
  const std::int64_t low = fixed::min_raw(analyzed_.source(id_).format);
  return each(node_.format.frac_bits(),
              [&](std::int64_t i) { return std::int64_t{table[x.raw[i] - low]}; });
}

Tile::Value Tile::select(const Value& sign, const Value& not_negative, const Value& negative) {
  const int frac_bits = std::max(not_negative.frac_bits, negative.frac_bits);
  const std::int64_t* above = aligned(not_negative, frac_bits).raw;
  const std::int64_t* below = aligned(negative, frac_bits).raw;
  return each(frac_bits, [&](std::int64_t i) { return sign.raw[i] < 0 ? below[i] : above[i]; });
}

Tile::Value Tile::aligned(const Value& value, int frac_bits) {
  const int places = frac_bits - value.frac_bits;
  QFX_ASSERT(places >= 0);
  if (places == 0) return value;
  return each(frac_bits, [&](std::int64_t i) { return scaled(value.raw[i], places); });
}

}  // namespace qfx::runtime
