#include <algorithm>
#include <cmath>

#include "train/tensors/blocks.h"
#include "train/tensors/layout.h"
#include "train/ops/lookup.h"
#include "train/ops/overflow_count.h"

#include "qfx/kernels/int_softmax.h"
#include "qfx/kernels/raw_cast.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// A slice holds whole images or, with their channels last, whole pixels: every sum lies inside it.
template <class Body>
void each_image(const kernels::Extent& part, const Body& body) {
  const std::int64_t size = part.channels * part.inner;
  for (std::int64_t image = 0; image < part.outer; ++image) body(image * size);
}

template <class T>
std::vector<std::int32_t> raw_of(const T* x, std::int64_t count, const fixed::Format& format) {
  std::vector<std::int32_t> raw(count);
  const int frac_bits = format.frac_bits();
  kernels::to_raw(x, raw.data(), {1, 1, count}, format, &frac_bits);
  return raw;
}

// On the processor, wherever the tensors lie: its quotients are a few numbers an image. One node of
// the graph, so that a device's nodes do not wait for one of the processor's.
struct SoftmaxCast : Function<SoftmaxCast> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor&,
                            const AssignmentPtr& assignment, const LookupPtr& lookup) {
    const at::Tensor x = dense(input.cpu());
    at::Tensor y = at::empty_like(x);
    const kernels::IntSoftmax softmax(lookup->table, lookup->output);
    const int frac_bits = lookup->output.frac_bits();
    const Blocks blocks(channel_extent(x));
    with_carrier(x, [&](auto carrier) {
      using T = decltype(carrier);
      const T* from = x.data_ptr<T>();
      T* to = y.data_ptr<T>();
      blocks.run([&](std::int64_t, std::int64_t offset, kernels::Extent part) {
        const std::vector<std::int32_t> raw = raw_of(from + offset, part.size(), lookup->input);
        std::vector<std::int32_t> result(raw.size());
        each_image(part, [&](std::int64_t at) {
          softmax(raw.data() + at, result.data() + at, part.channels, part.inner);
        });
        kernels::from_raw(result.data(), to + offset, {1, 1, part.size()}, &frac_bits);
      });
    });
    context->save_for_backward({x});
    context->saved_data["assignment"] = to_capsule(assignment);
    context->saved_data["lookup"] = c10::IValue::make_capsule(lookup);
    return y.to(input.device());
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const AssignmentPtr assignment = from_capsule(context->saved_data["assignment"]);
    const LookupPtr lookup =
        c10::static_intrusive_pointer_cast<Lookup>(context->saved_data["lookup"].toCapsule());
    const at::Tensor dy = dense_like(gradients[0].cpu(), x);
    at::Tensor dx = at::empty_like(x);
    const kernels::IntSoftmax softmax(lookup->table, lookup->output);
    const Blocks blocks(channel_extent(x));
    std::vector<kernels::PointGradient> points(blocks.count());
    with_carrier(x, [&](auto carrier) {
      using T = decltype(carrier);
      const T* from = x.data_ptr<T>();
      const T* above = dy.data_ptr<T>();
      T* to = dx.data_ptr<T>();
      blocks.run([&](std::int64_t block, std::int64_t offset, kernels::Extent part) {
        const std::vector<std::int32_t> raw = raw_of(from + offset, part.size(), lookup->input);
        std::vector<double> p(raw.size()), g(above + offset, above + offset + part.size());
        each_image(part, [&](std::int64_t at) {
          softmax.quotients(raw.data() + at, p.data() + at, part.channels, part.inner);
        });
        kernels::fake_cast_backward(p.data(), g.data(), g.data(), {1, 1, part.size()},
                                    lookup->output, assignment->frac_bits.data(), &points[block]);
        each_image(part, [&](std::int64_t image) {
          for (std::int64_t pixel = image; pixel < image + part.inner; ++pixel) {
            double mean = 0;
            const auto each = [&](const auto& use) {
              for (std::int64_t c = 0; c < part.channels; ++c) use(pixel + c * part.inner);
            };
            each([&](std::int64_t i) { mean += g[i] * p[i]; });
            each([&](std::int64_t i) { to[offset + i] = static_cast<T>(p[i] * (g[i] - mean)); });
          }
        });
      });
    });
    return {dx.to(gradients[0].device()), point_gradient(*assignment, points, x.numel()),
            at::Tensor(), at::Tensor()};
  }
};

// The quotients before their cast.
at::Tensor quotients_of(const at::Tensor& values, const Lookup& lookup) {
  const at::Tensor x = dense(values.detach().cpu());
  at::Tensor p = at::empty_like(x, x.options().dtype(at::kDouble));
  const kernels::IntSoftmax softmax(lookup.table, lookup.output);
  with_carrier(x, [&](auto carrier) {
    const auto* from = x.data_ptr<decltype(carrier)>();
    double* to = p.data_ptr<double>();
    Blocks(channel_extent(x)).run([&](std::int64_t, std::int64_t offset, kernels::Extent part) {
      const std::vector<std::int32_t> raw = raw_of(from + offset, part.size(), lookup.input);
      each_image(part, [&](std::int64_t at) {
        softmax.quotients(raw.data() + at, to + offset + at, part.channels, part.inner);
      });
    });
  });
  return p;
}

}  // namespace

at::Tensor softmax_cast(const at::Tensor& x, const at::Tensor& f, const AssignmentPtr& assignment,
                        const LookupPtr& lookup) {
  if (counts_now(*assignment, {x, f})) count_values(quotients_of(x, *lookup), *assignment);
  return SoftmaxCast::apply(x, f, assignment, lookup);
}

}  // namespace qfx::train
