# Third-party libraries. Each has one home in the tree (see CONTRIBUTING.md).
find_package(PkgConfig REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
pkg_check_modules(hwloc REQUIRED IMPORTED_TARGET hwloc>=2.4)
pkg_check_modules(expat REQUIRED IMPORTED_TARGET expat>=2.4)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson>=2.13)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(nettle REQUIRED IMPORTED_TARGET nettle)
pkg_check_modules(lzma REQUIRED IMPORTED_TARGET liblzma)
pkg_check_modules(z REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
# bzip2 has no file for pkg-config
find_package(BZip2 REQUIRED)
add_library(PkgConfig::bz2 INTERFACE IMPORTED)
set_target_properties(PkgConfig::bz2 PROPERTIES INTERFACE_LINK_LIBRARIES "${BZIP2_LIBRARIES}")
# for traces that are databases; without it a sentence says how to get at them
option(SQLITE "Read traces that are SQLite databases where libsqlite3 is" ON)
if(SQLITE)
	pkg_check_modules(sqlite3 IMPORTED_TARGET sqlite3)
endif()
# the linux backend; without it a sentence says how to get it
option(LIBNUMA "Build the linux backend where libnuma is" ON)
if(LIBNUMA)
	pkg_check_modules(numa IMPORTED_TARGET numa)
endif()

# what hwloc's own process may do; without it that is not restricted
option(SECCOMP "Confine what reads broken files where libseccomp is" ON)
if(SECCOMP)
	pkg_check_modules(seccomp IMPORTED_TARGET libseccomp)
endif()

# homenode-mpi; without it `homenode sweep` on ranks says how to get it
option(MPI "Build homenode-mpi where Open MPI is" ON)
if(MPI)
	pkg_check_modules(mpi IMPORTED_TARGET ompi-c)
endif()

# A program with the property STATIC_PACKAGES takes these libraries into itself, where
# they are installed as archives: for a dom0 that has none of them. hwloc's own need of
# libudev is met by cli/without_udev.c.
set(STATIC_PACKAGES ON)
foreach(package hwloc expat jansson yaml nettle lzma z zstd bz2 sqlite3 numa seccomp)
	if(NOT TARGET PkgConfig::${package})
		continue()
	endif()
	find_library(${package}_archive NAMES lib${package}.a HINTS ${${package}_LIBRARY_DIRS})
	if(NOT ${package}_archive)
		set(STATIC_PACKAGES OFF)
	endif()
	get_target_property(shared PkgConfig::${package} INTERFACE_LINK_LIBRARIES)
	set_target_properties(PkgConfig::${package} PROPERTIES INTERFACE_LINK_LIBRARIES
		"$<IF:$<BOOL:$<TARGET_PROPERTY:STATIC_PACKAGES>>,${${package}_archive},${shared}>")
endforeach()

# For backend-xen/, which says how to get them where they are missing.
option(XEN "Drive Xen hosts, where libxl is installed" ON)
set(XEN_ROOT "" CACHE PATH "Folder with Xen's libraries of another release, to build for its dom0")
if(XEN AND XEN_ROOT)
	include(${CMAKE_CURRENT_LIST_DIR}/xen_root.cmake)
elseif(XEN)
	pkg_check_modules(xen IMPORTED_TARGET xenlight xencontrol xenguest xenstore xentoollog)
endif()
if(xen_FOUND)
	string(REGEX MATCH "^[0-9]+\\.[0-9]+" XEN_LIBRARY_VERSION "${xen_xenlight_VERSION}")
endif()
# The program needs no test library: who has none and did not ask for tests gets none.
if(BUILD_TESTING OR NOT DEFINED BUILD_TESTING)
	pkg_check_modules(criterion IMPORTED_TARGET criterion)
	set(no_criterion "no Criterion (libcriterion-dev has it)")
	if(NOT criterion_FOUND AND BUILD_TESTING)
		message(FATAL_ERROR "BUILD_TESTING is ON and there is ${no_criterion}: install it, or configure with -DBUILD_TESTING=OFF")
	elseif(NOT criterion_FOUND)
		message(STATUS "${no_criterion}: the tests are not built")
		set(BUILD_TESTING OFF)
	endif()
endif()
