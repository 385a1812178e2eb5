// The processes that train one network together, each on its share of every batch: torch's c10d
// over Gloo, started by torchrun or by the environment variables that it sets.
#pragma once

#include <memory>
#include <vector>

#include "train/machine/torch.h"

namespace qfx::train {

struct Options;
struct PeerGroup;  // what torch knows of them

class Peers {
 public:
  // Connects to the others where WORLD_SIZE is more than 1: RANK, MASTER_ADDR and MASTER_PORT say
  // who this is and where the first one listens. QFX_PEER_TIMEOUT is how many seconds to wait for a
  // peer before giving up. Raises UserError for what the variables say wrong and where a peer does
  // not come, Stopped or StoppedWaiting where should_stop says so meanwhile.
  explicit Peers(const Options& options);
  ~Peers();
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_alone() const { return size_ == 1; }
  bool is_first() const { return rank_ == 0; }  // the one that writes the run folder
  // How many of them share this machine, and the place among these.
  int on_this_machine() const { return local_size_; }
  int local_rank() const { return local_rank_; }

  // Sums over all processes, in place; the same bits in each. Every process must call the same of
  // these in the same order. Raises UserError where a peer is lost.
  void add_up(at::Tensor& values) const;  // dense, float32 or float64
  void add_up(std::vector<double>& values) const;
  // Returns when every process has called it.
  void wait_for_all() const;

 private:
  int rank_ = 0, size_ = 1, local_rank_ = 0, local_size_ = 1;
  std::unique_ptr<PeerGroup> group_;
};

}  // namespace qfx::train
