// The cheapest folds within an interval.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "qfx/circuit/plan.h"

namespace qfx::circuit {

// What a unit of each resource costs.
struct Prices {
  double luts = 1, registers = 0, dsps = 0, brams = 0, products = 0;
};
double price(const Prices& prices, const Resources& resources, std::int64_t products);

struct Found {
  dataflow::Folding folding = {};
  std::int64_t interval = 0;
  std::int64_t pace = 0;  // of its engines alone, or what the widest beats take
  std::string slowest = {};
  Resources resources = {};  // FIFOs of the least depth
  std::int64_t products = 0;
};

class Search {
 public:
  virtual ~Search() = default;
  // Nothing where no folds keep to `interval`.
  virtual std::optional<Found> cheapest(std::int64_t interval, const Prices& prices) const = 0;
  // Rising; every found interval is among them or lies below the first.
  virtual std::vector<std::int64_t> intervals() const = 0;
};

// Over all lanes of all links, with beats at the ports that follow from the interval: exact but for
// what these cost.
std::unique_ptr<Search> search_lanes(const dataflow::Network& network,
                                     const dataflow::Folding& given, std::int64_t axi_bits);
// Where words are whole pixels every process is folded by itself.
std::unique_ptr<Search> search_pixels(const dataflow::Network& network,
                                      const dataflow::Folding& given);

}  // namespace qfx::circuit
