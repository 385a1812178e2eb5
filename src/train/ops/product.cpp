#include "train/ops/product.h"

#include <cmath>

#include "train/layout.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

at::ScalarType type_of(Carrier carrier) {
  return carrier == Carrier::Float32 ? at::kFloat : at::kDouble;
}

struct ConvAttributes : torch::CustomClassHolder {
  explicit ConvAttributes(const graph::Conv2d& from) : conv(from) {}
  graph::Conv2d conv;
};

// Torch's own dispatch may choose NNPACK, whose 3x3 kernel is Winograd; oneDNN through this door is
// always direct. In float64 the only algorithm is im2col with a matrix product.
at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const graph::Conv2d& conv) {
  if (x.scalar_type() == at::kFloat && at::globalContext().userEnabledMkldnn() &&
      at::Context::hasMKLDNN()) {
    return at::mkldnn_convolution(x, weight, {}, conv.padding, conv.stride, conv.dilation,
                                  conv.groups);
  }
  return at::convolution(x.to(at::kDouble), weight.to(at::kDouble), {}, conv.stride, conv.padding,
                         conv.dilation, false, {0, 0}, conv.groups)
      .to(x.scalar_type());
}

struct ExactConv2d : Function<ExactConv2d> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const graph::Conv2d& conv, Carrier carrier) {
    context->save_for_backward({x, weight});
    context->saved_data["conv"] =
        c10::IValue::make_capsule(c10::make_intrusive<ConvAttributes>(conv));
    return convolve(x.to(type_of(carrier)), weight.to(type_of(carrier)), conv);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const graph::Conv2d& conv =
        c10::static_intrusive_pointer_cast<ConvAttributes>(context->saved_data["conv"].toCapsule())
            ->conv;
    const at::Tensor dy = gradients[0].to(x.scalar_type());
    const auto d = at::convolution_backward(
        dy, x, weight, c10::nullopt, conv.stride, conv.padding, conv.dilation, false, {0, 0},
        conv.groups, {context->needs_input_grad(0), context->needs_input_grad(1), false});
    return {std::get<0>(d), std::get<1>(d), at::Tensor(), at::Tensor()};
  }
};

struct ExactLinear : Function<ExactLinear> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            Carrier carrier) {
    context->save_for_backward({x, weight});
    return at::mm(x.to(type_of(carrier)), weight.to(type_of(carrier)).t());
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const at::Tensor dy = gradients[0].to(x.scalar_type());
    return {at::mm(dy, weight), at::mm(dy.t(), x), at::Tensor()};
  }
};

}  // namespace

at::Tensor exact_conv2d(const at::Tensor& x, const at::Tensor& weight, const graph::Conv2d& conv,
                        Carrier carrier) {
  return ExactConv2d::apply(x, weight, conv, carrier);
}

at::Tensor exact_linear(const at::Tensor& x, const at::Tensor& weight, Carrier carrier) {
  return ExactLinear::apply(x, weight, carrier);
}

std::vector<Grid> product_grids(const Grid& x, const at::Tensor& weight,
                                const std::vector<int>& frac_bits) {
  const at::Tensor dense_weight = weight.contiguous();
  const std::int64_t outputs = weight.size(0);
  const std::int64_t inner = weight.numel() / outputs;
  std::vector<Grid> grids(outputs);
  with_carrier(dense_weight, [&](auto carrier) {
    const auto* w = dense_weight.data_ptr<decltype(carrier)>();
    for (std::int64_t o = 0; o < outputs; ++o) {
      double magnitude = 0;
      for (std::int64_t i = 0; i < inner; ++i) {
        magnitude += std::abs(static_cast<double>(w[o * inner + i]));
      }
      const int bits = frac_bits.size() == 1 ? frac_bits[0] : frac_bits[o];
      grids[o] = product(x, {bits, std::ldexp(magnitude, bits)});
    }
  });
  return grids;
}

}  // namespace qfx::train
