# cmake --install: the command, the rooms as find_package(qfx), the headers, and what generated code includes.
# The train room is the component `train`, so that a project without torch finds the rest.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY QFX_ROOMS)
foreach(room ${rooms})
  set(export qfxTargets)
  if(room STREQUAL train)
    set(export qfxTrainTargets)
  endif()
  install(TARGETS qfx_${room} EXPORT ${export} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/include/qfx/${room})
    install(DIRECTORY include/qfx/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/qfx FILES_MATCHING PATTERN "*.h")
  endif()
endforeach()
if(TARGET qfx)
  install(TARGETS qfx RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET qfx_torch)  # which qfx looks for beside itself
  install(TARGETS qfx_torch RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY support/ DESTINATION ${CMAKE_INSTALL_DATADIR}/qfx/support)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/qfx)
install(EXPORT qfxTargets NAMESPACE qfx:: DESTINATION ${package_dir})
if(TARGET qfx_train)
  install(EXPORT qfxTrainTargets NAMESPACE qfx:: DESTINATION ${package_dir})
endif()
configure_package_config_file(cmake/qfxConfig.cmake.in ${PROJECT_BINARY_DIR}/qfxConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/qfxConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/qfxConfig.cmake ${PROJECT_BINARY_DIR}/qfxConfigVersion.cmake
  DESTINATION ${package_dir})
