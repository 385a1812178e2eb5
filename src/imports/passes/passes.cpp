// The way from a file's network to a plain one.
#include "qfx/imports/passes.h"

#include "imports/passes/all.h"

#include "qfx/base/error.h"

namespace qfx::imports {
namespace {

constexpr Pass kPasses[] = {
    {"infer_and_fold", infer_and_fold},  // shapes, and what is constant: all others ask for them
    {"plain_quantizers", plain_quantizers},
    {"remove_idle", remove_idle},        // patterns see what lies behind
    {"plain_arithmetic", plain_arithmetic},  // one form of a sum and a product by a constant
    {"find_activations", find_activations},  // before anything takes their parts away
    {"tabulate", tabulate},
    {"decompose", decompose},
    {"plain_products", plain_products},
    {"plain_weights", plain_weights},
    {"slide_scales", slide_scales},
    {"merge_constants", merge_constants},  // into the forms of the pass before
    {"plain_padding", plain_padding},
    {"remove_dead_channels", remove_dead_channels}};  // last: all constants are where they belong

// Each round makes the network smaller or plainer; a real one needs a handful.
constexpr int kMostRounds = 1000;

}  // namespace

std::span<const Pass> passes() {
  return kPasses;
}

void make_plain(Source& source, const ImportOptions& options) {
  cut(source, options.outputs);
  set_input_shape(source, options.input_shape);
  split_fused(source);
  infer_and_fold(source);
  bool changed = true;
  for (int round = 0; changed; ++round) {
    if (round == kMostRounds) internal_error("the passes of an import do not come to an end");
    changed = false;
    for (const Pass& pass : kPasses) {
      if (!pass.apply(source)) continue;
      changed = true;
      infer_and_fold(source);
    }
  }
}

}  // namespace qfx::imports
