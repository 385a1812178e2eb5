// What the JSON library's exceptions say, for a message of ours.
#pragma once

#include <string>
#include <string_view>

namespace qfx::store {

// Without the exception's own name, and without the text that was read so far, which may be the
// whole file.
std::string json_complaint(std::string_view what);

}  // namespace qfx::store
