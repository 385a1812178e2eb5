// The self-checking test bench: golden inputs through the network, its outputs against the golden
// ones. Golden files are text, a sample a line, raw integers in C, H, W order, of several outputs
// one behind the other. For simulation only.
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

// Which output a value belongs to, and where it lies in it: "dense, index [3]".
class PlaceOfValue {
 public:
  explicit PlaceOfValue(long flat) : flat_(flat) {}

  template <class OUTPUT>
  void take(PortStream<typename OUTPUT::axis>&) {
    const long elements = elements_of<OUTPUT>();
    if (flat_ >= 0 && flat_ < elements) {
      long shape[3];
      const int rank = OUTPUT::shape(shape);
      text_ = std::string(OUTPUT::name()) + ", index " + position(flat_, shape, rank);
    }
    flat_ -= elements;
  }

  const std::string& text() const { return text_; }

 private:
  long flat_;
  std::string text_;
};

// 0 if every value agrees; else 1, and the first difference on standard output.
template <class NETWORK>
int run_test_bench(const std::string& directory) {
  std::ifstream inputs((directory + "/golden_inputs.txt").c_str());
  std::ifstream outputs((directory + "/golden_outputs.txt").c_str());
  if (!inputs || !outputs) {
    std::cout << "FAIL: cannot read the golden vectors in " << directory << std::endl;
    return 1;
  }
  std::vector<int32_t> in(elements_of<typename NETWORK::input>());
  std::vector<int32_t> out(static_cast<size_t>(NETWORK::output_size));
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
      PlaceOfValue place(static_cast<long>(i));
      typename NETWORK::output_streams unused;
      NETWORK::visit(place, unused);
      std::cout << "FAIL: sample " << samples << ", " << place.text() << ": expected "
                << expected[i] << ", got " << out[i] << std::endl;
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
