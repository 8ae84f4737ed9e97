#!/bin/sh
# The last line of ./test: what it adds up, and what it says of a broken build.
# shellcheck disable=SC2034,SC2317 # used by what is sourced
. tests/cli/lib.sh
. tools/presets.sh

cat >"$work/junit.xml" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="x" tests="7" failures="3" disabled="1" skipped="2">
	<testcase name="good" classname="good" time="0.1" status="run">
		<system-out>&lt;testcase status="run"</system-out>
	</testcase>
	<testcase name="bad" classname="bad" time="0.1" status="fail">
		<failure message=""/>
	</testcase>
	<testcase name="skip" classname="skip" time="0.1" status="notrun">
		<skipped message="SKIP_RETURN_CODE=77"/>
	</testcase>
	<testcase name="gone" classname="gone" time="0" status="notrun">
		<skipped message="Unable to find executable"/>
	</testcase>
	<testcase name="off" classname="off" time="0" status="disabled">
		<system-out>Disabled</system-out>
	</testcase>
</testsuite>
XML
presets_count "$work/junit.xml"
presets_count "$work/junit.xml"
presets_summary >"$work/out" && fail "a failed test is a success"
[ "$(cat "$work/out")" = "2 passed, 4 failed, 4 skipped" ] || fail "sum: $(cat "$work/out")"

# A source tree of its own, so that presets_run can be tried on it.
project()
{
	rm -rf "$work/tree"
	mkdir "$work/tree"
	cat >"$work/tree/CMakePresets.json" <<-'JSON'
		{"version": 3, "configurePresets": [{"name": "p", "generator": "Ninja",
		"binaryDir": "${sourceDir}/build/${presetName}"}]}
	JSON
	{
		echo 'cmake_minimum_required(VERSION 3.22)'
		echo 'project(x NONE)'
		echo 'enable_testing()'
		cat
	} >"$work/tree/CMakeLists.txt"
	presets_passed=0 presets_failed=0 presets_skipped=0
	(
		cd "$work/tree" || exit 1
		presets_run p "$@" >/dev/null 2>&1
		presets_summary >"$work/out"
	)
	status=$?
}

# expect STATUS SUMMARY
expect()
{
	[ "$status" -eq "$1" ] || fail "status $status, not $1"
	[ "$(cat "$work/out")" = "$2" ] || fail "\"$(cat "$work/out")\", not \"$2\""
}

project <<'CMAKE'
add_test(NAME good COMMAND true)
add_test(NAME skip COMMAND sh -c "exit 77")
set_tests_properties(skip PROPERTIES SKIP_RETURN_CODE 77)
CMAKE
expect 0 "1 passed, 0 failed, 1 skipped"
project <<'CMAKE'
add_test(NAME good COMMAND true)
add_test(NAME bad COMMAND false)
CMAKE
expect 1 "1 passed, 1 failed, 0 skipped"
project <<'CMAKE'
message(FATAL_ERROR "cannot be configured")
CMAKE
expect 1 "0 passed, 1 failed, 0 skipped"
project <<'CMAKE'
add_custom_target(broken ALL COMMAND false)
add_test(NAME good COMMAND true)
CMAKE
expect 1 "0 passed, 1 failed, 0 skipped"
project -R no-such-test <<'CMAKE'
add_test(NAME good COMMAND true)
CMAKE
expect 1 "0 passed, 1 failed, 0 skipped"
finish
