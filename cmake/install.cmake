include(GNUInstallDirs)

if(TARGET homenode)
	install(TARGETS homenode RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET homenode-mpi)
	install(TARGETS homenode-mpi RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT mpi)
endif()
install(DIRECTORY topologies workloads DESTINATION ${CMAKE_INSTALL_DATADIR}/homenode
	FILES_MATCHING PATTERN "*.xml" PATTERN "*.json")

# The man page and the completion come out of the program's own option tables.
if(TARGET homenode AND NOT CMAKE_CROSSCOMPILING)
	add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/homenode.1
		COMMAND homenode help --man > ${CMAKE_BINARY_DIR}/homenode.1 DEPENDS homenode)
	add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/homenode.bash
		COMMAND homenode help --completion bash > ${CMAKE_BINARY_DIR}/homenode.bash
		DEPENDS homenode)
	add_custom_target(docs ALL
		DEPENDS ${CMAKE_BINARY_DIR}/homenode.1 ${CMAKE_BINARY_DIR}/homenode.bash)
	install(FILES ${CMAKE_BINARY_DIR}/homenode.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
	install(FILES ${CMAKE_BINARY_DIR}/homenode.bash RENAME homenode
		DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()
