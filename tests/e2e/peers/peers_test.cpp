// One network trained by two processes on this machine: the formats and the accuracy of one
// process, the same bits from run to run, an error in bounded time where a peer dies.
#include <chrono>
#include <cmath>
#include <gmock/gmock.h>
#include <map>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "support/command.h"
#include "support/free_port.h"

namespace qfx {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

constexpr auto kDeath = std::chrono::seconds(60);

// `qfx` with these variables, its words in a file.
struct Process {
  pid_t id = -1;
  std::string output;

  Process(const std::vector<std::string>& arguments, const Variables& variables,
          const std::string& words)
      : output(words) {
    test::write(words, "");  // there to read before the child is
    id = fork();
    if (id != 0) return;
    if (std::freopen(words.c_str(), "w", stdout) == nullptr) _exit(126);
    dup2(STDOUT_FILENO, STDERR_FILENO);
    for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> all{const_cast<char*>("qfx")};
    for (const std::string& argument : arguments)
      all.push_back(const_cast<char*>(argument.c_str()));
    all.push_back(nullptr);
    execv(test::qfx_program().c_str(), all.data());
    _exit(127);
  }

  // The exit code; -1 where it was killed or does not end in time.
  int wait(std::chrono::seconds limit = std::chrono::seconds(300)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    int status = 0;
    while (waitpid(id, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > end) {
        kill(id, SIGKILL);
        waitpid(id, &status, 0);
        return -1;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::string words() const { return read_file(output); }
};

class PeersTest : public ::testing::Test {
 protected:
  void write_recipe(const std::string& epochs, int batch = 16) {
    test::write(recipe_, "network.zoo = \"tiny_resnet\"\nthreads = 1\n[data]\nsource = \"" + data_ +
                             "\"\nbatch_size = " + std::to_string(batch) +
                             "\n[float]\nepochs = " + epochs + "\n[fixed]\nepochs = " + epochs +
                             "\n[calibration]\nimages = 32\n");
  }
  std::string run(const std::string& name) const { return (folder_.path() / name).string(); }

  Process start_one(const std::vector<std::string>& arguments, int rank, int size,
                    const std::string& port, int timeout) {
    return {arguments,
            Variables{{"RANK", std::to_string(rank)},
                      {"WORLD_SIZE", std::to_string(size)},
                      {"MASTER_ADDR", "127.0.0.1"},
                      {"MASTER_PORT", port},
                      {"GLOO_SOCKET_IFNAME", "lo"},
                      {"QFX_PEER_TIMEOUT", std::to_string(timeout)}},
            run("words" + std::to_string(started_++))};
  }
  std::vector<Process> start(const std::vector<std::string>& arguments, int size,
                             int timeout = 40) {
    const std::string port = std::to_string(test::free_port());
    std::vector<Process> all;
    for (int rank = 0; rank < size; ++rank)
      all.push_back(start_one(arguments, rank, size, port, timeout));
    return all;
  }
  void train(const std::string& name, int size) {
    std::vector<Process> all = start({"train", recipe_, "--out", run(name)}, size);
    for (Process& process : all) EXPECT_EQ(process.wait(), 0) << process.words();
    EXPECT_THAT(all[0].words(), HasSubstr("fixed point, trained"));
    for (int rank = 1; rank < size; ++rank) EXPECT_EQ(all[rank].words(), "") << "the first speaks";
  }
  void wait_for_checkpoint(const std::string& name) const {
    const std::string file = run(name) + "/checkpoint/latest.safetensors";
    for (int i = 0; i < 600 && !std::filesystem::exists(file); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ASSERT_TRUE(std::filesystem::exists(file));
  }
  json summary(const std::string& name) const {
    return json::parse(read_file(run(name) + "/summary.json"));
  }
  // But for warnings: a share of values on the border of one may tip over.
  std::vector<json> log(const std::string& name) const {
    std::istringstream stream(read_file(run(name) + "/log.jsonl"));
    std::vector<json> events;
    for (std::string line; std::getline(stream, line);) {
      json event = json::parse(line);
      if (event["event"] != "warning") events.push_back(event);
    }
    return events;
  }

  TemporaryDirectory folder_;
  std::string data_ = test::write_tiny_data(folder_.path() / "data", {.train_images = 128});
  std::string recipe_ = (folder_.path() / "r.toml").string();
  int started_ = 0;
};

TEST_F(PeersTest, TwoProcessesTrainAsOneDoes) {
  write_recipe("3");
  train("one", 1);
  train("two", 2);
  train("again", 2);
  EXPECT_EQ(read_file(run("two") + "/model.qfx"), read_file(run("again") + "/model.qfx"));

  // Sums in another order move last bits; the formats stay, and of 32 images one may tip over.
  const graph::FrozenModel one = graph::load_frozen(run("one") + "/model.qfx"),
                           two = graph::load_frozen(run("two") + "/model.qfx");
  ASSERT_EQ(one.nodes.size(), two.nodes.size());
  for (std::size_t i = 0; i < one.nodes.size(); ++i) {
    EXPECT_EQ(one.nodes[i].format, two.nodes[i].format) << one.nodes[i].name;
    for (const auto& [role, param] : one.nodes[i].params)
      EXPECT_EQ(param.format, two.nodes[i].params.at(role).format)
          << tensor_name(one.nodes[i].name, role);
  }
  for (const char* key : {"float_accuracy", "ptq_accuracy", "fixed_accuracy"}) {
    EXPECT_NEAR(summary("one")[key].get<double>(), summary("two")[key].get<double>(), 1.01 / 32)
        << key;
  }
  const std::vector<json> a = log("one"), b = log("two");
  ASSERT_EQ(a.size(), b.size()) << "one log, by one process";
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i]["event"] != "epoch") continue;
    EXPECT_NEAR(a[i]["train_loss"].get<double>(), b[i]["train_loss"].get<double>(), 0.01) << i;
    if (!a[i].contains("overflows")) continue;
    ASSERT_EQ(a[i]["overflows"].size(), b[i]["overflows"].size());
    for (const auto& [tensor, fraction] : a[i]["overflows"].items())
      EXPECT_NEAR(fraction.get<double>(), b[i]["overflows"][tensor].get<double>(), 0.02) << tensor;
  }
}

// What dropout drops, what a class weighs, and which samples judge an epoch are those of one
// process.
TEST_F(PeersTest, TwoProcessesDropWeighAndJudgeAsOneDoes) {
  test::write(recipe_,
              "class_weights = \"balanced\"\nlabel_smoothing = 0.1\nthreads = 1\n"
              "network.layers = [ {kind = \"flatten\"}, {kind = \"linear\", out_features = 16}, "
              "{kind = \"relu\"}, {kind = \"dropout\", p = 0.4}, "
              "{kind = \"linear\", out_features = 4} ]\n[data]\nsource = \"" +
                  data_ +
                  "\"\nbatch_size = 16\nvalidation = 0.25\n[float]\nepochs = 4\n[fixed]\n"
                  "epochs = 2\n[calibration]\nimages = 32\n");
  train("one", 1);
  train("two", 2);
  const std::vector<json> a = log("one"), b = log("two");
  ASSERT_EQ(a.size(), b.size());
  int epochs = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i]["event"] != "epoch") continue;
    ++epochs;
    EXPECT_NEAR(a[i]["train_loss"].get<double>(), b[i]["train_loss"].get<double>(), 0.01) << i;
    EXPECT_NEAR(a[i]["validation_accuracy"].get<double>(),
                b[i]["validation_accuracy"].get<double>(), 1.01 / 32);
  }
  EXPECT_EQ(epochs, 4 + 2);
  EXPECT_EQ(summary("one")["kept"].is_string(), summary("two")["kept"].is_string());
}

TEST_F(PeersTest, ALostPeerEndsTheOthersAndTheyGoOnLater) {
  write_recipe("400");
  std::vector<Process> all = start({"train", recipe_, "--out", run("lost")}, 2);
  wait_for_checkpoint("lost");
  kill(all[1].id, SIGKILL);
  EXPECT_EQ(all[1].wait(), -1);
  EXPECT_EQ(all[0].wait(kDeath), 2);
  EXPECT_THAT(all[0].words(), HasSubstr("process 0 of 2 has lost another one"));
  EXPECT_THAT(all[0].words(), HasSubstr("--resume"));

  // Both are there again: it goes on, until one of them is asked to stop.
  all = start({"train", "--out", run("lost"), "--resume"}, 2);
  for (int i = 0;
       i < 600 && read_file(run("lost") + "/log.jsonl").find("\"resumed\"") == std::string::npos;
       ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  kill(all[1].id, SIGTERM);
  EXPECT_EQ(all[1].wait(kDeath), 128 + SIGTERM) << all[1].words();
  EXPECT_THAT(all[1].words(), HasSubstr("stopped at step"));
  EXPECT_EQ(all[0].wait(kDeath), 128 + SIGINT) << "nobody sent it a signal\n" << all[0].words();
  EXPECT_THAT(all[0].words(), HasSubstr("stopped because another process was, at step"));
  EXPECT_THAT(all[0].words(), HasSubstr("--resume"));
}

// Rank 1 waits inside torch for a server that is not there, rank 0 for a client.
TEST_F(PeersTest, WaitingForPeersIsToldAndCanBeStopped) {
  write_recipe("1");
  for (const int rank : {0, 1}) {
    for (const int signal : {SIGINT, SIGTERM}) {
      const std::string port = std::to_string(test::free_port());
      Process process = start_one({"train", recipe_, "--out", run("alone")}, rank, 3, port, 300);
      const std::string told =
          "waiting for 2 other processes at 127.0.0.1:" + port + ", up to 300 s\n";
      for (int i = 0; i < 600 && process.words().find(told) == std::string::npos; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      EXPECT_THAT(process.words(), HasSubstr(told));
      const auto begin = std::chrono::steady_clock::now();
      kill(process.id, signal);
      EXPECT_EQ(process.wait(kDeath), 128 + signal) << process.words();
      EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
      EXPECT_THAT(process.words(), HasSubstr("stopped while waiting for the other processes"));
      EXPECT_THAT(process.words(), ::testing::Not(HasSubstr("Interrupted system call")));
    }
  }
}

// Stopped and started again while the others wait, it is let in.
TEST_F(PeersTest, OneThatCameAndWentMayComeAgain) {
  write_recipe("1", 15);
  const std::vector<std::string> arguments{"train", recipe_, "--out", run("again")};
  const std::string port = std::to_string(test::free_port());
  Process first = start_one(arguments, 0, 3, port, 100);
  Process second = start_one(arguments, 1, 3, port, 100);
  for (int i = 0; i < 600 && second.words().empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  kill(second.id, SIGINT);
  EXPECT_EQ(second.wait(kDeath), 128 + SIGINT) << second.words();
  second = start_one(arguments, 1, 3, port, 100);
  std::this_thread::sleep_for(std::chrono::seconds(2));
  Process third = start_one(arguments, 2, 3, port, 100);
  EXPECT_EQ(first.wait(), 0) << first.words();
  EXPECT_EQ(second.wait(), 0) << second.words();
  EXPECT_EQ(third.wait(), 0) << third.words();
}

TEST_F(PeersTest, TheFirstMayBeTheLostOne) {
  write_recipe("400");
  std::vector<Process> all = start({"train", recipe_, "--out", run("lost")}, 2);
  wait_for_checkpoint("lost");
  kill(all[0].id, SIGKILL);
  EXPECT_EQ(all[1].wait(kDeath), 2);
  EXPECT_THAT(all[1].words(), HasSubstr("process 1 of 2 has lost another one"));
  all[0].wait();
}

// Its connection stays, so only time tells.
TEST_F(PeersTest, OneThatHangsIsGivenUp) {
  write_recipe("400");
  std::vector<Process> all = start({"train", recipe_, "--out", run("hung")}, 2, 5);
  wait_for_checkpoint("hung");
  kill(all[1].id, SIGSTOP);
  EXPECT_EQ(all[0].wait(kDeath), 2);
  EXPECT_THAT(all[0].words(), HasSubstr("has lost another one"));
  kill(all[1].id, SIGKILL);
  all[1].wait();
}

TEST_F(PeersTest, WhatIsWrongIsSaid) {
  write_recipe("1", 15);
  std::vector<Process> all = start({"train", recipe_, "--out", run("odd")}, 2);
  for (Process& process : all) EXPECT_EQ(process.wait(), 2) << process.words();
  EXPECT_THAT(all[0].words(), HasSubstr("a batch has 15 samples, and 2 processes"));

  write_recipe("1");
  const auto words_of = [&](const Variables& variables) {
    Process process({"train", recipe_, "--out", run("wrong")}, variables,
                    run("words" + std::to_string(started_++)));
    EXPECT_EQ(process.wait(), 2);
    return process.words();
  };
  EXPECT_THAT(words_of({{"WORLD_SIZE", "two"}}), HasSubstr("WORLD_SIZE is 'two'"));
  EXPECT_THAT(words_of({{"WORLD_SIZE", "2"}}), HasSubstr("RANK, MASTER_ADDR and MASTER_PORT"));
  EXPECT_THAT(words_of({{"WORLD_SIZE", "2"}, {"RANK", "2"}}), HasSubstr("RANK is '2'"));
  EXPECT_THAT(words_of({{"WORLD_SIZE", "2"},
                        {"RANK", "0"},
                        {"MASTER_ADDR", "127.0.0.1"},
                        {"MASTER_PORT", std::to_string(test::free_port())},
                        {"QFX_PEER_TIMEOUT", "2"}}),
              HasSubstr("process 0 of 2 cannot reach the others"));
}

}  // namespace
}  // namespace qfx
