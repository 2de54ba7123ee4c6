# Headers under include/taper, both libraries, a CMake package (taper::taper, and taper::static) and taper.pc.

install(FILES taper.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/taper)
foreach(folder core autograd nn optim data cuda)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/taper
    FILES_MATCHING PATTERN "*.h" PATTERN "*.def"
    # Inside of the library: the kernel table, the tensor's fields, the helpers of the operations.
    PATTERN "core/cpu" EXCLUDE PATTERN "core/backend.h" EXCLUDE PATTERN "core/tensor_struct.h" EXCLUDE
    PATTERN "core/random_engine.h" EXCLUDE PATTERN "core/print.h" EXCLUDE PATTERN "autograd/node.h" EXCLUDE
    PATTERN "autograd/ops/kernel.h" EXCLUDE PATTERN "data/images.h" EXCLUDE PATTERN "data/download.h" EXCLUDE
    PATTERN "data/loader_struct.h" EXCLUDE PATTERN "nn/module_struct.h" EXCLUDE
    PATTERN "nn/layer.h" EXCLUDE PATTERN "nn/repr.h" EXCLUDE)
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
