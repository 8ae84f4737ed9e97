# What a Debian package has beside what is installed. cpack reads this twice: before it collects
# the files (CPACK_PROJECT_CONFIG_FILE), and when they lie there (CPACK_PRE_BUILD_SCRIPTS).
# Times are the commit's, unless SOURCE_DATE_EPOCH says another, so that the same sources make the
# same bytes; who packs is asked in the way of Debian's own tools, DEBFULLNAME and DEBEMAIL.
if(NOT CPACK_GENERATOR STREQUAL DEB)
	return()
endif()

if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
	find_program(GIT git)
	if(GIT)
		execute_process(COMMAND ${GIT} -C ${CPACK_HOMENODE_SOURCE} log -1 --format=%ct
			OUTPUT_VARIABLE seconds ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
	endif()
	if(seconds MATCHES "^[0-9]+$")
		set(ENV{SOURCE_DATE_EPOCH} ${seconds})
	endif()
endif()
if(NOT "$ENV{DEBEMAIL}" STREQUAL "")
	set(CPACK_DEBIAN_PACKAGE_MAINTAINER "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
	if("$ENV{DEBFULLNAME}" STREQUAL "")
		set(CPACK_DEBIAN_PACKAGE_MAINTAINER "homenode maintainers <$ENV{DEBEMAIL}>")
	endif()
else()
	set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${CPACK_PACKAGE_CONTACT}")
endif()

# the folder is there only the second time
if(NOT CPACK_TEMPORARY_DIRECTORY)
	return()
endif()
file(GLOB usr ${CPACK_TEMPORARY_DIRECTORY}/*/usr)
if(NOT usr)
	return()
endif()
set(doc ${usr}/share/doc/homenode)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${doc}/changelog "homenode (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * What changed is in CHANGELOG.md of the sources.

 -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${date}
")
file(WRITE ${doc}/copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: homenode

Files: *
Copyright: the homenode authors
License: Apache-2.0
 On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.
")
file(WRITE ${usr}/share/lintian/overrides/homenode
"# it runs in guests that have no libraries, from an initramfs
homenode: shared-library-lacks-prerequisites [usr/bin/homenode-probe]
homenode: statically-linked-binary [usr/bin/homenode-probe]
")
file(GLOB pages ${usr}/share/man/man1/*.1)
execute_process(COMMAND gzip -9n ${pages} ${doc}/changelog COMMAND_ERROR_IS_FATAL ANY)
