// The self-checking test bench: golden inputs through the network, its outputs against the golden
// ones. Golden files are text, a sample a line, raw integers in C, H, W order. For simulation only.
#ifndef QFX_TEST_BENCH_H_
#define QFX_TEST_BENCH_H_

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "qfx/host.h"

namespace qfx {

inline bool read_sample(std::istream& file, std::vector<int32_t>& sample) {
  for (size_t i = 0; i < sample.size(); ++i)
    if (!(file >> sample[i])) return false;
  return true;
}

// Position of a flat index in a shape: "[3, 5, 7]".
inline std::string position(long flat, const long* shape, int rank) {
  std::string text;
  for (int axis = rank - 1; axis >= 0; --axis) {
    text = std::to_string(flat % shape[axis]) + (text.empty() ? "" : ", ") + text;
    flat /= shape[axis];
  }
  return "[" + text + "]";
}

// 0 if every value agrees; else 1, and the first difference on standard output.
template <class NETWORK>
int run_test_bench(const std::string& directory) {
  std::ifstream inputs((directory + "/golden_inputs.txt").c_str());
  std::ifstream outputs((directory + "/golden_outputs.txt").c_str());
  if (!inputs || !outputs) {
    std::cout << "FAIL: cannot read the golden vectors in " << directory << std::endl;
    return 1;
  }
  std::vector<int32_t> in(NETWORK::input_beats * NETWORK::input_beat::lanes);
  std::vector<int32_t> out(NETWORK::output_beats * NETWORK::output_beat::lanes);
  std::vector<int32_t> expected(out.size());
  long samples = 0;
  for (; read_sample(inputs, in); ++samples) {
    if (!read_sample(outputs, expected)) {
      std::cout << "FAIL: the golden outputs end before sample " << samples << std::endl;
      return 1;
    }
    if (!run_sample<NETWORK>(in.data(), out.data())) {
      std::cout << "FAIL: sample " << samples << ": TLAST is not on the last beat alone"
                << std::endl;
      return 1;
    }
    for (size_t i = 0; i < out.size(); ++i) {
      if (out[i] == expected[i]) continue;
      long shape[3];
      const int rank = NETWORK::output_shape(shape);
      std::cout << "FAIL: sample " << samples << ", index "
                << position(static_cast<long>(i), shape, rank) << ": expected " << expected[i]
                << ", got " << out[i] << std::endl;
      return 1;
    }
  }
  if (samples == 0) {
    std::cout << "FAIL: there are no golden vectors" << std::endl;
    return 1;
  }
  std::cout << "PASS: " << samples << " samples, " << samples * static_cast<long>(out.size())
            << " values" << std::endl;
  return 0;
}

}  // namespace qfx

#endif  // QFX_TEST_BENCH_H_
