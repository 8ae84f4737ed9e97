include(GNUInstallDirs)
install(TARGETS homenode RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY topologies workloads DESTINATION ${CMAKE_INSTALL_DATADIR}/homenode)
