// Two processes, each with a test device of its own, on half of a batch: the moments of the whole
// batch, and once averaged its gradients, as one process has them on the processor.
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "forward_result.h"
#include "support/free_port.h"
#include "support/torch_test_device.h"
#include "train/machine/device.h"
#include "train/network/float_forward.h"
#include "train/tensors/values.h"

#include "qfx/base/file.h"
#include "qfx/graph/builder.h"
#include "qfx/train/run.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kHalf = 6;
constexpr const char* kResults = "QFX_TEST_RESULTS";  // the folder for them; set in the two alone

// Two branches with batch norms, so that several processes have more than one sum to mix up.
graph::Model branching_model() {
  graph::Builder builder("net", 5);
  auto x = builder.input({3, 6, 6});
  x = builder.relu(
      builder.batch_norm(builder.conv2d(x, {.out_channels = 4, .kernel = {3, 3}}), {}));
  auto a = builder.batch_norm(builder.conv2d(x, {.out_channels = 4, .kernel = {1, 1}}), {});
  a = builder.batch_norm(builder.conv2d(builder.relu(a), {.out_channels = 4, .kernel = {1, 1}}),
                         {});
  const auto b = builder.batch_norm(builder.conv2d(x, {.out_channels = 4, .kernel = {1, 1}}), {});
  builder.relu(builder.add(a, b));
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec = {.width = 12, .int_bits = 5};
    for (auto& [name, param] : node.params) param.spec = {.width = 10, .int_bits = 4};
  }
  return model;
}

struct Batch {
  at::Tensor samples, weight;
};

Batch whole_batch() {
  at::manual_seed(3);
  return {at::randn({2 * kHalf, 3, 6, 6}), at::randn({2 * kHalf, 4, 4, 4})};
}

// Every tensor and its gradient, one after the other; the loss is a mean.
std::vector<double> learned(Network& network, const at::Tensor& output, const at::Tensor& weight,
                            const Peers* peers) {
  (output * weight.to(output.device())).mean().backward();
  std::vector<double> all;
  for (const auto& [name, tensor] : network.state()) {
    if (!tensor.grad().defined()) continue;
    std::vector<double> gradient = doubles(tensor.grad());
    if (peers != nullptr) {
      peers->add_up(gradient);
      for (double& value : gradient) value /= peers->size();
    }
    all.insert(all.end(), gradient.begin(), gradient.end());
  }
  return all;
}

std::vector<double> statistics(const Network& network) {
  std::vector<double> all;
  for (const Layer& layer : network.layers()) {
    if (!layer.running_mean.defined()) continue;
    for (const at::Tensor& row : {layer.running_mean, layer.running_var})
      for (const double value : doubles(row)) all.push_back(value);
  }
  return all;
}

struct Phases {
  std::vector<double> fixed_output, fixed_statistics, fixed_gradients;
  std::vector<double> float_output, float_statistics, float_gradients;

  std::vector<std::vector<double>*> rows() {
    return {&fixed_output, &fixed_statistics, &fixed_gradients,
            &float_output, &float_statistics, &float_gradients};
  }
};

Phases both_phases(const Batch& batch, at::Device device, const Peers* peers) {
  steps::AddUp add_up;
  if (peers != nullptr) add_up = [peers](std::vector<double>& row) { peers->add_up(row); };
  Phases result;
  Network fixed(branching_model()), real(branching_model());
  const at::Tensor samples = batch.samples.to(device);
  const at::Tensor y = fixed_forward(fixed, samples, {.batch_statistics = true, .add_up = add_up});
  result.fixed_output = doubles(y);
  result.fixed_gradients = learned(fixed, y, batch.weight, peers);
  result.fixed_statistics = statistics(fixed);
  const at::Tensor z = float_forward(real, samples, true, add_up);
  result.float_output = doubles(z);
  result.float_gradients = learned(real, z, batch.weight, peers);
  result.float_statistics = statistics(real);
  return result;
}

// What each of the two processes does.
void one_of_two(const std::string& folder) {
  const Peers peers{Options{}};
  const at::Device device = open_device(test::kTestDevice, peers);
  ASSERT_EQ(device.index(), peers.rank());
  const Batch whole = whole_batch();
  const auto half = [&](const at::Tensor& t) {
    return t.slice(0, peers.rank() * kHalf, (peers.rank() + 1) * kHalf);
  };
  Phases result = both_phases({half(whole.samples), half(whole.weight)}, device, &peers);
  std::ofstream file(folder + "/" + std::to_string(peers.rank()));
  file.precision(17);
  for (const std::vector<double>* row : result.rows()) {
    file << row->size();
    for (const double value : *row) file << ' ' << value;
    file << '\n';
  }
}

// This program again, with the test below alone, which then finds a folder for its results.
pid_t start(int rank, int port, const std::string& folder) {
  const pid_t id = fork();
  if (id != 0) return id;
  const std::string place = std::to_string(rank), words = folder + "/words" + place;
  if (std::freopen(words.c_str(), "w", stdout) == nullptr) _exit(126);
  dup2(STDOUT_FILENO, STDERR_FILENO);
  const std::map<std::string, std::string> variables = {{"RANK", place},
                                                        {"LOCAL_RANK", place},
                                                        {"WORLD_SIZE", "2"},
                                                        {"LOCAL_WORLD_SIZE", "2"},
                                                        {"MASTER_ADDR", "127.0.0.1"},
                                                        {"MASTER_PORT", std::to_string(port)},
                                                        {"GLOO_SOCKET_IFNAME", "lo"},
                                                        {"QFX_PEER_TIMEOUT", "60"},
                                                        {kResults, folder}};
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  execl("/proc/self/exe", "test_unit_train",
        "--gtest_filter=DevicePeers.ShareABatchAsOneProcessHasIt", nullptr);
  _exit(127);
}

Phases read_result(const std::string& file) {
  Phases result;
  std::ifstream stream(file);
  for (std::vector<double>* row : result.rows()) {
    std::size_t size = 0;
    stream >> size;
    row->resize(size);
    for (double& value : *row) stream >> value;
  }
  EXPECT_TRUE(stream.good()) << file;
  return result;
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b, double tolerance,
                 const char* what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  double scale = 0, difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    scale = std::max(scale, std::abs(a[i]));
    difference = std::max(difference, std::abs(a[i] - b[i]));
  }
  EXPECT_GT(scale, 0) << what;
  EXPECT_LE(difference, tolerance * scale) << what;
}

TEST(DevicePeers, ShareABatchAsOneProcessHasIt) {
  if (const char* results = std::getenv(kResults)) return one_of_two(results);
  const TemporaryDirectory folder;
  const int port = test::free_port();
  const pid_t ids[] = {start(0, port, folder.path()), start(1, port, folder.path())};
  for (const int rank : {0, 1}) {
    int status = 0;
    waitpid(ids[rank], &status, 0);
    ASSERT_EQ(status, 0) << read_file(folder.path() / ("words" + std::to_string(rank)));
  }
  Phases one = both_phases(whole_batch(), at::kCPU, nullptr);
  const Phases first = read_result(folder.path() / "0"), second = read_result(folder.path() / "1");
  const auto joined = [](std::vector<double> a, const std::vector<double>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  EXPECT_EQ(joined(first.fixed_output, second.fixed_output), one.fixed_output);
  EXPECT_EQ(first.fixed_statistics, one.fixed_statistics);
  EXPECT_EQ(second.fixed_statistics, one.fixed_statistics);
  expect_near(one.fixed_gradients, first.fixed_gradients, 1e-5, "fixed gradients");
  expect_near(one.float_gradients, first.float_gradients, 1e-4, "float gradients");
  expect_near(one.float_statistics, first.float_statistics, 1e-5, "float statistics");
  expect_near(one.float_output, joined(first.float_output, second.float_output), 1e-4, "float");
}

}  // namespace
}  // namespace qfx::train
