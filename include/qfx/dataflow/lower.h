// From a frozen model to hardware, once for all targets.
#pragma once

#include "qfx/dataflow/dataflow.h"

namespace qfx::dataflow {

Network lower(const graph::Analyzed& model);

}  // namespace qfx::dataflow
