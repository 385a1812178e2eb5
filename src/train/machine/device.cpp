#include "train/machine/device.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "train/machine/torch_error.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

constexpr const char* kAllowed =
    "allowed are \"cpu\", or a device of the torch that this qfx is built with, like \"cuda\" or "
    "\"cuda:1\"";

// Of what torch says; advice to its developers follows.
std::string first_sentence(const std::string& all) {
  return all.substr(0, std::min(all.find('\n'), all.find(". ")));
}

std::optional<at::Device> parsed(const std::string& name) {
  try {
    return at::Device(name);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

at::Device named_device(const std::string& name, bool is_alone, int local_rank) {
  const std::optional<at::Device> named = parsed(name);
  if (!named || (named->is_cpu() && named->index() > 0)) {
    user_error("device = \"{}\" names no device; {}; correct the recipe's key `device`", name,
               kAllowed);
  }
  at::Device device = *named;
  if (!is_alone && !device.is_cpu() && !device.has_index())
    device.set_index(static_cast<at::DeviceIndex>(local_rank));
  return device;
}

at::Device open_device(const std::string& name, const Peers& peers) {
  const at::Device device = named_device(name, peers.is_alone(), peers.local_rank());
  if (device.is_cpu()) return at::kCPU;
  try {
    const at::Tensor one = at::ones({1}, at::kDouble).to(device);
    const at::Tensor two = (one + one).cpu();
    if (two.item<double>() != 2) throw std::runtime_error("1 + 1 is not 2 there");
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setDeterministicCuDNN(true);
    return one.device();
  } catch (const std::exception& error) {
    user_error(
        "device = \"{}\": {} cannot be used here, torch says '{}'; {}; leave the recipe's key "
        "`device` out to train on the processor, or build qfx with a torch that has the device",
        name, device.str(), first_sentence(reason_of(error)), kAllowed);
  }
}

}  // namespace qfx::train
