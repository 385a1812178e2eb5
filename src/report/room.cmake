# The page and Chart.js become part of the library: an installed qfx needs neither.
find_file(QFX_CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js NO_DEFAULT_PATH
  DOC "Chart.js 3, minified, drawn into every report")
if(NOT QFX_CHART_JS)
  message(FATAL_ERROR "Chart.js is missing: install the Debian package libjs-chart.js (apt-get install libjs-chart.js), "
    "or set QFX_CHART_JS to a chart.min.js of version 3")
endif()
file(GLOB page_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/report/page/*)
set(embedded ${PROJECT_BINARY_DIR}/report_page_files.cpp)
add_custom_command(OUTPUT ${embedded}
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${embedded} "-DFILES=${QFX_CHART_JS};${page_files}"
    -P ${PROJECT_SOURCE_DIR}/src/report/embed.cmake
  DEPENDS ${QFX_CHART_JS} ${page_files} ${PROJECT_SOURCE_DIR}/src/report/embed.cmake
  COMMENT "Embedding the report page and Chart.js" VERBATIM)
target_sources(qfx_report PRIVATE ${embedded})
# The JSON library is most of what each file compiles.
target_precompile_headers(qfx_report PRIVATE <nlohmann/json.hpp> <fmt/format.h>)
