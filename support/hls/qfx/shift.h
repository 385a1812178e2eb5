#ifndef QFX_SHIFT_H_
#define QFX_SHIFT_H_

#include "qfx/offset.h"

#endif  // QFX_SHIFT_H_
