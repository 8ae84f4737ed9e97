# Which commit the sources are, into a C file: run at every build, which is another file only when
# the answer is another. In a checkout git says; an archive (git archive, a release's tarball) has
# the answer in cmake/archived, where git writes it (.gitattributes). The day is the commit's, so
# that the same sources make the same program.
#   cmake -DSOURCE=DIR -DFILE=FILE -P commit.cmake
set(commit "")
set(day "")
set(changed false)
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git)
	execute_process(COMMAND ${GIT} -C ${SOURCE} log -1 --format=%H\ %cs
		OUTPUT_VARIABLE said ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
	execute_process(COMMAND ${GIT} -C ${SOURCE} status --porcelain --untracked-files=no
		OUTPUT_VARIABLE differs ERROR_QUIET)
	if(NOT differs STREQUAL "")
		set(changed true)
	endif()
else()
	file(STRINGS ${SOURCE}/cmake/archived said LIMIT_COUNT 1)
endif()
if(said MATCHES "^([0-9a-f]+) ([0-9-]+)$")
	set(commit ${CMAKE_MATCH_1})
	set(day ${CMAKE_MATCH_2})
endif()
set(text "#include \"cli/version.h\"\n
const char source_commit[] = \"${commit}\", source_date[] = \"${day}\";
const bool source_changed = ${changed};\n")
set(before "")
if(EXISTS ${FILE})
	file(READ ${FILE} before)
endif()
if(NOT before STREQUAL text)
	file(WRITE ${FILE} "${text}")
endif()
