// Any model survives its file unchanged, in both states.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "graph/file/file_content.h"
#include "support/random_model.h"

#include "qfx/graph/freeze.h"
#include "qfx/graph/print.h"

namespace qfx::graph {
namespace {

RC_GTEST_PROP(File, KeepsModels, (std::uint64_t seed)) {
  const Model model = test::random_model(seed);
  const std::string content = content_of(model);
  RC_ASSERT(model_from_content(content, "file") == model);
  RC_ASSERT(content_of(model) == content);
  RC_ASSERT(!to_text(model).empty());
}

RC_GTEST_PROP(File, KeepsFrozenModels, (std::uint64_t seed)) {
  const FrozenModel model = freeze(test::random_model(seed));
  const std::string content = content_of(model);
  RC_ASSERT(frozen_from_content(content, "file") == model);
  RC_ASSERT(content_of(model) == content);
  RC_ASSERT(!to_text(model).empty());
}

}  // namespace
}  // namespace qfx::graph
