#include "qfx/base/process.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <signal.h>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "qfx/base/error.h"

namespace qfx {
namespace {

constexpr int kAskMilliseconds = 100;

struct Signal {
  int number;
  const char* name;
  const char* meaning;
};
constexpr Signal kSignals[] = {
    {SIGSEGV, "SIGSEGV",
     "it used memory that is not its own, or more stack than it has (ulimit -s)"},
    {SIGBUS, "SIGBUS", "it used memory that is not there, or a disk is full"},
    {SIGKILL, "SIGKILL", "the system does this where memory is out, or somebody ended it"},
    {SIGABRT, "SIGABRT", "it gave up by itself"},
    {SIGILL, "SIGILL", "it was compiled for another processor"},
    {SIGFPE, "SIGFPE", "it divided by zero"},
    {SIGTERM, "SIGTERM", "somebody ended it"},
    {SIGINT, "SIGINT", "somebody ended it"},
    {SIGHUP, "SIGHUP", "its terminal was closed"},
    {SIGXCPU, "SIGXCPU", "it used more time than the system allows (ulimit -t)"}};

// Between fork and exec: calls nothing that takes memory. The limit counts from exec on.
void raise_stack_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_STACK, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_STACK, &limit);
}

// This program's environment; with a temporary directory that is TMPDIR.
std::vector<std::string> environment_with(const std::string& temporary_directory) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (temporary_directory.empty() || !text.starts_with("TMPDIR=")) result.emplace_back(text);
  }
  if (!temporary_directory.empty()) result.push_back("TMPDIR=" + temporary_directory);
  return result;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// A child and the read end of its output. A child that outlives an exception of ours is ended with
// us.
class Child {
 public:
  Child(const std::vector<std::string>& argv, const std::string& working_directory,
        const ShouldStop& should_stop, StackLimit stack, const std::string& temporary_directory)
      : should_stop_(should_stop) {
    std::array<int, 2> output{}, failure{};
    if (::pipe2(output.data(), O_CLOEXEC) != 0) {
      user_error("cannot start {}: {}.", argv[0], std::strerror(errno));
    }
    output_ = output[0];
    if (::pipe2(failure.data(), O_CLOEXEC) != 0) {
      ::close(output[1]);
      user_error("cannot start {}: {}.", argv[0], std::strerror(errno));
    }
    const std::vector<std::string> environment = environment_with(temporary_directory);
    const std::vector<char*> arguments = pointers_to(argv), variables = pointers_to(environment);
    pid_ = ::fork();
    // A group of its own can be ended as a whole: a compiler starts programs too.
    if (pid_ == 0 && should_stop_) ::setpgid(0, 0);
    if (pid_ == 0 && stack == StackLimit::Largest) raise_stack_limit();
    if (pid_ == 0) exec(arguments, variables, working_directory, output[1], failure[1]);
    ::close(output[1]);
    ::close(failure[1]);
    // The failure pipe closes by itself when exec succeeds and carries errno when it does not.
    int code = 0;
    const ssize_t got = pid_ < 0 ? -1 : ::read(failure[0], &code, sizeof code);
    ::close(failure[0]);
    if (got != 0) {
      const int why = pid_ < 0 ? errno : code;
      reap();
      ::close(output_);
      output_ = -1;
      user_error("cannot start {}: {}. Install it or put it on PATH.", argv[0], std::strerror(why));
    }
  }

  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      reap();
    }
    if (output_ >= 0) ::close(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  ProcessResult wait() {
    ProcessResult result;
    std::array<char, 65536> buffer;
    while (true) {
      wait_for_output();
      const ssize_t count = ::read(output_, buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      result.output.append(buffer.data(), static_cast<std::size_t>(count));
    }
    const int status = reap();
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    result.exit_code = result.signal != 0 ? 128 + result.signal : WEXITSTATUS(status);
    return result;
  }

 private:
  [[noreturn]] static void exec(const std::vector<char*>& arguments,
                                const std::vector<char*>& variables, const std::string& folder,
                                int output, int failure) {
    const int null = ::open("/dev/null", O_RDONLY);
    if (null >= 0) ::dup2(null, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    if (folder.empty() || ::chdir(folder.c_str()) == 0)
      ::execvpe(arguments[0], arguments.data(), variables.data());
    const int code = errno;
    (void)!::write(failure, &code, sizeof code);
    ::_exit(127);
  }

  void wait_for_output() {
    if (!should_stop_) return;
    pollfd readable{.fd = output_, .events = POLLIN, .revents = 0};
    do {
      if (should_stop_()) {
        ::kill(-pid_, SIGTERM);
        reap();
        user_error("stopped");
      }
    } while (::poll(&readable, 1, kAskMilliseconds) <= 0);
  }

  int reap() {
    int status = 0;
    if (pid_ > 0) {
      while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      }
    }
    pid_ = -1;
    return status;
  }

  const ShouldStop& should_stop_;
  pid_t pid_ = -1;
  int output_ = -1;
};

}  // namespace

std::string how_it_ended(const ProcessResult& result) {
  if (result.signal == 0) return fmt::format("exit code {}", result.exit_code);
  for (const Signal& signal : kSignals) {
    if (signal.number == result.signal)
      return fmt::format("killed by {}: {}", signal.name, signal.meaning);
  }
  return fmt::format("killed by signal {}", result.signal);
}

ProcessResult run_process(const std::vector<std::string>& argv,
                          const std::string& working_directory, const ShouldStop& should_stop,
                          StackLimit stack, const std::string& temporary_directory) {
  QFX_ASSERT(!argv.empty());
  return Child(argv, working_directory, should_stop, stack, temporary_directory).wait();
}

std::vector<ProcessResult> run_processes(const std::vector<std::vector<std::string>>& commands,
                                         int jobs, const ShouldStop& should_stop, StackLimit stack,
                                         const std::string& working_directory) {
  QFX_ASSERT(jobs > 0);
  std::vector<ProcessResult> results(commands.size());
  // One thread a slot: each takes the next command until none is left.
  std::vector<std::thread> slots;
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  const std::size_t count = std::min<std::size_t>(static_cast<std::size_t>(jobs), commands.size());
  for (std::size_t slot = 0; slot < count; ++slot) {
    slots.emplace_back([&] {
      for (std::size_t i = next++; i < commands.size(); i = next++) {
        try {
          results[i] = run_process(commands[i], working_directory, should_stop, stack);
        } catch (...) {
          const std::lock_guard lock(guard);
          if (!failure) failure = std::current_exception();
          next = commands.size();
        }
      }
    });
  }
  for (std::thread& slot : slots) slot.join();
  if (failure) std::rethrow_exception(failure);
  return results;
}

}  // namespace qfx
