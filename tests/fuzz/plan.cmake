# The reader is compiled anew, so that the fuzzer sees its branches and the
# sanitizers its mistakes.
add_executable(fuzz_plan fuzz_plan.c ${CMAKE_SOURCE_DIR}/plan/plan_read.c)
target_compile_options(fuzz_plan PRIVATE -fsanitize=fuzzer,address,undefined
	-fno-sanitize-recover=all -O1 -g)
target_link_options(fuzz_plan PRIVATE -fsanitize=fuzzer,address,undefined)
target_link_libraries(fuzz_plan PRIVATE test_hosts)
