# Xen's libraries of another release than this machine's, unpacked into XEN_ROOT (what
# `dpkg -x` makes of libxen-dev and what it depends on; `tools/xen-rig/run --release NAME
# --fetch` prints such a folder). homenode-dom0 built with them runs in that release's
# dom0; here, where these libraries are not installed, nothing that drives Xen runs.
set(xen_root_libs ${XEN_ROOT}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
add_library(PkgConfig::xen INTERFACE IMPORTED)
target_include_directories(PkgConfig::xen SYSTEM INTERFACE ${XEN_ROOT}/usr/include)
foreach(library xenlight xenctrl xenguest xenstore xentoollog)
	if(NOT EXISTS ${xen_root_libs}/lib${library}.so)
		message(FATAL_ERROR "XEN_ROOT: there is no ${xen_root_libs}/lib${library}.so: unpack "
			"libxen-dev and the libraries it depends on into ${XEN_ROOT}")
	endif()
	target_link_libraries(PkgConfig::xen INTERFACE ${xen_root_libs}/lib${library}.so)
endforeach()
# they may want a newer C library than this machine's, and find it where they run
target_link_options(PkgConfig::xen INTERFACE
	-Wl,--allow-shlib-undefined -Wl,-rpath-link,${xen_root_libs})
# nor is the folder to be looked for there
set(CMAKE_SKIP_RPATH ON)
file(STRINGS ${xen_root_libs}/pkgconfig/xenlight.pc xen_xenlight_VERSION REGEX "^Version:")
string(REPLACE "Version: " "" xen_xenlight_VERSION "${xen_xenlight_VERSION}")
set(xen_FOUND TRUE)
