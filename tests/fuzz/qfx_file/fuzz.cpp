// Any bytes as a model file: a UserError, or a model that verifies, survives its file and can be
// analyzed; no crash, no undefined behaviour. Every input is read as it is, and once more with a
// checksum that fits, so that the checksum does not hide what comes after it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "graph/file/file_content.h"
#include "support/random_model.h"

#include "qfx/base/error.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/print.h"
#include "qfx/graph/range.h"
#include "qfx/store/safetensors.h"

namespace {

using namespace qfx::graph;

void require(bool condition) {
  if (!condition) std::abort();
}

void read_frozen(std::string_view content) try {
  const FrozenModel model = frozen_from_content(content, "file");
  require(frozen_from_content(content_of(model), "again") == model);
  to_text(model);
  analyze_ranges(model);
} catch (const qfx::UserError&) {
}

void read_trainable(std::string_view content) try {
  const Model model = model_from_content(content, "file");
  require(model_from_content(content_of(model), "again") == model);
  to_text(model);
  freeze(model);
} catch (const qfx::UserError&) {
}

void read_both(std::string_view content) {
  read_frozen(content);
  read_trainable(content);
}

std::string resealed(std::string_view content) try {
  qfx::store::Safetensors file = qfx::store::parse_safetensors(content, "file");
  qfx::store::seal(file);
  return qfx::store::serialize(file);
} catch (const qfx::UserError&) {
  return "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  read_both(content);
  read_both(resealed(content));
  return 0;
}

// Now and then the input becomes the file of a random model: the fuzzer needs no seeds that age.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  if (size >= 64 && seed % 64 != 0) return LLVMFuzzerMutate(data, size, max_size);
  const Model model = qfx::test::random_model(seed, {.max_nodes = 4, .max_products = 200});
  const std::string content = seed % 128 < 64 ? content_of(model) : content_of(freeze(model));
  if (content.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(content.begin(), content.end(), data);
  return content.size();
}
