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
  add_compile_options(-fsanitize=${QFX_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
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

# qfx_reuse_header(PROGRAM LIBRARY): a program reads the precompiled header of a library, which is position independent
# the way libraries are.
function(qfx_reuse_header program library)
  set_target_properties(${program} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${program} PRIVATE -fPIC)
  target_precompile_headers(${program} REUSE_FROM ${library})
endfunction()

# qfx_unite(TARGET SIZE): with QFX_UNITY the sources of a target are compiled SIZE at a time, which spares most of the
# time that goes into headers. A whole build is twice as fast, the next one after a change slower: for builds from
# nothing, as of scripts/demo, scripts/test and CI.
function(qfx_unite target size)
  if(QFX_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${size})
  endif()
endfunction()
