#!/bin/sh
# Where another release of Debian is follows from where this machine has its own from,
# whatever of apt's two formats says that; and the machine's own lists stay as they are.
. tests/cli/lib.sh
# shellcheck source=tools/xen-rig/fetch.sh
. tools/xen-rig/fetch.sh
command -v apt-get >/dev/null 2>&1 || {
	echo "skipped: no apt-get"
	exit 77
}
HOMENODE_XEN_RIG_KEYS=/keys.gpg
mkdir -p "$work/etc/parts" "$work/state/lists/partial" "$work/cache/archives/partial"
cat >"$work/apt.conf" <<END
Dir::State "$work/state";
Dir::State::status "$work/state/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/etc/sources.list";
Dir::Etc::sourceparts "$work/etc/parts";
END
: >"$work/state/status"
APT_CONFIG=$work/apt.conf
export APT_CONFIG

# sources WHAT RELEASE: as on standard input
sources()
{
	what=$1
	debian_sources "$2" >"$work/got"
	diff - "$work/got" || fail "$what: other sources"
}

cat >"$work/etc/sources.list" <<'END'
deb http://mirror.example/debian bookworm main contrib
deb http://mirror.example/debian bookworm-updates main
deb-src http://mirror.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main
deb http://mirror.example/debian bookworm-backports main
deb https://packages.example/apt stable main
END
sources "one line each" trixie <<'END'
deb [signed-by=/keys.gpg] http://mirror.example/debian trixie main
deb [signed-by=/keys.gpg] http://mirror.example/debian trixie-updates main
deb [signed-by=/keys.gpg] http://security.example/debian-security trixie-security main
END

rm "$work/etc/sources.list"
cat >"$work/etc/parts/debian.sources" <<'END'
Types: deb deb-src
URIs: https://mirror.example/pub/debian
Suites: trixie trixie-updates
Components: main non-free-firmware

Types: deb
URIs: https://mirror.example/pub/debian-security
Suites: trixie-security
Components: main
END
sources "deb822" bookworm <<'END'
deb [signed-by=/keys.gpg] https://mirror.example/pub/debian bookworm main
deb [signed-by=/keys.gpg] https://mirror.example/pub/debian bookworm-updates main
deb [signed-by=/keys.gpg] https://mirror.example/pub/debian-security bookworm-security main
END

# no Debian here: a sentence
echo 'deb http://archive.example/ubuntu noble main' >"$work/etc/sources.list"
rm "$work/etc/parts/debian.sources"
say()
{
	echo "$*" >&2
}
cannot()
{
	echo "skipped: $*"
}
# shellcheck disable=SC2034 # of fetch.sh
rig=$work/rig release=trixie
apt_of_release >"$work/out" 2>"$work/err" && fail "Debian was found in another distribution's archive"
says out "skipped: apt of this machine knows no archive of Debian's"
[ -z "$(find "$work/state/lists" -type f)" ] || fail "the machine's own lists were touched"
finish
