# The page's files become one text, and that an array in C. Run by the build:
#	cmake -DSOURCE=report/page -DLIBRARY=dygraph.min.js -DLIBRARY_STYLE=dygraph.min.css
#		-DOUTPUT=page_template.c -P assemble.cmake
# Without a library (LIBRARY empty) the page draws curves itself, plainly.
cmake_minimum_required(VERSION 3.22)

set(scripts units.js sheet.js errors.js answer.js replay.js refusals.js dom.js bars.js curves.js
	tables.js first.js time.js fleet.js host_panel.js space.js refusals_section.js pairs.js measured.js
	hosts.js recording.js main.js)

file(READ ${SOURCE}/page.html page)
file(READ ${SOURCE}/page.css style)
set(script "")
foreach(name ${scripts})
	file(READ ${SOURCE}/${name} text)
	string(APPEND script "${text}")
endforeach()
set(library "")
set(has_library false)
if(LIBRARY)
	file(READ ${LIBRARY} library)
	file(READ ${LIBRARY_STYLE} library_style)
	# a map of the source is a file that the page does not have
	string(REGEX REPLACE "(//|/\\*)# sourceMappingURL=[^\n]*" "" library "${library}")
	string(REGEX REPLACE "(//|/\\*)# sourceMappingURL=[^\n]*" "" library_style "${library_style}")
	string(PREPEND style "${library_style}\n")
	set(has_library true)
endif()
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@LIBRARY@" "${library}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")
string(HEX "${page}" hex)
string(REGEX REPLACE "(................................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
file(WRITE ${OUTPUT} "#include \"report/page_template.h\"\n\nconst bool page_library = ${has_library};\n"
	"const unsigned char page_template[] = {\n${hex}0};\n")
