# qfx_room(NAME [COLD] [APART] [SOURCES files...] [ROOMS r...] [LIBRARIES public...] [PRIVATE_LIBRARIES linked...]
#   [HEADER_LIBRARIES headers only...])
# One static library qfx::NAME from src/NAME, public headers in include/qfx/NAME. Who uses an installed room needs
# its public and its linked libraries, never its header-only ones. COLD: reads and prints once a run, and is built at -O1
# for the sake of everybody's build. APART: its sources are compiled one by one even under QFX_UNITY. SOURCES: these, relative to
# src, instead of all under src/NAME: a room that is two libraries.
function(qfx_room name)
  cmake_parse_arguments(ARG "COLD;APART" "" "SOURCES;ROOMS;LIBRARIES;PRIVATE_LIBRARIES;HEADER_LIBRARIES" ${ARGN})
  if(ARG_SOURCES)
    set(sources ${ARG_SOURCES})
  else()
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  endif()
  list(TRANSFORM ARG_ROOMS PREPEND qfx::)
  add_library(qfx_${name} STATIC ${sources})
  add_library(qfx::${name} ALIAS qfx_${name})
  set_target_properties(qfx_${name} PROPERTIES EXPORT_NAME ${name} LINKER_LANGUAGE CXX)
  target_compile_features(qfx_${name} PUBLIC cxx_std_20)
  target_include_directories(qfx_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(qfx_${name}
    PUBLIC ${ARG_ROOMS} ${ARG_LIBRARIES}
    PRIVATE ${ARG_PRIVATE_LIBRARIES} $<BUILD_INTERFACE:qfx_compiler>)
  if(ARG_COLD AND CMAKE_BUILD_TYPE STREQUAL Release)
    target_compile_options(qfx_${name} PRIVATE -O1)
  endif()
  if(NOT ARG_APART)
    qfx_unite(qfx_${name} 8)
  endif()
  foreach(library ${ARG_HEADER_LIBRARIES})
    target_link_libraries(qfx_${name} PRIVATE $<BUILD_INTERFACE:${library}>)
  endforeach()
  include(${PROJECT_SOURCE_DIR}/src/${name}/room.cmake OPTIONAL)
  # A second of every file is fmt and the standard library: read once, unless a room has a precompiled header of its own.
  get_target_property(own_header qfx_${name} PRECOMPILE_HEADERS)
  if(name STREQUAL base)
    target_precompile_headers(qfx_base PRIVATE <fmt/format.h> <algorithm> <cstdint> <functional> <map> <memory>
      <optional> <span> <string> <utility> <variant> <vector>)
  elseif(NOT own_header)
    target_precompile_headers(qfx_${name} REUSE_FROM qfx_base)
  endif()
  set_property(GLOBAL APPEND PROPERTY QFX_ROOMS ${name})
endfunction()
