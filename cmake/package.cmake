# cpack -G DEB (in the build directory): the program, its data, man pages and completion as a Debian
# package. Libraries it needs are found by dpkg-shlibdeps (dpkg-dev); package_deb.cmake puts there
# what a package has beside what is installed. homenode-mpi is left out: it
# would bring Open MPI to every machine that checks a figure.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME homenode)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "homenode maintainers")
set(CPACK_PACKAGE_CONTACT "homenode maintainers <maintainers@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "places zones on NUMA nodes, simulates and checks it")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "homenode decides which NUMA nodes a zone (a VM, or a pod in a VM) lives on,
shows what that costs over the zone's life, and compares policies with each
other, with a baseline and with real machines.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS gnuplot-nox)
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
	GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_HOMENODE_SOURCE ${CMAKE_SOURCE_DIR})
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/cmake/package_deb.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/package_deb.cmake)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL Unspecified)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
include(CPack)
