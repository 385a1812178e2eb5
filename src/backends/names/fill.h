// Text with places to fill in.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qfx::backends::names {

// `text` with every @KEY@ replaced; what is filled in is not searched.
std::string fill(std::string text,
                 const std::vector<std::pair<std::string_view, std::string>>& values);

}  // namespace qfx::backends::names
