# Installs the library, so that find_package(tripline) finds it, and the program. Everything has its path
# relative to the prefix, so what is installed may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/tripline)
install(TARGETS tripline EXPORT tripline-targets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/tripline DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT tripline-targets NAMESPACE tripline:: DESTINATION ${package})
configure_package_config_file(tripline-config.cmake.in tripline-config.cmake INSTALL_DESTINATION ${package}
                              NO_SET_AND_CHECK_MACRO)
# Before 1.0, a minor version may change the interface.
write_basic_package_version_file(tripline-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tripline-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/tripline-config-version.cmake
        DESTINATION ${package})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(TARGET tripline_program)
  install(TARGETS tripline_program)
endif()
