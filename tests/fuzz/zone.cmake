# The rooms are compiled anew, so that the fuzzer sees their branches and the
# sanitizers their mistakes.
file(GLOB fuzz_zone_rooms CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/zone/*.c ${CMAKE_SOURCE_DIR}/base/*.c)
add_executable(fuzz_zone fuzz_zone.c ${fuzz_zone_rooms})
target_compile_options(fuzz_zone PRIVATE -fsanitize=fuzzer,address,undefined
	-fno-sanitize-recover=all -O1 -g)
target_link_options(fuzz_zone PRIVATE -fsanitize=fuzzer,address,undefined)
target_link_libraries(fuzz_zone PRIVATE house_style PkgConfig::jansson PkgConfig::yaml
	PkgConfig::md PkgConfig::lzma PkgConfig::z PkgConfig::zstd m)
