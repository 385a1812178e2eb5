// The files of one run; docs/run_folder.md lists them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace qfx::train {

class RunFolder {
 public:
  explicit RunFolder(const std::string& path) : path_(path) {}

  // Creates the folder and writes the recipe. With `resume` another recipe than the one of the run
  // there takes its place where `check`, given that one, raises nothing. Raises UserError where,
  // without, it holds a run that kept something.
  void open(const std::string& recipe_text, bool resume,
            const std::function<void(const std::string& old_text)>& check) const;
  // Whether a run got as far as anything that could be lost.
  bool keeps_something() const;

  std::filesystem::path recipe() const { return path_ / "recipe.toml"; }
  std::filesystem::path log() const { return path_ / "log.jsonl"; }
  std::filesystem::path checkpoint() const { return path_ / "checkpoint" / "latest.safetensors"; }
  // The graph that the checkpoint's tensors belong to, written before the first checkpoint of its
  // phase: folding BatchNorm changes it between the phases.
  std::filesystem::path graph(const std::string& phase) const {
    return path_ / "checkpoint" / (phase + ".graph");
  }
  std::filesystem::path float_tensors() const { return path_ / "float.safetensors"; }
  std::filesystem::path model() const { return path_ / "model.qfx"; }
  std::filesystem::path summary() const { return path_ / "summary.json"; }

 private:
  std::filesystem::path path_;
};

}  // namespace qfx::train
