#include "qfx/graph/file.h"

#include "graph/file/file_content.h"

#include "qfx/base/file.h"

namespace qfx::graph {

void save(const FrozenModel& model, const std::string& path) {
  write_file_atomically(path, content_of(model));
}

void save(const Model& model, const std::string& path) {
  write_file_atomically(path, content_of(model));
}

FrozenModel load_frozen(const std::string& path) {
  return frozen_from_content(read_file(path), path);
}

Analyzed load_analyzed(const std::string& path) {
  return analyzed_from_content(read_file(path), path);
}

Model load_model(const std::string& path) {
  return model_from_content(read_file(path), path);
}

}  // namespace qfx::graph
