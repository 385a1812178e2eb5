# qfx_room(NAME [ROOMS r...] [LIBRARIES public...] [PRIVATE_LIBRARIES linked...] [HEADER_LIBRARIES headers only...])
# One static library qfx::NAME from src/NAME, public headers in include/qfx/NAME. Who uses an installed room needs
# its public and its linked libraries, never its header-only ones.
function(qfx_room name)
  cmake_parse_arguments(ARG "" "" "ROOMS;LIBRARIES;PRIVATE_LIBRARIES;HEADER_LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
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
  foreach(library ${ARG_HEADER_LIBRARIES})
    target_link_libraries(qfx_${name} PRIVATE $<BUILD_INTERFACE:${library}>)
  endforeach()
  include(${PROJECT_SOURCE_DIR}/src/${name}/room.cmake OPTIONAL)
  set_property(GLOBAL APPEND PROPERTY QFX_ROOMS ${name})
endfunction()
