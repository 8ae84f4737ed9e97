#!/bin/sh
# Configuring without the test library, as who only wants the program does: a stand-in for
# pkg-config that does not know it. Nothing is built.
. tests/cli/lib.sh

real=$(command -v pkg-config) || {
	echo "skipped: no pkg-config"
	exit 77
}
cat >"$work/pkg-config" <<END
#!/bin/sh
case " \$* " in
*criterion*) exit 1 ;;
esac
exec "$real" "\$@"
END
chmod +x "$work/pkg-config"

# configure [ARGUMENT...]: the release preset, into $work/build
configure()
{
	PKG_CONFIG=$work/pkg-config cmake --preset release -B "$work/build" "$@" >"$work/said" 2>&1
}

configure || fail "the release preset does not configure without Criterion: $(cat "$work/said")"
says said 'no Criterion (libcriterion-dev has it): the tests are not built'
[ "$(grep -c Criterion "$work/said")" -eq 1 ] || fail "it is said more than once"
ctest --test-dir "$work/build" -N >"$work/tests" 2>&1
says tests 'Total Tests: 0'
cmake --build "$work/build" --target help >"$work/targets"
says targets 'homenode: '
grep -q '^test_' "$work/targets" && fail "there are targets of tests"

# once it is there, the same folder has tests; asked for without it is an error
if "$real" --exists criterion; then
	PKG_CONFIG=$real cmake --preset release -B "$work/build" -DPKG_CONFIG_EXECUTABLE="$real" \
		>"$work/said" 2>&1 || fail "it does not configure with Criterion: $(cat "$work/said")"
	cmake --build "$work/build" --target help >"$work/targets"
	says targets 'test_cli_args: '
fi
rm -rf "$work/build"
configure -DBUILD_TESTING=ON && fail "tests that were asked for are left out"
says said 'BUILD_TESTING is ON and there is no'
finish
