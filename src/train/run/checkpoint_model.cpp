// load_checkpoint_model of qfx/train/run.h.
#include <optional>
#include <string>

#include "train/network/network.h"
#include "train/records/checkpoint.h"
#include "train/records/run_folder.h"

#include "qfx/base/error.h"
#include "qfx/graph/file.h"
#include "qfx/train/run.h"

namespace qfx::train {

graph::Model load_checkpoint_model(const std::string& run_folder) {
  const RunFolder folder(run_folder);
  const std::optional<Checkpoint> checkpoint = load_checkpoint(folder.checkpoint());
  if (!checkpoint) {
    user_error("{}: it holds no checkpoint yet; train there first", run_folder);
  }
  if (checkpoint->state.phase == PhaseKind::Float) {
    user_error(
        "{}: the run is still in its float phase and has no binary points; go on with it, at least "
        "until it is calibrated: qfx train --out {} --resume",
        run_folder, run_folder);
  }
  Network network(graph::load_model(folder.graph(to_string(checkpoint->state.phase)).string()));
  network.load_state(checkpoint->best.empty() ? checkpoint->tensors : checkpoint->best,
                     folder.checkpoint().string());
  return network.updated_model();
}

}  // namespace qfx::train
