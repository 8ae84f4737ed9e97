# firmware/ reads without a plan, but guest_map.c makes maps from one.
file(GLOB fuzz_acpi_rooms CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/firmware/*.c
	${CMAKE_SOURCE_DIR}/base/*.c ${CMAKE_SOURCE_DIR}/plan/*.c ${CMAKE_SOURCE_DIR}/host/*.c
	${CMAKE_SOURCE_DIR}/zone/*.c)
add_executable(fuzz_acpi fuzz_acpi.c ${fuzz_acpi_rooms})
target_compile_options(fuzz_acpi PRIVATE -fsanitize=fuzzer,address,undefined
	-fno-sanitize-recover=all -O1 -g)
target_link_options(fuzz_acpi PRIVATE -fsanitize=fuzzer,address,undefined)
target_link_libraries(fuzz_acpi PRIVATE house_style PkgConfig::hwloc PkgConfig::expat PkgConfig::jansson
	PkgConfig::yaml PkgConfig::md PkgConfig::lzma PkgConfig::z PkgConfig::zstd m)
