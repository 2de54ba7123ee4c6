# Headers under include/taper, both libraries, a CMake package (taper::taper, and taper::static) and taper.pc.

install(FILES taper.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/taper)
# Inner headers say "Not installed." where they say what they are.
file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}
  core/*.h autograd/*.h autograd/ops/*.h autograd/ops/*.def nn/*.h optim/*.h data/*.h cuda/*.h)
foreach(header IN LISTS headers)
  file(READ ${header} opening LIMIT 2000)
  string(REGEX REPLACE "[\n *]+" " " opening "${opening}")
  if(NOT opening MATCHES "Not installed\\.")
    get_filename_component(folder ${header} DIRECTORY)
    install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/taper/${folder})
  endif()
endforeach()

install(TARGETS taper EXPORT taperTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS taper_static EXPORT taperStaticTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
set_target_properties(taper_static PROPERTIES EXPORT_NAME static)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/taper)
install(EXPORT taperTargets NAMESPACE taper:: DESTINATION ${package})
install(EXPORT taperStaticTargets NAMESPACE taper:: DESTINATION ${package})
configure_package_config_file(cmake/taperConfig.cmake.in taperConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(taperConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/taperConfig.cmake ${CMAKE_BINARY_DIR}/taperConfigVersion.cmake DESTINATION ${package})

# Relative, so that an installation may be moved.
file(RELATIVE_PATH TAPER_PC_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(cmake/taper.pc.in taper.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/taper.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
