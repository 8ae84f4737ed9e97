# The house style of every target, and the two functions that make rooms and tests.

add_library(house_style INTERFACE)
target_compile_options(house_style INTERFACE
	-Wall -Wextra -Wconversion -Wshadow -Wpedantic -Wstrict-prototypes
	-Wmissing-prototypes -Wvla -Wundef
	# a*b+c must round twice on every machine, or results differ between them
	-ffp-contract=off)
if(WERROR)
	target_compile_options(house_style INTERFACE -Werror)
endif()
# Assertions stay on in every build: a bug in our own code must stop, not guess.
target_compile_options(house_style INTERFACE -UNDEBUG)
target_compile_definitions(house_style INTERFACE _POSIX_C_SOURCE=200809L)
target_include_directories(house_style INTERFACE ${CMAKE_SOURCE_DIR})

# The same sources make the same program, wherever they lie. Builds to debug keep where that is.
if(NOT CMAKE_BUILD_TYPE STREQUAL Debug)
	target_compile_options(house_style INTERFACE -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
	# gcc's LTO compiles once more as it links
	target_link_options(house_style INTERFACE -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
endif()

# These reach the test frameworks' objects too, so that one runtime is used.
if(SANITIZE)
	add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
		-fno-omit-frame-pointer)
	add_link_options(-fsanitize=address,undefined)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/harden.cmake)

# room(NAME [NO_CANARY] SOURCES a.c ... [KNOWS room ...] [LIBS target ...])
# A room is a static library; KNOWS are the rooms whose headers it may include
# (tools/check-includes holds the whole table), LIBS are third-party targets. NO_CANARY:
# no byte of a file or a guest comes into it but through rooms that check them (harden.cmake).
function(room name)
	cmake_parse_arguments(R "NO_CANARY" "" "SOURCES;KNOWS;LIBS" ${ARGN})
	string(REPLACE "-" "_" target "room_${name}")
	add_library(${target} STATIC ${R_SOURCES})
	target_link_libraries(${target} PRIVATE house_style)
	set_target_properties(${target} PROPERTIES NO_CANARY ${R_NO_CANARY})
	foreach(known ${R_KNOWS})
		string(REPLACE "-" "_" other "room_${known}")
		target_link_libraries(${target} PUBLIC ${other})
	endforeach()
	target_link_libraries(${target} PRIVATE ${R_LIBS})
endfunction()

# unit_test(NAME SOURCES a.c ... ROOMS room ... [LIBS target ...] [LABELS l ...])
# One Criterion program. Under a sanitizer the runner tools/run-test turns a
# leak report into a failure, which Criterion 2.4.1 alone does not.
function(unit_test name)
	cmake_parse_arguments(T "" "" "SOURCES;ROOMS;LIBS;LABELS" ${ARGN})
	add_executable(test_${name} ${T_SOURCES})
	target_link_libraries(test_${name} PRIVATE house_style PkgConfig::criterion)
	foreach(r ${T_ROOMS})
		string(REPLACE "-" "_" target "room_${r}")
		target_link_libraries(test_${name} PRIVATE ${target})
	endforeach()
	target_link_libraries(test_${name} PRIVATE ${T_LIBS})
	add_test(NAME ${name}
		COMMAND ${CMAKE_SOURCE_DIR}/tools/run-test $<TARGET_FILE:test_${name}>
		WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
	set_tests_properties(${name} PROPERTIES
		SKIP_RETURN_CODE 77 LABELS "unit;${T_LABELS}"
		ENVIRONMENT "HOMENODE=${CMAKE_BINARY_DIR}/homenode;HOMENODE_BUILD=${CMAKE_BINARY_DIR};HOMENODE_CONFIG=")
endfunction()

# cli_test(NAME script [args ...]): a script run from the source root; 77 = skipped.
function(cli_test name script)
	add_test(NAME ${name} COMMAND ${CMAKE_SOURCE_DIR}/${script} ${ARGN}
		WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
	set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 LABELS "cli"
		ENVIRONMENT "HOMENODE=${CMAKE_BINARY_DIR}/homenode;HOMENODE_BUILD=${CMAKE_BINARY_DIR};HOMENODE_CONFIG=")
endfunction()
