# CMake generated Testfile for 
# Source directory: /tmp/nb/wt
# Build directory: /tmp/nb/wt/basan
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
subdirs("tests")
