// From a random model that fails to the smallest one that still does.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::test {

// A model and what it is run on: stored samples {batch, input shape...}.
struct Case {
  graph::Model model;
  std::vector<float> samples;
  std::int64_t batch = 1;
};

// What is wrong with a case; empty if nothing is. May raise.
using Check = std::function<std::string(const Case&)>;

// Greedily drops images and nodes, bypasses nodes, and simplifies modes and parameters while
// `check` still finds something wrong. An exception of `check` on a candidate counts as the same
// failure only if the start raised too.
Case shrink(Case failing, const Check& check, int max_tries = 1000);

// The model, its raw parameters and the samples as text.
std::string to_text(const Case& failing);

}  // namespace qfx::test
