#include "qfx/steps/softmax.h"

#include "qfx/kernels/int_softmax.h"
#include "qfx/kernels/raw_cast.h"

namespace qfx::steps {
namespace {

// A slice holds whole images or, with their channels last, whole pixels: every sum lies inside it.
template <class Body>
void each_image(const kernels::Extent& part, const Body& body) {
  const std::int64_t size = part.channels * part.inner;
  for (std::int64_t image = 0; image < part.outer; ++image) body(image * size);
}

template <class T>
std::vector<std::int32_t> raw_of(const T* x, std::int64_t count, const fixed::Format& format) {
  std::vector<std::int32_t> raw(static_cast<std::size_t>(count));
  const int frac_bits = format.frac_bits();
  kernels::to_raw(x, raw.data(), {1, 1, count}, format, &frac_bits);
  return raw;
}

// dx = p * (g - sum of g * p) of one image.
template <class T>
void through_quotients(const double* p, const double* g, T* dx, const kernels::Extent& part) {
  for (std::int64_t pixel = 0; pixel < part.inner; ++pixel) {
    const std::int64_t end = pixel + part.channels * part.inner;
    double mean = 0;
    for (std::int64_t i = pixel; i < end; i += part.inner) mean += g[i] * p[i];
    for (std::int64_t i = pixel; i < end; i += part.inner)
      dx[i] = static_cast<T>(p[i] * (g[i] - mean));
  }
}

}  // namespace

template <class T>
void softmax(const T* x, T* y, const kernels::Extent& extent, const Lookup& lookup,
             const Loop& loop) {
  const kernels::IntSoftmax kernel(lookup.table, lookup.output);
  const int frac_bits = lookup.output.frac_bits();
  Blocks(extent).run(loop, [&](std::int64_t, std::int64_t offset, const kernels::Extent& part) {
    const std::vector<std::int32_t> raw = raw_of(x + offset, part.size(), lookup.input);
    std::vector<std::int32_t> result(raw.size());
    each_image(part, [&](std::int64_t at) {
      kernel(raw.data() + at, result.data() + at, part.channels, part.inner);
    });
    kernels::from_raw(result.data(), y + offset, {1, 1, part.size()}, &frac_bits);
  });
}

template <class T>
void softmax_quotients(const T* x, double* p, const kernels::Extent& extent, const Lookup& lookup,
                       const Loop& loop) {
  const kernels::IntSoftmax kernel(lookup.table, lookup.output);
  Blocks(extent).run(loop, [&](std::int64_t, std::int64_t offset, const kernels::Extent& part) {
    const std::vector<std::int32_t> raw = raw_of(x + offset, part.size(), lookup.input);
    each_image(part, [&](std::int64_t at) {
      kernel.quotients(raw.data() + at, p + offset + at, part.channels, part.inner);
    });
  });
}

template <class T>
std::vector<kernels::PointGradient> softmax_backward(const T* x, const T* dy, T* dx,
                                                     const kernels::Extent& extent,
                                                     const Lookup& lookup,
                                                     const Assignment& assignment,
                                                     const Loop& loop) {
  const kernels::IntSoftmax kernel(lookup.table, lookup.output);
  const Blocks blocks(extent);
  std::vector<kernels::PointGradient> points(static_cast<std::size_t>(blocks.count()));
  blocks.run(loop, [&](std::int64_t block, std::int64_t offset, const kernels::Extent& part) {
    const std::vector<std::int32_t> raw = raw_of(x + offset, part.size(), lookup.input);
    std::vector<double> p(raw.size()), g(dy + offset, dy + offset + part.size());
    each_image(part, [&](std::int64_t at) {
      kernel.quotients(raw.data() + at, p.data() + at, part.channels, part.inner);
    });
    kernels::fake_cast_backward(p.data(), g.data(), g.data(), {1, 1, part.size()}, lookup.output,
                                assignment.frac_bits.data(),
                                &points[static_cast<std::size_t>(block)]);
    each_image(part, [&](std::int64_t at) {
      through_quotients(p.data() + at, g.data() + at, dx + offset + at, part);
    });
  });
  return points;
}

template void softmax(const float*, float*, const kernels::Extent&, const Lookup&, const Loop&);
template void softmax(const double*, double*, const kernels::Extent&, const Lookup&, const Loop&);
template void softmax_quotients(const float*, double*, const kernels::Extent&, const Lookup&,
                                const Loop&);
template void softmax_quotients(const double*, double*, const kernels::Extent&, const Lookup&,
                                const Loop&);
template std::vector<kernels::PointGradient> softmax_backward(const float*, const float*, float*,
                                                              const kernels::Extent&, const Lookup&,
                                                              const Assignment&, const Loop&);
template std::vector<kernels::PointGradient> softmax_backward(const double*, const double*, double*,
                                                              const kernels::Extent&, const Lookup&,
                                                              const Assignment&, const Loop&);

}  // namespace qfx::steps
