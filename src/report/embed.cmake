# cmake -DOUTPUT=x.cpp -DFILES="a;b" -P embed.cmake: writes a C++ source that holds the text of each file under its
# file name. Raw strings are cut in pieces, because compilers limit the length of one literal.
set(entries "")
foreach(file ${FILES})
  cmake_path(GET file FILENAME name)
  file(READ ${file} content)
  string(TOLOWER "${content}" lowered)
  if(name MATCHES "\\.js$" AND lowered MATCHES "</script|<!--")
    message(FATAL_ERROR "${file} contains </script or <!--, which would end the page's script element")
  endif()
  string(LENGTH "${content}" length)
  set(literal "")
  set(begin 0)
  while(begin LESS length)
    string(SUBSTRING "${content}" ${begin} 8000 piece)
    string(APPEND literal "R\"QFXPAGE(${piece})QFXPAGE\"\n")
    math(EXPR begin "${begin} + 8000")
  endwhile()
  string(APPEND entries "    {\"${name}\", ${literal}},\n")
endforeach()
file(WRITE ${OUTPUT} "// Written by embed.cmake from src/report/page and Chart.js.
#include \"report/page_files.h\"

#include <utility>

#include \"qfx/base/error.h\"

namespace qfx::report {
namespace {
constexpr std::pair<std::string_view, std::string_view> kFiles[] = {
${entries}};
}  // namespace

std::string_view page_file(std::string_view name) {
  for (const auto& [file, content] : kFiles)
    if (file == name) return content;
  internal_error(\"the report page has no file {}; see src/report/room.cmake\", name);
}
}  // namespace qfx::report
")
