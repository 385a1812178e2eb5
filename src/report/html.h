// Putting text from strangers into a page: names of tensors, recipes and paths are data, never
// markup.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace qfx::report {

// For element content and double-quoted attributes.
std::string escape_html(std::string_view text);

// JSON for the inside of a <script> element: no <, >, & or line separators, ASCII only. Bytes that
// are not UTF-8 become U+FFFD, NaN and infinities null.
std::string script_json(const nlohmann::json& value);

// Replaces each {{name}} by content(name), once: what content returns is not searched again. Raises
// InternalError for an unclosed {{.
std::string fill_template(std::string_view text,
                          const std::function<std::string(std::string_view name)>& content);

}  // namespace qfx::report
