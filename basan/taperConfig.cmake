
####### Expanded from @PACKAGE_INIT@ by configure_package_config_file() #######
####### Any changes to this file will be overwritten by the next CMake run ####
####### The input file was taperConfig.cmake.in                            ########

get_filename_component(PACKAGE_PREFIX_DIR "${CMAKE_CURRENT_LIST_DIR}/../../../" ABSOLUTE)

macro(set_and_check _var _file)
  set(${_var} "${_file}")
  if(NOT EXISTS "${_file}")
    message(FATAL_ERROR "File or directory ${_file} referenced by variable ${_var} does not exist !")
  endif()
endmacro()

macro(check_required_components _NAME)
  foreach(comp ${${_NAME}_FIND_COMPONENTS})
    if(NOT ${_NAME}_${comp}_FOUND)
      if(${_NAME}_FIND_REQUIRED_${comp})
        set(${_NAME}_FOUND FALSE)
      endif()
    endif()
  endforeach()
endmacro()

####################################################################################

# find_package(taper) gives taper::taper, the shared library, which brings what it needs along.
# find_package(taper COMPONENTS static) gives taper::static as well and looks for what that one needs.
include(${CMAKE_CURRENT_LIST_DIR}/taperTargets.cmake)
if("static" IN_LIST taper_FIND_COMPONENTS)
  include(CMakeFindDependencyMacro)
  find_dependency(Threads)
  find_dependency(OpenMP COMPONENTS C)
  find_dependency(CURL)
  find_dependency(LibArchive)
  find_dependency(OpenSSL COMPONENTS Crypto)
  find_dependency(PkgConfig)
  pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
  include(${CMAKE_CURRENT_LIST_DIR}/taperStaticTargets.cmake)
endif()
