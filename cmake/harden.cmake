# Hardening of programs that are installed, where the compiler and the C library have it:
# tests/cli/hardening.sh reads it off the ELF files. Not in builds to debug, nor under sanitizers,
# which watch more than this does and have checks of the same functions of their own. A distribution
# that builds with flags of its own may turn it off.
option(HARDEN "Build optimised programs position-independent, with checks of stack and buffers" ON)
set(HARDENED OFF)
if(HARDEN AND NOT SANITIZE AND NOT FUZZ AND CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
	set(HARDENED ON)
endif()

include(CheckCSourceCompiles)

# The C library says in a warning that it makes 2 of 3.
function(harden_fortify_level out)
	set(CMAKE_REQUIRED_FLAGS "-O2 -Werror -U_FORTIFY_SOURCE")
	set(CMAKE_REQUIRED_DEFINITIONS -D_FORTIFY_SOURCE=3)
	check_c_source_compiles("#include <string.h>\nint main(void) { return 0; }" HAVE_FORTIFY_3)
	set(${out} 2 PARENT_SCOPE)
	if(HAVE_FORTIFY_3)
		set(${out} 3 PARENT_SCOPE)
	endif()
endfunction()

# harden_flag(NAME FLAG [OPTION]): compile with OPTION, else FLAG, where the compiler knows FLAG
function(harden_flag name flag)
	set(CMAKE_REQUIRED_FLAGS "-Werror ${flag}")
	check_c_source_compiles("int main(void) { return 0; }" HAVE_${name})
	if(HAVE_${name} AND ARGN)
		target_compile_options(house_style INTERFACE ${ARGN})
	elseif(HAVE_${name})
		target_compile_options(house_style INTERFACE ${flag})
	endif()
endfunction()

set(static_link -static)
if(HARDENED)
	harden_fortify_level(level)
	target_compile_options(house_style INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${level})
	# A replay without prices calls ten guarded functions a zone, most of them in rooms that are
	# handed only what others have checked: those say that they need no guard (NO_CANARY).
	harden_flag(STACK_PROTECTOR -fstack-protector-strong
		$<IF:$<BOOL:$<TARGET_PROPERTY:NO_CANARY>>,-fno-stack-protector,-fstack-protector-strong>)
	harden_flag(STACK_CLASH -fstack-clash-protection)
	if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
		harden_flag(CF_PROTECTION -fcf-protection=full)
	endif()
	# what a shared library takes in says so (POSITION_INDEPENDENT_CODE), which is as good
	target_compile_options(house_style INTERFACE
		$<$<NOT:$<BOOL:$<TARGET_PROPERTY:POSITION_INDEPENDENT_CODE>>>:-fPIE>)
	target_link_options(house_style INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
		$<$<AND:$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>,$<NOT:$<BOOL:$<TARGET_PROPERTY:STATIC_PROGRAM>>>>:-pie>)
	# a static program is loaded anywhere too, where there is a start file for that (rcrt1.o)
	set(CMAKE_REQUIRED_FLAGS -fPIE)
	set(CMAKE_REQUIRED_LINK_OPTIONS -static-pie)
	check_c_source_compiles("int main(void) { return 0; }" HAVE_STATIC_PIE)
	unset(CMAKE_REQUIRED_FLAGS)
	unset(CMAKE_REQUIRED_LINK_OPTIONS)
	if(HAVE_STATIC_PIE)
		set(static_link -static-pie)
	endif()
endif()

# static_program(TARGET): it needs no library where it runs
function(static_program target)
	set_target_properties(${target} PROPERTIES STATIC_PROGRAM ON)
	target_link_options(${target} PRIVATE ${static_link})
endfunction()
