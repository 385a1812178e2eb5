// Matrix products on VNNI, which AVX-512 has beyond Highway's AVX3. x86 only.
#pragma once

#include "qfx/kernels/int_gemm.h"

namespace qfx::kernels::avx512 {

// Whether this machine has VNNI; then gemm_int16 and gemm_int8 may be called.
bool has_dots();
// For tests: false makes the machine look as if it had none. Not for use beside running
// products.
void allow_dots(bool allowed);

void gemm_int16(const WordProduct& product, std::int32_t* c, std::int64_t c_stride);
void gemm_int8(const WordProduct& product, std::int32_t* c, std::int64_t c_stride);

}  // namespace qfx::kernels::avx512
