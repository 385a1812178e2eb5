#include "frontends/toml_file.h"

#include <string_view>

#include "qfx/base/error.h"

namespace qfx::frontends {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20;
constexpr int kMaxDots = 32;
constexpr int kMaxBrackets = 32;

// Follows strings and comments only as far as needed to see the brackets and dots outside them.
// toml++ builds dotted keys into nested tables and takes them down by recursion, so their depth is
// bounded here.
class NestingGuard {
 public:
  NestingGuard(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  void check() {
    while (at_ < text_.size()) step();
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '#') {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      return;
    }
    if (c == '"' || c == '\'') {
      skip_string(c);
      return;
    }
    ++at_;
    if (c == '\n') ++line_;
    if (c == '[' || c == '{') ++brackets_;
    if ((c == ']' || c == '}') && brackets_ > 0) --brackets_;
    if (c == '.') ++dots_;
    if (std::string_view("\n=,[]{}").find(c) != std::string_view::npos) dots_ = 0;
    if (dots_ > kMaxDots || brackets_ > kMaxBrackets) {
      user_error(
          "{}:{}: the keys nest too deeply; a recipe needs no more than {} dots in a key and {} "
          "open brackets",
          file_, line_, kMaxDots, kMaxBrackets);
    }
  }

  void skip_string(char quote) {
    const std::string triple(3, quote);
    const bool is_long = text_.substr(at_, 3) == triple;
    at_ += is_long ? 3 : 1;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_long ? text_.substr(at_, 3) == triple : c == quote || c == '\n') break;
      if (c == '\n') ++line_;
      at_ += c == '\\' && quote == '"' ? 2 : 1;
    }
    // A newline that ends an unfinished string is left for step(), which counts it.
    if (at_ < text_.size() && text_[at_] == quote) at_ += is_long ? 3 : 1;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  int line_ = 1;
  int brackets_ = 0;
  int dots_ = 0;
};

}  // namespace

toml::table parse_toml(const std::string& text, const std::string& file) {
  if (text.size() > kMaxBytes) {
    user_error("{}: the file has {} bytes, and a recipe at most {}; is this the recipe?", file,
               text.size(), kMaxBytes);
  }
  NestingGuard(text, file).check();
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    const auto& where = error.source().begin;
    user_error("{}:{}: this is not TOML: {} (column {})", file, where.line, error.description(),
               where.column);
  }
}

}  // namespace qfx::frontends
