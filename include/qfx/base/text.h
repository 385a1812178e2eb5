// Small text helpers for messages and globs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qfx {

// The candidate with the least edit distance to `word`; empty if there is none.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// Words that other tools have for ours, in small letters and without '_', '-' and spaces: the first
// of a pair means the second. A word may mean several things.
using Synonyms = std::span<const std::pair<std::string_view, std::string_view>>;

// The candidate that is written like `word` but for capitals, '_', '-' and spaces, or that is meant
// by it; empty if there is none.
std::string meant(std::string_view word, const std::vector<std::string>& candidates,
                  Synonyms synonyms);

// The candidate that is meant by `word`, or else the nearest by its letters.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates,
                    Synonyms synonyms);

// Shell-like glob over the whole text: * any run, ? any one character, [abc] and [a-c] classes.
bool matches_glob(std::string_view pattern, std::string_view text);

// Space to ~, nothing else.
bool is_printable_ascii(std::string_view text);

// Somebody else's text on one line of a message: '...' with anything unprintable escaped, and
// shortened.
std::string in_quotes(std::string_view text);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

// "3.2 s", "4 min 10 s", "1 h 02 min"
std::string format_duration(double seconds);

}  // namespace qfx
