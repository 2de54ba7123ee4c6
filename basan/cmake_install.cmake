# Install script for directory: /tmp/nb/wt

# Set the install prefix
if(NOT DEFINED CMAKE_INSTALL_PREFIX)
  set(CMAKE_INSTALL_PREFIX "/usr/local")
endif()
string(REGEX REPLACE "/$" "" CMAKE_INSTALL_PREFIX "${CMAKE_INSTALL_PREFIX}")

# Set the install configuration name.
if(NOT DEFINED CMAKE_INSTALL_CONFIG_NAME)
  if(BUILD_TYPE)
    string(REGEX REPLACE "^[^A-Za-z0-9_]+" ""
           CMAKE_INSTALL_CONFIG_NAME "${BUILD_TYPE}")
  else()
    set(CMAKE_INSTALL_CONFIG_NAME "Debug")
  endif()
  message(STATUS "Install configuration: \"${CMAKE_INSTALL_CONFIG_NAME}\"")
endif()

# Set the component getting installed.
if(NOT CMAKE_INSTALL_COMPONENT)
  if(COMPONENT)
    message(STATUS "Install component: \"${COMPONENT}\"")
    set(CMAKE_INSTALL_COMPONENT "${COMPONENT}")
  else()
    set(CMAKE_INSTALL_COMPONENT)
  endif()
endif()

# Install shared libraries without execute permission?
if(NOT DEFINED CMAKE_INSTALL_SO_NO_EXE)
  set(CMAKE_INSTALL_SO_NO_EXE "1")
endif()

# Is this installation the result of a crosscompile?
if(NOT DEFINED CMAKE_CROSSCOMPILING)
  set(CMAKE_CROSSCOMPILING "FALSE")
endif()

# Set default install directory permissions.
if(NOT DEFINED CMAKE_OBJDUMP)
  set(CMAKE_OBJDUMP "/usr/bin/objdump")
endif()

if(NOT CMAKE_INSTALL_LOCAL_ONLY)
  # Include the install script for the subdirectory.
  include("/tmp/nb/wt/basan/tests/cmake_install.cmake")
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/include/taper" TYPE FILE FILES "/tmp/nb/wt/taper.h")
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/include/taper" TYPE DIRECTORY FILES "/tmp/nb/wt/core" FILES_MATCHING REGEX "/[^/]*\\.h$" REGEX "/[^/]*\\.def$" REGEX "/core\\/cpu$" EXCLUDE REGEX "/core\\/backend\\.h$" EXCLUDE REGEX "/core\\/tensor\\_struct\\.h$" EXCLUDE REGEX "/core\\/random\\_engine\\.h$" EXCLUDE REGEX "/autograd\\/node\\.h$" EXCLUDE REGEX "/autograd\\/ops\\/kernel\\.h$" EXCLUDE REGEX "/data\\/images\\.h$" EXCLUDE REGEX "/data\\/download\\.h$" EXCLUDE REGEX "/data\\/loader\\_struct\\.h$" EXCLUDE)
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/include/taper" TYPE DIRECTORY FILES "/tmp/nb/wt/autograd" FILES_MATCHING REGEX "/[^/]*\\.h$" REGEX "/[^/]*\\.def$" REGEX "/core\\/cpu$" EXCLUDE REGEX "/core\\/backend\\.h$" EXCLUDE REGEX "/core\\/tensor\\_struct\\.h$" EXCLUDE REGEX "/core\\/random\\_engine\\.h$" EXCLUDE REGEX "/autograd\\/node\\.h$" EXCLUDE REGEX "/autograd\\/ops\\/kernel\\.h$" EXCLUDE REGEX "/data\\/images\\.h$" EXCLUDE REGEX "/data\\/download\\.h$" EXCLUDE REGEX "/data\\/loader\\_struct\\.h$" EXCLUDE)
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/include/taper" TYPE DIRECTORY FILES "/tmp/nb/wt/nn" FILES_MATCHING REGEX "/[^/]*\\.h$" REGEX "/[^/]*\\.def$" REGEX "/core\\/cpu$" EXCLUDE REGEX "/core\\/backend\\.h$" EXCLUDE REGEX "/core\\/tensor\\_struct\\.h$" EXCLUDE REGEX "/core\\/random\\_engine\\.h$" EXCLUDE REGEX "/autograd\\/node\\.h$" EXCLUDE REGEX "/autograd\\/ops\\/kernel\\.h$" EXCLUDE REGEX "/data\\/images\\.h$" EXCLUDE REGEX "/data\\/download\\.h$" EXCLUDE REGEX "/data\\/loader\\_struct\\.h$" EXCLUDE)
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/include/taper" TYPE DIRECTORY FILES "/tmp/nb/wt/optim" FILES_MATCHING REGEX "/[^/]*\\.h$" REGEX "/[^/]*\\.def$" REGEX "/core\\/cpu$" EXCLUDE REGEX "/core\\/backend\\.h$" EXCLUDE REGEX "/core\\/tensor\\_struct\\.h$" EXCLUDE REGEX "/core\\/random\\_engine\\.h$" EXCLUDE REGEX "/autograd\\/node\\.h$" EXCLUDE REGEX "/autograd\\/ops\\/kernel\\.h$" EXCLUDE REGEX "/data\\/images\\.h$" EXCLUDE REGEX "/data\\/download\\.h$" EXCLUDE REGEX "/data\\/loader\\_struct\\.h$" EXCLUDE)
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/include/taper" TYPE DIRECTORY FILES "/tmp/nb/wt/data" FILES_MATCHING REGEX "/[^/]*\\.h$" REGEX "/[^/]*\\.def$" REGEX "/core\\/cpu$" EXCLUDE REGEX "/core\\/backend\\.h$" EXCLUDE REGEX "/core\\/tensor\\_struct\\.h$" EXCLUDE REGEX "/core\\/random\\_engine\\.h$" EXCLUDE REGEX "/autograd\\/node\\.h$" EXCLUDE REGEX "/autograd\\/ops\\/kernel\\.h$" EXCLUDE REGEX "/data\\/images\\.h$" EXCLUDE REGEX "/data\\/download\\.h$" EXCLUDE REGEX "/data\\/loader\\_struct\\.h$" EXCLUDE)
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/include/taper" TYPE DIRECTORY FILES "/tmp/nb/wt/cuda" FILES_MATCHING REGEX "/[^/]*\\.h$" REGEX "/[^/]*\\.def$" REGEX "/core\\/cpu$" EXCLUDE REGEX "/core\\/backend\\.h$" EXCLUDE REGEX "/core\\/tensor\\_struct\\.h$" EXCLUDE REGEX "/core\\/random\\_engine\\.h$" EXCLUDE REGEX "/autograd\\/node\\.h$" EXCLUDE REGEX "/autograd\\/ops\\/kernel\\.h$" EXCLUDE REGEX "/data\\/images\\.h$" EXCLUDE REGEX "/data\\/download\\.h$" EXCLUDE REGEX "/data\\/loader\\_struct\\.h$" EXCLUDE)
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  foreach(file
      "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libtaper.so.0.1.0"
      "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libtaper.so.0"
      )
    if(EXISTS "${file}" AND
       NOT IS_SYMLINK "${file}")
      file(RPATH_CHECK
           FILE "${file}"
           RPATH "")
    endif()
  endforeach()
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/lib" TYPE SHARED_LIBRARY FILES
    "/tmp/nb/wt/basan/libtaper.so.0.1.0"
    "/tmp/nb/wt/basan/libtaper.so.0"
    )
  foreach(file
      "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libtaper.so.0.1.0"
      "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libtaper.so.0"
      )
    if(EXISTS "${file}" AND
       NOT IS_SYMLINK "${file}")
      file(RPATH_CHANGE
           FILE "${file}"
           OLD_RPATH "/usr/lib/x86_64-linux-gnu/blis-openmp:"
           NEW_RPATH "")
      if(CMAKE_INSTALL_DO_STRIP)
        execute_process(COMMAND "/usr/bin/strip" "${file}")
      endif()
    endif()
  endforeach()
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  if(EXISTS "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libtaper.so" AND
     NOT IS_SYMLINK "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libtaper.so")
    file(RPATH_CHECK
         FILE "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libtaper.so"
         RPATH "")
  endif()
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/lib" TYPE SHARED_LIBRARY FILES "/tmp/nb/wt/basan/libtaper.so")
  if(EXISTS "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libtaper.so" AND
     NOT IS_SYMLINK "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libtaper.so")
    file(RPATH_CHANGE
         FILE "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libtaper.so"
         OLD_RPATH "/usr/lib/x86_64-linux-gnu/blis-openmp:"
         NEW_RPATH "")
    if(CMAKE_INSTALL_DO_STRIP)
      execute_process(COMMAND "/usr/bin/strip" "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libtaper.so")
    endif()
  endif()
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/lib" TYPE STATIC_LIBRARY FILES "/tmp/nb/wt/basan/libtaper.a")
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  if(EXISTS "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/cmake/taper/taperTargets.cmake")
    file(DIFFERENT _cmake_export_file_changed FILES
         "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/cmake/taper/taperTargets.cmake"
         "/tmp/nb/wt/basan/CMakeFiles/Export/ff9f0490bbc6f44625a18378da0a36a6/taperTargets.cmake")
    if(_cmake_export_file_changed)
      file(GLOB _cmake_old_config_files "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/cmake/taper/taperTargets-*.cmake")
      if(_cmake_old_config_files)
        string(REPLACE ";" ", " _cmake_old_config_files_text "${_cmake_old_config_files}")
        message(STATUS "Old export file \"$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/cmake/taper/taperTargets.cmake\" will be replaced.  Removing files [${_cmake_old_config_files_text}].")
        unset(_cmake_old_config_files_text)
        file(REMOVE ${_cmake_old_config_files})
      endif()
      unset(_cmake_old_config_files)
    endif()
    unset(_cmake_export_file_changed)
  endif()
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/cmake/taper" TYPE FILE FILES "/tmp/nb/wt/basan/CMakeFiles/Export/ff9f0490bbc6f44625a18378da0a36a6/taperTargets.cmake")
  if(CMAKE_INSTALL_CONFIG_NAME MATCHES "^([Dd][Ee][Bb][Uu][Gg])$")
    file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/cmake/taper" TYPE FILE FILES "/tmp/nb/wt/basan/CMakeFiles/Export/ff9f0490bbc6f44625a18378da0a36a6/taperTargets-debug.cmake")
  endif()
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  if(EXISTS "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/cmake/taper/taperStaticTargets.cmake")
    file(DIFFERENT _cmake_export_file_changed FILES
         "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/cmake/taper/taperStaticTargets.cmake"
         "/tmp/nb/wt/basan/CMakeFiles/Export/ff9f0490bbc6f44625a18378da0a36a6/taperStaticTargets.cmake")
    if(_cmake_export_file_changed)
      file(GLOB _cmake_old_config_files "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/cmake/taper/taperStaticTargets-*.cmake")
      if(_cmake_old_config_files)
        string(REPLACE ";" ", " _cmake_old_config_files_text "${_cmake_old_config_files}")
        message(STATUS "Old export file \"$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/cmake/taper/taperStaticTargets.cmake\" will be replaced.  Removing files [${_cmake_old_config_files_text}].")
        unset(_cmake_old_config_files_text)
        file(REMOVE ${_cmake_old_config_files})
      endif()
      unset(_cmake_old_config_files)
    endif()
    unset(_cmake_export_file_changed)
  endif()
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/cmake/taper" TYPE FILE FILES "/tmp/nb/wt/basan/CMakeFiles/Export/ff9f0490bbc6f44625a18378da0a36a6/taperStaticTargets.cmake")
  if(CMAKE_INSTALL_CONFIG_NAME MATCHES "^([Dd][Ee][Bb][Uu][Gg])$")
    file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/cmake/taper" TYPE FILE FILES "/tmp/nb/wt/basan/CMakeFiles/Export/ff9f0490bbc6f44625a18378da0a36a6/taperStaticTargets-debug.cmake")
  endif()
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/cmake/taper" TYPE FILE FILES
    "/tmp/nb/wt/basan/taperConfig.cmake"
    "/tmp/nb/wt/basan/taperConfigVersion.cmake"
    )
endif()

if(CMAKE_INSTALL_COMPONENT STREQUAL "Unspecified" OR NOT CMAKE_INSTALL_COMPONENT)
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/pkgconfig" TYPE FILE FILES "/tmp/nb/wt/basan/taper.pc")
endif()

if(CMAKE_INSTALL_COMPONENT)
  set(CMAKE_INSTALL_MANIFEST "install_manifest_${CMAKE_INSTALL_COMPONENT}.txt")
else()
  set(CMAKE_INSTALL_MANIFEST "install_manifest.txt")
endif()

string(REPLACE ";" "\n" CMAKE_INSTALL_MANIFEST_CONTENT
       "${CMAKE_INSTALL_MANIFEST_FILES}")
file(WRITE "/tmp/nb/wt/basan/${CMAKE_INSTALL_MANIFEST}"
     "${CMAKE_INSTALL_MANIFEST_CONTENT}")
