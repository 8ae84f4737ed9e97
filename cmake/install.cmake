include(GNUInstallDirs)

if(TARGET homenode)
	install(TARGETS homenode RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET homenode-mpi)
	install(TARGETS homenode-mpi RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT mpi)
endif()
install(DIRECTORY topologies workloads DESTINATION ${CMAKE_INSTALL_DATADIR}/homenode
	FILES_MATCHING PATTERN "*.xml" PATTERN "*.json")
install(DIRECTORY docs/examples DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The man pages and the completion come out of each program's own option tables.
set(completion_of_bash ${CMAKE_INSTALL_DATADIR}/bash-completion/completions/ "")
set(completion_of_zsh ${CMAKE_INSTALL_DATADIR}/zsh/site-functions/_ "")
set(completion_of_fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d/ ".fish")
foreach(program homenode homenode-mpi)
	if(NOT TARGET ${program} OR CMAKE_CROSSCOMPILING)
		continue()
	endif()
	set(pages ${CMAKE_BINARY_DIR}/man/${program})
	add_custom_command(OUTPUT ${pages}/${program}.1
		COMMAND ${CMAKE_COMMAND} -E rm -rf ${pages}
		COMMAND ${CMAKE_COMMAND} -E make_directory ${pages}
		COMMAND ${CMAKE_COMMAND} -E env HOMENODE_CONFIG=
			$<TARGET_FILE:${program}> help --man --output ${pages}
		DEPENDS ${program})
	set(written ${pages}/${program}.1)
	install(DIRECTORY ${pages}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
		FILES_MATCHING PATTERN "*.1")
	foreach(shell bash zsh fish)
		set(script ${CMAKE_BINARY_DIR}/${program}.${shell})
		add_custom_command(OUTPUT ${script}
			COMMAND ${CMAKE_COMMAND} -E env HOMENODE_CONFIG=
				$<TARGET_FILE:${program}> help --completion ${shell} > ${script}
			DEPENDS ${program})
		list(APPEND written ${script})
		list(GET completion_of_${shell} 0 place)
		list(GET completion_of_${shell} 1 ending)
		get_filename_component(folder ${place}x DIRECTORY)
		string(REPLACE "${folder}/" "" beginning ${place})
		install(FILES ${script} DESTINATION ${folder} RENAME ${beginning}${program}${ending})
	endforeach()
	add_custom_target(docs-${program} ALL DEPENDS ${written})
endforeach()
