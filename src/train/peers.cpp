#include "train/peers.h"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

#include "qfx/base/error.h"

// Debian's LibTorch has Gloo and leaves its headers to libgloo-dev; a torch of another make may
// have neither.
#if defined(USE_C10D_GLOO) && __has_include(<gloo/context.h>)
#define QFX_HAS_GLOO 1
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#else
#define QFX_HAS_GLOO 0
#endif

namespace qfx::train {
namespace {

constexpr int kMostPeers = 1 << 16;
constexpr int kDefaultTimeout = 300;

const char* text_of(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

// The variable's number; `missing` where it is not set or empty.
int number_of(const char* name, int low, int high, int missing) {
  const std::string_view text = text_of(name);
  if (text.empty()) return missing;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    user_error("the environment variable {} is \"{}\"; a whole number from {} to {} is allowed",
               name, text, low, high);
  }
  return value;
}

}  // namespace

#if QFX_HAS_GLOO

struct Peers::Group {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
};

namespace {

// Without the stack that torch puts into its messages.
std::string reason_of(const std::exception& error) {
  const auto* of_torch = dynamic_cast<const c10::Error*>(&error);
  return of_torch != nullptr ? of_torch->what_without_backtrace() : error.what();
}

c10::intrusive_ptr<c10d::Store> meet(int rank, int size, const std::string& address, int port,
                                     std::chrono::milliseconds timeout) {
  // Under torchrun its agent keeps the store; else the first process does.
  const bool agent = std::string_view(text_of("TORCHELASTIC_USE_AGENT_STORE")) == "True";
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(port);
  options.isServer = rank == 0 && !agent;
  options.numWorkers = static_cast<std::size_t>(size);
  options.waitWorkers = !agent;
  options.timeout = timeout;
  // A worker group that torchrun starts again must not read what the one before has left.
  const std::string attempt = text_of("TORCHELASTIC_RESTART_COUNT");
  return c10::make_intrusive<c10d::PrefixStore>(
      "qfx/" + attempt, c10::make_intrusive<c10d::TCPStore>(address, options));
}

}  // namespace

Peers::Peers() {
  size_ = number_of("WORLD_SIZE", 1, kMostPeers, 1);
  if (size_ == 1) return;
  rank_ = number_of("RANK", 0, size_ - 1, -1);
  const int port = number_of("MASTER_PORT", 1, 65535, -1);
  const std::string address = text_of("MASTER_ADDR");
  if (rank_ < 0 || port < 0 || address.empty()) {
    user_error(
        "WORLD_SIZE is {}, and then RANK, MASTER_ADDR and MASTER_PORT are needed too; start by "
        "torchrun, or set all four",
        size_);
  }
  local_size_ = number_of("LOCAL_WORLD_SIZE", 1, size_, 1);
  local_rank_ = number_of("LOCAL_RANK", 0, size_ - 1, 0);
  const std::chrono::milliseconds timeout =
      std::chrono::seconds(number_of("QFX_PEER_TIMEOUT", 1, 86400, kDefaultTimeout));
  try {
    group_ = std::make_unique<Group>();
    group_->store = meet(rank_, size_, address, port, timeout);
    const auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    const std::string interface = text_of("GLOO_SOCKET_IFNAME");
    options->devices.push_back(interface.empty()
                                   ? c10d::ProcessGroupGloo::createDefaultDevice()
                                   : c10d::ProcessGroupGloo::createDeviceForInterface(interface));
    group_->gloo =
        c10::make_intrusive<c10d::ProcessGroupGloo>(group_->store, rank_, size_, options);
  } catch (const std::exception& error) {
    user_error(
        "process {} of {} cannot reach the others by {}:{} within {} s: {}; start all of them, "
        "with the same MASTER_ADDR and MASTER_PORT",
        rank_, size_, address, port, timeout.count() / 1000, reason_of(error));
  }
}

void Peers::add_up(at::Tensor& values) const {
  if (is_alone()) return;
  try {
    std::vector<at::Tensor> tensors{values};
    group_->gloo->allreduce(tensors)->wait();
  } catch (const std::exception& error) {
    user_error(
        "process {} of {} has lost another one: {}; start all of them again with --resume, which "
        "goes on from the newest checkpoint",
        rank_, size_, reason_of(error));
  }
}

#else

struct Peers::Group {};

Peers::Peers() {
  if (number_of("WORLD_SIZE", 1, kMostPeers, 1) == 1) return;
  user_error(
      "WORLD_SIZE asks for several processes, and this qfx was built without Gloo; install the "
      "Debian package libgloo-dev and build again, or unset WORLD_SIZE");
}

void Peers::add_up(at::Tensor&) const {}

#endif

Peers::~Peers() = default;

void Peers::add_up(std::vector<double>& values) const {
  if (is_alone()) return;
  at::Tensor all =
      at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, at::kDouble);
  add_up(all);
}

void Peers::wait_for_all() const {
  std::vector<double> nothing(1, 0.0);
  add_up(nothing);
}

}  // namespace qfx::train
