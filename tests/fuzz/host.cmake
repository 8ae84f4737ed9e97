file(GLOB fuzz_host_rooms CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/host/*.c ${CMAKE_SOURCE_DIR}/base/*.c)
add_executable(fuzz_host fuzz_host.c ${fuzz_host_rooms})
target_compile_options(fuzz_host PRIVATE -fsanitize=fuzzer,address,undefined
	-fno-sanitize-recover=all -O1 -g)
target_link_options(fuzz_host PRIVATE -fsanitize=fuzzer,address,undefined)
target_link_libraries(fuzz_host PRIVATE house_style PkgConfig::hwloc PkgConfig::expat PkgConfig::jansson
	PkgConfig::md PkgConfig::lzma PkgConfig::z PkgConfig::zstd m)
