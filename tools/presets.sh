# shellcheck shell=sh
# Sourced by ./test and .ci/run: build presets, run their tests, add up.
# The source root is the working directory.

presets_passed=0 presets_failed=0 presets_skipped=0

# presets_count FILE: add the tests of a JUnit file written by ctest. A test that
# did not run is skipped when it said so itself (exit status 77) or is disabled;
# otherwise its program was not there, which is a failure.
presets_count()
{
	# shellcheck disable=SC2046 # three numbers
	set -- $(awk '
		/^[ \t]*<testcase / { all++ }
		/^[ \t]*<testcase .* status="run"/ { passed++ }
		/^[ \t]*<testcase .* status="disabled"/ { skipped++ }
		/^[ \t]*<skipped message="SKIP_/ { skipped++ }
		END { print passed + 0, all - passed - skipped, skipped + 0 }' "$1")
	presets_passed=$((presets_passed + $1))
	presets_failed=$((presets_failed + $2))
	presets_skipped=$((presets_skipped + $3))
}

# presets_run NAME [ctest argument...]: configure, build, test. A preset that
# cannot be built counts as one failed test; so does one whose test run fails
# without naming a test.
presets_run()
{
	preset=$1
	shift
	junit=build/$preset/junit.xml
	echo "== $preset"
	if ! cmake --preset "$preset" -DBUILD_TESTING=ON || ! cmake --build "build/$preset"; then
		presets_failed=$((presets_failed + 1))
		return 1
	fi
	rm -f "$junit"
	before=$presets_failed
	ctest --test-dir "build/$preset" -j "${TEST_JOBS:-2}" --output-on-failure \
		--no-tests=error --output-junit junit.xml "$@"
	status=$?
	[ -f "$junit" ] && presets_count "$junit"
	if [ "$status" -ne 0 ] && [ "$presets_failed" -eq "$before" ]; then
		presets_failed=$((presets_failed + 1))
	fi
	[ "$status" -eq 0 ]
}

presets_summary()
{
	echo "$presets_passed passed, $presets_failed failed, $presets_skipped skipped"
	[ "$presets_failed" -eq 0 ]
}
