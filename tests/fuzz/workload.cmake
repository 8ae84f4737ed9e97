file(GLOB fuzz_workload_rooms CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/zone/*.c ${CMAKE_SOURCE_DIR}/base/*.c)
add_executable(fuzz_workload fuzz_workload.c ${fuzz_workload_rooms})
target_compile_options(fuzz_workload PRIVATE -fsanitize=fuzzer,address,undefined
	-fno-sanitize-recover=all -O1 -g)
target_link_options(fuzz_workload PRIVATE -fsanitize=fuzzer,address,undefined)
target_link_libraries(fuzz_workload PRIVATE house_style PkgConfig::jansson PkgConfig::yaml
	PkgConfig::md PkgConfig::lzma PkgConfig::z PkgConfig::zstd m)
