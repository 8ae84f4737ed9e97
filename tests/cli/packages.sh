#!/bin/sh
# What ./test does where packages are missing, without installing any.
# shellcheck disable=SC2034,SC2317 # used by what is sourced
. tests/cli/lib.sh
. tools/packages.sh
# a caller that has just updated the lists says so; here nobody has
unset PACKAGES_FRESH

printf 'NAME="Fedora"\nID=fedora\nID_LIKE="rhel"\n' >"$work/fedora"
printf 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n' >"$work/ubuntu"

# nothing is there until "installed"
packages_have()
{
	[ -e "$work/installed" ]
}
packages_apt()
{
	echo "apt-get $*" >>"$work/apt"
	case $1 in
	install) : >"$work/installed" ;;
	esac
}

[ "$(packages_missing build | head -n 1)" = gcc ] || fail "gcc is not the first package"
packages_missing build | grep -qx libcriterion-dev && fail "building needs no test library"
packages_missing build test | grep -qx libcriterion-dev || fail "testing needs Criterion"

PACKAGES_OS_RELEASE=$work/fedora
packages_need build test 2>"$work/err"
[ $? -eq 2 ] || fail "missing packages elsewhere are not status 2"
says err 'libhwloc-dev'
[ -e "$work/apt" ] && fail "apt-get was called on Fedora"

PACKAGES_OS_RELEASE=$work/absent
packages_need build 2>/dev/null && fail "a system without os-release has no packages"

PACKAGES_OS_RELEASE=$work/ubuntu
if [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1; then
	packages_need build 2>"$work/err" || fail "the installation failed"
	says err 'installing gcc libc6-dev cmake'
	says apt 'apt-get update'
	says apt 'apt-get install --no-install-recommends gcc libc6-dev cmake'
	: >"$work/apt"
	packages_need build test || fail "installed packages are still missing"
	[ -s "$work/apt" ] && fail "apt-get was called again"
fi
finish
