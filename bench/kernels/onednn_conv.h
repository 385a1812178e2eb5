// One convolution by oneDNN: kernel x kernel, stride 1, padding kernel / 2, one image. Shared by
// the test that asks whether it is exact and by the benchmark that asks how fast it is.
#pragma once

#include <cstdint>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/exact_conv.h"

namespace qfx::peers {

// The layout that a convolution computes in: the library's choice, or channels last.
enum class OnednnLayout : std::uint8_t { ITS_OWN, CHANNELS_LAST };

// X, W, Y: uint8_t, int8_t, int32_t or float. x, w and the result are NCHW; run() is from and to
// the layout asked for, as in a network that keeps its tensors there, run_from_planes() from and to
// NCHW.
template <typename X, typename W, typename Y>
class OnednnConv {
 public:
  OnednnConv(const ConvShape& s, std::vector<X> x, std::vector<W> w,
             OnednnLayout layout = OnednnLayout::ITS_OWN)
      : x_(std::move(x)), w_(std::move(w)), y_(static_cast<std::size_t>(s.output_count())) {
    using dnnl::memory;
    using Tag = memory::format_tag;
    const memory::dims x_dims{1, s.in_channels, s.size, s.size};
    const memory::dims y_dims{1, s.out_channels, s.size, s.size};
    memory::dims w_dims{s.out_channels, s.in_channels, s.kernel, s.kernel};
    if (s.groups > 1)
      w_dims = {s.groups, s.out_channels / s.groups, s.in_channels / s.groups, s.kernel, s.kernel};
    const Tag images = layout == OnednnLayout::CHANNELS_LAST ? Tag::nhwc : Tag::any;
    const memory::dims stride{1, 1}, padding{s.padding(), s.padding()};
    primitive_ = dnnl::convolution_forward::primitive_desc(
        {dnnl::prop_kind::forward_inference,
         dnnl::algorithm::convolution_direct,  // Winograd's sums are not exact
         {x_dims, type<X>(), images},
         {w_dims, type<W>(), Tag::any},
         {y_dims, type<Y>(), images},
         stride,
         padding,
         padding},
        engine_);
    run_ = dnnl::convolution_forward(primitive_);
    plain_x_ = memory({x_dims, type<X>(), Tag::nchw}, engine_, x_.data());
    memory plain_w({w_dims, type<W>(), s.groups > 1 ? Tag::goihw : Tag::oihw}, engine_, w_.data());
    plain_y_ = memory({y_dims, type<Y>(), Tag::nchw}, engine_, y_.data());
    own_x_ = memory(primitive_.src_desc(), engine_);
    own_w_ = memory(primitive_.weights_desc(), engine_);
    own_y_ = memory(primitive_.dst_desc(), engine_);
    to_own_ = dnnl::reorder(plain_x_, own_x_);
    to_plain_ = dnnl::reorder(own_y_, plain_y_);
    to_own_.execute(stream_, plain_x_, own_x_);
    dnnl::reorder(plain_w, own_w_).execute(stream_, plain_w, own_w_);
    stream_.wait();
  }
  OnednnConv(const OnednnConv&) = delete;
  OnednnConv& operator=(const OnednnConv&) = delete;

  void run() {
    run_.execute(stream_,
                 {{DNNL_ARG_SRC, own_x_}, {DNNL_ARG_WEIGHTS, own_w_}, {DNNL_ARG_DST, own_y_}});
    stream_.wait();
  }
  void run_from_planes() {
    to_own_.execute(stream_, plain_x_, own_x_);
    run();
    to_plain_.execute(stream_, own_y_, plain_y_);
    stream_.wait();
  }
  const std::vector<Y>& result() {
    to_plain_.execute(stream_, own_y_, plain_y_);
    stream_.wait();
    return y_;
  }
  std::string implementation() const { return primitive_.impl_info_str(); }

 private:
  template <typename T>
  static constexpr dnnl::memory::data_type type() {
    if (std::is_same_v<T, std::uint8_t>) return dnnl::memory::data_type::u8;
    if (std::is_same_v<T, std::int8_t>) return dnnl::memory::data_type::s8;
    if (std::is_same_v<T, std::int32_t>) return dnnl::memory::data_type::s32;
    static_assert(std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::int8_t> ||
                  std::is_same_v<T, std::int32_t> || std::is_same_v<T, float>);
    return dnnl::memory::data_type::f32;
  }

  std::vector<X> x_;
  std::vector<W> w_;
  std::vector<Y> y_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  dnnl::convolution_forward::primitive_desc primitive_;
  dnnl::convolution_forward run_;
  dnnl::reorder to_own_, to_plain_;
  dnnl::memory plain_x_, plain_y_, own_x_, own_w_, own_y_;
};

}  // namespace qfx::peers
