# cmake -DOUTPUT=x.cpp -DFILES="a;b" -P embed.cmake: writes a C++ source that holds the text of each file under its
# file name, in pieces, because compilers limit the length of one literal.
set(entries "")
foreach(file ${FILES})
  cmake_path(GET file FILENAME name)
  file(READ ${file} content)
  string(TOLOWER "${content}" lowered)
  if(name MATCHES "\\.js$" AND lowered MATCHES "</script|<!--")
    message(FATAL_ERROR "${file} contains </script or <!--, which would end the page's script element")
  endif()
  string(LENGTH "${content}" length)
  set(begin 0)
  while(begin LESS length)
    string(SUBSTRING "${content}" ${begin} 30000 piece)
    string(APPEND entries "    {\"${name}\", R\"QFXPAGE(${piece})QFXPAGE\"},\n")
    math(EXPR begin "${begin} + 30000")
  endwhile()
endforeach()
file(WRITE ${OUTPUT} "// Written by embed.cmake from src/report/page and Chart.js.
#include \"report/page_files.h\"

#include <string_view>
#include <utility>

#include \"qfx/base/error.h\"

namespace qfx::report {
namespace {
constexpr std::pair<std::string_view, std::string_view> kPieces[] = {
${entries}};
}  // namespace

std::string page_file(std::string_view name) {
  std::string content;
  for (const auto& [file, piece] : kPieces)
    if (file == name) content += piece;
  if (content.empty()) internal_error(\"the report page has no file {}; see src/report/room.cmake\", name);
  return content;
}
}  // namespace qfx::report
")
