#include "train/machine/torch_error.h"

#include "train/machine/torch.h"

namespace qfx::train {

std::string reason_of(const std::exception& error) {
  const auto* of_torch = dynamic_cast<const c10::Error*>(&error);
  return of_torch != nullptr ? of_torch->what_without_backtrace() : error.what();
}

}  // namespace qfx::train
