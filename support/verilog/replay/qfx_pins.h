// The ports of a top module that Verilator made into C++, of any width.
#ifndef QFX_PINS_H_
#define QFX_PINS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "verilated.h"

namespace qfx_replay {

struct Port {
  long beats;
  int lanes, container;
  bool is_signed;
  long elements() const { return beats * lanes; }
};

// The data of a port: 64 bits, or words of 32 where it is wider. An element never lies across two
// words, as containers are powers of two.
class Data {
 public:
  explicit Data(QData& narrow) : narrow_(&narrow) {}
  template <std::size_t WORDS>
  explicit Data(VlWide<WORDS>& wide) : wide_(&wide[0]) {}

  // From this bit on, at most 32.
  std::uint32_t at(int bit) const {
    return static_cast<std::uint32_t>(wide_ ? wide_[bit / 32] >> (bit % 32) : *narrow_ >> bit);
  }
  // `value` lies within its bits.
  void put(int bit, std::uint32_t value) {
    if (wide_)
      wide_[bit / 32] |= value << (bit % 32);
    else
      *narrow_ |= static_cast<QData>(value) << bit;
  }
  void clear(int bits) {
    if (narrow_) *narrow_ = 0;
    for (int word = 0; wide_ && word * 32 < bits; ++word) wide_[word] = 0;
  }

 private:
  QData* narrow_ = nullptr;
  EData* wide_ = nullptr;
};

struct OutputPins {
  Data tdata;
  CData &tvalid, &tready, &tlast;
};

template <class Model>
struct Pins {
  Model& model;
  CData &aclk, &aresetn, &watch;
  Data s_tdata;
  CData &s_tvalid, &s_tready, &s_tlast, &frame_error;
  std::vector<OutputPins> outputs;
};

template <class Model>
Pins<Model> pins(Model& model, CData& aclk, CData& aresetn, CData& watch, Data s_tdata,
                 CData& s_tvalid, CData& s_tready, CData& s_tlast, CData& frame_error,
                 const std::vector<OutputPins>& outputs) {
  return {model, aclk, aresetn, watch, s_tdata, s_tvalid, s_tready, s_tlast, frame_error, outputs};
}

}  // namespace qfx_replay

#endif  // QFX_PINS_H_
