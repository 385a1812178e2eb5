#include "verify/cpp_build.h"

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdlib>

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/base/text.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;

std::string environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

std::string first_error(const std::string& output) {
  std::string first_line;
  for (std::size_t at = 0; at < output.size();) {
    const std::size_t end = std::min(output.find('\n', at), output.size());
    const std::string line = output.substr(at, end - at);
    if (line.find("error") != std::string::npos) return line;
    if (first_line.empty()) first_line = line;
    at = end + 1;
  }
  return first_line.empty() ? "it printed nothing" : first_line;
}

}  // namespace

const backends::VendorHeaders& vendor_headers(const backends::Target& target) {
  const auto* headers = std::get_if<backends::VendorHeaders>(&target.simulation);
  QFX_ASSERT(headers != nullptr);
  return *headers;
}

fs::path headers_directory(const backends::VendorHeaders& headers) {
  std::vector<fs::path> places;
  if (const std::string chosen = environment(headers.variable); !chosen.empty()) {
    places.emplace_back(chosen);
  } else {
    places.emplace_back(headers.folder);
    if (const std::string tool = environment(headers.tool_variable); !tool.empty())
      places.emplace_back(fs::path(tool) / headers.tool_folder);
  }
  std::vector<std::string> seen;
  for (const fs::path& place : places) {
    const auto is_there = [&](std::string_view file) { return path_exists(place / file); };
    if (std::ranges::all_of(headers.files, is_there)) return place;
    seen.push_back(place.string());
  }
  user_error(
      "the vendor's {} headers are missing: no {} in {}; scripts/setup fetches them, or set {} to "
      "a "
      "folder that holds them ({} has them in its {} folder)",
      headers.name, fmt::join(headers.files, " and "), join(seen, ", "), headers.variable,
      headers.tool, headers.tool_folder);
}

std::string cpp_compiler() {
  const std::string chosen = environment("QFX_HLS_CXX");
  return chosen.empty() ? "g++" : chosen;
}

std::vector<std::string> compile_command(const backends::VendorHeaders& headers,
                                         const std::vector<fs::path>& sources,
                                         const std::vector<fs::path>& includes,
                                         const std::vector<std::string>& flags,
                                         const fs::path& program) {
  std::vector<std::string> command{cpp_compiler(), "-std=c++14"};
  command.insert(command.end(), flags.begin(), flags.end());
  // A system's headers, as far as warnings go: they are not ours to mend.
  command.insert(command.end(), {"-isystem", headers_directory(headers).string()});
  for (const fs::path& include : includes) command.push_back("-I" + include.string());
  for (const fs::path& source : sources) command.push_back(source.string());
  command.insert(command.end(), {"-o", program.string()});
  return command;
}

void compile(const std::vector<std::string>& command, const ShouldStop& should_stop) {
  const std::string folder = fs::path(command.back()).parent_path().string();
  const ProcessResult result =
      run_process(command, "", should_stop, StackLimit::Inherited, folder);
  // g++ says so of its own children.
  if (result.signal == SIGKILL || result.output.find("Killed signal") != std::string::npos)
    user_error(
        "the compiler of the exported code was killed, which the system does where memory is out; "
        "it takes about 330 bytes a weight: give it a machine with more, or a smaller model. The "
        "command was: {}",
        shell_text(command));
  if (result.exit_code != 0)
    user_error("the exported code does not compile ({}): {}; the command was: {}",
               how_it_ended(result), first_error(result.output), shell_text(command));
}

std::string shell_text(const std::vector<std::string>& command) {
  std::vector<std::string> words;
  for (const std::string& word : command) {
    const bool plain = !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
      return std::isalnum(c) ||
             std::string_view("-_./=+,:").find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (plain) {
      words.push_back(word);
      continue;
    }
    std::string quoted = "'";
    for (char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    words.push_back(quoted + "'");
  }
  return join(words, " ");
}

}  // namespace qfx::verify
