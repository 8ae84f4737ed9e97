# Third-party libraries. Each has one home in the tree (see CONTRIBUTING.md).
find_package(PkgConfig REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
pkg_check_modules(hwloc REQUIRED IMPORTED_TARGET hwloc>=2.4)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson>=2.13)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(md REQUIRED IMPORTED_TARGET libmd)
pkg_check_modules(lzma REQUIRED IMPORTED_TARGET liblzma)
# the linux backend; without it a sentence says how to get it
pkg_check_modules(numa IMPORTED_TARGET numa)
if(BUILD_TESTING OR NOT DEFINED BUILD_TESTING)
	pkg_check_modules(criterion REQUIRED IMPORTED_TARGET criterion)
endif()
