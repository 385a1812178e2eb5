// Sums in the order of Note [Order of sums].
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernels/walk.h"

namespace qfx::kernels::ref {

// What one channel collects.
template <int kSums>
struct Totals {
  std::array<double, kSums> sums{};
  std::int64_t outside = 0;
};

// What one element adds.
template <class C, int kSums>
struct Terms {
  std::array<C, kSums> terms{};
  bool outside = false;
};

template <class C>
double fold(std::array<C, kLanes<C>> lanes) {
  for (std::size_t half = lanes.size() / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  return static_cast<double>(lanes[0]);
}

// Calls element(index, channel) -> Terms for every element in memory order.
template <class C, int kSums, class Element>
std::vector<Totals<kSums>> sum_rows(const Walk& walk, const Element& element) {
  std::vector<Totals<kSums>> totals(static_cast<std::size_t>(walk.channels));
  for (std::int64_t row = 0; row < walk.rows; ++row) {
    const std::int64_t channel = walk.channel_of_row(row);
    Totals<kSums>& total = totals[static_cast<std::size_t>(channel)];
    for (std::int64_t start = 0; start < walk.length; start += kBlock) {
      const std::int64_t end = std::min(start + kBlock, walk.length);
      std::array<std::array<C, kLanes<C>>, kSums> lanes{};
      for (std::int64_t j = start; j < end; ++j) {
        const Terms<C, kSums> terms = element(row * walk.length + j, channel);
        for (int s = 0; s < kSums; ++s)
          lanes[s][static_cast<std::size_t>((j - start) % kLanes<C>)] += terms.terms[s];
        total.outside += terms.outside;
      }
      for (int s = 0; s < kSums; ++s) total.sums[s] += fold<C>(lanes[s]);
    }
  }
  return totals;
}

template <class C, int kSums, class Element>
std::vector<Totals<kSums>> sum_columns(const Walk& walk, const Element& element) {
  const auto length = static_cast<std::size_t>(walk.length);
  std::vector<Totals<kSums>> totals(static_cast<std::size_t>(walk.channels)), columns(length);
  std::vector<std::array<C, kSums>> partial(length);
  const auto flush = [&] {
    for (std::size_t j = 0; j < length; ++j)
      for (int s = 0; s < kSums; ++s) columns[j].sums[s] += static_cast<double>(partial[j][s]);
    partial.assign(length, {});
  };
  const std::int64_t rows = walk.rows + (walk.rest > 0);
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t end = row < walk.rows ? walk.length : walk.rest;
    for (std::int64_t j = 0; j < end; ++j) {
      const auto column = static_cast<std::size_t>(j);
      const Terms<C, kSums> terms = element(row * walk.length + j, walk.channel_of_column(j));
      for (int s = 0; s < kSums; ++s) partial[column][s] += terms.terms[s];
      columns[column].outside += terms.outside;
    }
    if ((row + 1) % kFlush == 0) flush();
  }
  flush();
  for (std::size_t j = 0; j < length; ++j) {
    const std::int64_t channel = walk.channel_of_column(static_cast<std::int64_t>(j));
    Totals<kSums>& total = totals[static_cast<std::size_t>(channel)];
    for (int s = 0; s < kSums; ++s) total.sums[s] += columns[j].sums[s];
    total.outside += columns[j].outside;
  }
  return totals;
}

template <class C, int kSums, class Element>
std::vector<Totals<kSums>> sum_in_order(const Extent& extent, const Element& element) {
  const Walk walk = walk_of(extent);
  return walk.by_columns ? sum_columns<C, kSums>(walk, element) : sum_rows<C, kSums>(walk, element);
}

}  // namespace qfx::kernels::ref
