#include "qfx/base/text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace qfx {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

// Whether `c` is in the class that starts after '[' at `pattern`; `length` receives the class's
// length with both brackets, 0 where it is not closed and '[' therefore stands for itself.
bool in_class(std::string_view pattern, char c, std::size_t& length) {
  const std::size_t end = pattern.find(']', 2);
  length = 0;
  if (end == std::string_view::npos) return c == '[';
  length = end + 1;
  std::string_view body = pattern.substr(1, end - 1);
  const bool negated = body.front() == '!' && body.size() > 1;
  if (negated) body.remove_prefix(1);
  bool found = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (i + 2 < body.size() && body[i + 1] == '-') {
      found = found || (body[i] <= c && c <= body[i + 2]);
      i += 2;
    } else {
      found = found || body[i] == c;
    }
  }
  return found != negated;
}

// Whether one pattern element matches `c`; `length` receives how much of the pattern it takes.
bool matches_one(std::string_view pattern, char c, std::size_t& length) {
  if (pattern.front() == '[') {
    const bool found = in_class(pattern, c, length);
    if (length == 0) length = 1;
    return found;
  }
  length = 1;
  return pattern.front() == '?' || pattern.front() == c;
}

constexpr std::size_t kShortestBeginning = 3;

// "Batch-Norm" and "batch_norm" are one word.
std::string bare(std::string_view word) {
  std::string letters;
  for (const char c : word) {
    if (c != '_' && c != '-' && c != ' ')
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return letters;
}

bool is_printable(char c) {
  return c >= 0x20 && c <= 0x7e;
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t least = std::string::npos;
  for (const std::string& candidate : candidates) {
    std::size_t distance = edit_distance(word, candidate);
    // A word cut short is nearer than one of the same length with other letters.
    if (word.size() >= kShortestBeginning && candidate.starts_with(word))
      distance = std::min<std::size_t>(distance, 1);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string meant(std::string_view word, const std::vector<std::string>& candidates,
                  Synonyms synonyms) {
  const std::string letters = bare(word);
  for (const std::string& candidate : candidates) {
    if (bare(candidate) == letters) return candidate;
  }
  for (const auto& [other, ours] : synonyms) {
    if (other != letters) continue;
    const auto found = std::ranges::find(candidates, ours);
    if (found != candidates.end()) return *found;
  }
  return "";
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates,
                    Synonyms synonyms) {
  const std::string by_meaning = meant(word, candidates, synonyms);
  return by_meaning.empty() ? nearest(word, candidates) : by_meaning;
}

// Linear in both lengths but for backtracking to the last star, which is all a glob needs.
bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, star_text = 0;
  while (t < text.size()) {
    std::size_t length = 0;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && matches_one(pattern.substr(p), text[t], length)) {
      p += length;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, is_printable);
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kShown = 80;
  std::string shown = "'";
  for (const char c : text.substr(0, kShown)) {
    if (is_printable(c))
      shown += c;
    else
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return shown + (text.size() > kShown ? "...'" : "'");
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string format_duration(double seconds) {
  if (!(seconds >= 0) || seconds > 1e9) return "-";
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace qfx
