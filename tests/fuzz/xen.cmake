# The parsers are compiled anew, so that the fuzzer sees their branches.
add_executable(fuzz_xen_dump fuzz_xen_dump.c ${CMAKE_SOURCE_DIR}/backend-xen/dump_heap.c
	${CMAKE_SOURCE_DIR}/backend-xen/dump_numa.c ${CMAKE_SOURCE_DIR}/backend-xen/dump_text.c)
target_compile_options(fuzz_xen_dump PRIVATE -fsanitize=fuzzer,address,undefined
	-fno-sanitize-recover=all -O1 -g)
target_link_options(fuzz_xen_dump PRIVATE -fsanitize=fuzzer,address,undefined)
target_link_libraries(fuzz_xen_dump PRIVATE house_style room_base)
