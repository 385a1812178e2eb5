# Every library QFX links, in one place. scripts/packages.txt names the Debian packages.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(Boost REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
pkg_check_modules(highway REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(protobuf_lite REQUIRED IMPORTED_TARGET protobuf-lite)

if(QFX_WITH_TORCH)
  find_package(Torch REQUIRED)
endif()

# The vendors' own simulation headers, unpacked by scripts/setup; oracles of the tests and of `qfx verify`.
set(QFX_THIRD_PARTY_DIR ${PROJECT_SOURCE_DIR}/build/third_party CACHE PATH "Folder with ap_types and ac_types")
set(QFX_AP_TYPES_DIR ${QFX_THIRD_PARTY_DIR}/ap_types)
set(QFX_AC_TYPES_DIR ${QFX_THIRD_PARTY_DIR}/ac_types)
