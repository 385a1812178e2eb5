// The files of src/report/page and Chart.js, embedded when QFX is built (room.cmake).
#pragma once

#include <string>
#include <string_view>

namespace qfx::report {

// The content of "page.html", "style.css", "chart.min.js", ... Raises InternalError for an unknown
// name.
std::string page_file(std::string_view name);

}  // namespace qfx::report
