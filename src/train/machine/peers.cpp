#include "train/machine/peers.h"

#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <string>
#include <string_view>
#include <thread>

#include "train/machine/torch_error.h"

#include "qfx/base/error.h"
#include "qfx/train/run.h"

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
constexpr auto kSilence = std::chrono::seconds(5);  // of waiting, before a message says so

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
    user_error("the environment variable {} is '{}'; a whole number from {} to {} is allowed", name,
               text, low, high);
  }
  return value;
}

}  // namespace

#if QFX_HAS_GLOO

struct PeerGroup {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
};

namespace {

using Clock = std::chrono::steady_clock;

// What connecting needs to know, by value: its thread may outlive who asked for it.
struct Place {
  int rank, size;
  std::string address;
  int port;
  std::chrono::milliseconds timeout;
};

c10::intrusive_ptr<c10d::Store> open_store(const Place& place) {
  // Under torchrun its agent keeps the store; else the first process does.
  const bool agent = std::string_view(text_of("TORCHELASTIC_USE_AGENT_STORE")) == "True";
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(place.port);
  options.isServer = place.rank == 0 && !agent;
  options.numWorkers = static_cast<std::size_t>(place.size);
  options.waitWorkers = false;  // it looks at nothing else until the time is over
  options.timeout = place.timeout;
  // A worker group that torchrun starts again must not read what the one before has left.
  const std::string attempt = text_of("TORCHELASTIC_RESTART_COUNT");
  return c10::make_intrusive<c10d::PrefixStore>(
      "qfx/" + attempt, c10::make_intrusive<c10d::TCPStore>(place.address, options));
}

// Returns when all have come; false where given up before.
bool meet(const Place& place, c10d::Store& store, const std::atomic<bool>& given_up) {
  const Clock::time_point end = Clock::now() + place.timeout;
  const auto name = [](int rank) { return "here/" + std::to_string(rank); };
  store.set(name(place.rank), {1});
  if (place.rank != 0) {
    store.wait({"all"}, place.timeout);
    return true;
  }
  for (int next = 1; next < place.size;) {
    if (store.check({name(next)})) {
      ++next;
    } else if (given_up) {
      return false;
    } else if (Clock::now() > end) {
      user_error("process {} has not come", next);
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  store.set("all", {1});
  return true;
}

// Null where given up.
std::unique_ptr<PeerGroup> connect(const Place& place, const std::atomic<bool>& given_up) {
  auto group = std::make_unique<PeerGroup>();
  group->store = open_store(place);
  if (!meet(place, *group->store, given_up)) return nullptr;
  const auto options = c10d::ProcessGroupGloo::Options::create(place.timeout);
  const std::string interface = text_of("GLOO_SOCKET_IFNAME");
  options->devices.push_back(interface.empty()
                                 ? c10d::ProcessGroupGloo::createDefaultDevice()
                                 : c10d::ProcessGroupGloo::createDeviceForInterface(interface));
  group->gloo =
      c10::make_intrusive<c10d::ProcessGroupGloo>(group->store, place.rank, place.size, options);
  return group;
}

// A thread that no SIGINT and SIGTERM reaches, nor those that it starts: they would break its
// system calls instead of being noted.
template <class Work>
std::thread undisturbed(Work work) {
  sigset_t stops, before;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stops, &before);
  std::thread thread(std::move(work));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

// Connecting blocks inside torch, so a thread does it while this one looks at should_stop.
std::unique_ptr<PeerGroup> connect_unless_stopped(const Place& place, const Options& options) {
  const auto given_up = std::make_shared<std::atomic<bool>>(false);
  std::packaged_task<std::unique_ptr<PeerGroup>()> task(
      [place, given_up] { return connect(place, *given_up); });
  std::future<std::unique_ptr<PeerGroup>> group = task.get_future();
  std::thread thread = undisturbed(std::move(task));
  const auto is_ready_in = [&](std::chrono::milliseconds time) {
    if (group.wait_for(time) != std::future_status::ready) return false;
    thread.join();
    return true;
  };
  const Clock::time_point begin = Clock::now();
  bool has_said_so = false;
  while (!is_ready_in(std::chrono::milliseconds(100))) {
    if (options.should_stop && options.should_stop()) {
      const std::string text =
          "stopped while waiting for the other processes; start all of them again";
      *given_up = true;
      if (is_ready_in(std::chrono::milliseconds(300))) throw Stopped(text);
      thread.detach();
      throw StoppedWaiting(text);
    }
    if (has_said_so || Clock::now() - begin < kSilence) continue;
    has_said_so = true;
    if (options.message)
      options.message(fmt::format("waiting for {} other process{} at {}:{}, up to {} s",
                                  place.size - 1, place.size == 2 ? "" : "es", place.address,
                                  place.port, place.timeout.count() / 1000));
  }
  return group.get();
}

}  // namespace

Peers::Peers(const Options& options) {
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
    group_ = connect_unless_stopped({rank_, size_, address, port, timeout}, options);
  } catch (const Stopped&) {
    throw;
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

struct PeerGroup {};

Peers::Peers(const Options&) {
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
