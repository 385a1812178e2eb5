# The marker file of an exported project is JSON; the headers it includes lie in support/. The vendors' headers lie
# where set-up unpacked them; the environment can name another place.
target_link_libraries(qfx_backends PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)
target_compile_definitions(qfx_backends PRIVATE
  QFX_AC_TYPES_DIR="${QFX_AC_TYPES_DIR}"
  QFX_AP_TYPES_DIR="${QFX_AP_TYPES_DIR}"
  QFX_SUPPORT_SOURCE_DIR="${PROJECT_SOURCE_DIR}/support"
  QFX_SUPPORT_INSTALL_DIR="${CMAKE_INSTALL_PREFIX}/share/qfx/support")
