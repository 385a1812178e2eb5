# Language, warnings, caching and linking for everything built here.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

add_library(qfx_compiler INTERFACE)
# No fused multiply-add behind our back: the same source gives the same bits on every target.
target_compile_options(qfx_compiler INTERFACE -Wall -Wextra -Wpedantic -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # ccache can cache what uses a precompiled header only with this.
  target_compile_options(qfx_compiler INTERFACE -fpch-preprocess)
endif()
if(QFX_SANITIZE)
  add_compile_options(-fsanitize=${QFX_SANITIZE} -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${QFX_SANITIZE})
endif()

if(PROJECT_IS_TOP_LEVEL)
  find_program(QFX_CCACHE ccache)
  if(QFX_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # sloppiness: without it ccache does not cache what uses a precompiled header
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${QFX_CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${QFX_CCACHE})
  endif()
  find_program(QFX_MOLD mold)
  if(QFX_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_link_options(-fuse-ld=mold)
  endif()
endif()
