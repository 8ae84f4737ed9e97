#!/bin/sh
# The xen backend on an emulated Xen host: tests/xen/backend-scenario.sh runs in dom0.
. tests/xen/lib.sh
drive=$HOMENODE_BUILD/tests/backend-xen/xen-drive
for program in "$HOMENODE_BUILD/homenode-dom0" "$HOMENODE_BUILD/homenode-probe" "$drive"; do
	[ -x "$program" ] || {
		echo "skipped: no $(basename "$program") in this build"
		exit 77
	}
done
command -v cpio >/dev/null 2>&1 || {
	echo "skipped: no cpio"
	exit 77
}

# the zones' initramfs: their first process and the probe
mkdir -p "$work/zone/dev" "$work/zone/proc" "$work/zone/sys"
"${CC:-cc}" -std=c17 -O2 -static -D_POSIX_C_SOURCE=200809L -I. -o "$work/zone/init" guest/*.c || {
	echo "skipped: no static C library"
	exit 77
}
cp "$HOMENODE_BUILD/homenode-probe" "$work/zone/probe"
(cd "$work/zone" && find . | cpio --quiet -o -H newc) >"$work/zone.cpio"
HOMENODE_XEN_RIG_GUEST=$work/zone.cpio
export HOMENODE_XEN_RIG_GUEST

cat >"$work/zones.json" <<'END'
{"zones": [
	{"name": "db", "vcpus": 2, "memory": "256MiB", "memory_policy": "static"},
	{"name": "foreign", "vcpus": 1, "memory": "128MiB", "memory_policy": "static"},
	{"name": "huge", "vcpus": 1, "memory": "1021MiB", "memory_policy": "static"}
]}
END
cat >"$work/killed.json" <<'END'
{"duration": "1h", "timeline_step": "1h", "events": [
	{"at": "0s", "start": {"name": "a", "vcpus": 2, "memory": "256MiB", "memory_policy": "static"}},
	{"at": "0s", "start": {"name": "a2", "vcpus": 1, "memory": "128MiB", "memory_policy": "static"}}
]}
END
cat >"$work/short.json" <<'END'
{"duration": "2s", "timeline_step": "1s", "events": [
	{"at": "0s", "start": {"name": "b", "vcpus": 4, "memory": "512MiB", "memory_policy": "static"}}
]}
END
rig --timeout 420 tests/xen/backend-scenario.sh "$HOMENODE_BUILD/homenode-dom0" "$drive" \
	"$work/zones.json" "$work/killed.json" "$work/short.json" || finish

# part NAME: what the scenario printed under "== NAME"
part()
{
	sed -n "/^== $1\$/,/^== /p" "$work/out" | grep -v '^== '
}

grep -q '^FAIL' "$work/out" && fail "$(grep '^FAIL' "$work/out")"
part stock | grep -q 'xc_domain_getvnuma failed' || fail "stock libxl: $(part stock)"
part host | grep -q '^xen,.*,SRAT SLIT HMAT CPUID,' || fail "what can be told: $(part host)"
[ "$(part drive | grep -c '^ok: ')" -gt 60 ] || fail "the backend's steps: $(part drive)"
part foreign | grep -q 'zone db can be launched' || fail "dry run: $(part foreign)"
part foreign | grep -q 'zone huge cannot be launched (ERR_NO_ROOM): zone huge: node [0-9]* is to give 1021 MiB and [0-9]* MiB more' ||
	fail "dry run: $(part foreign)"
for name in Domain-0 foreign a a2; do
	part killed | grep -q "^left $name\$" || fail "after the kill: $(part killed)"
done
part killed | grep -q '2 zones of a run that was killed are still here (a, ...)' ||
	fail "the next run: $(part killed)"
part killed | grep -q '^without recover: 3$' || fail "the next run: $(part killed)"
[ "$(part killed | grep '^after ' | tr '\n' ' ')" = "after Domain-0 after foreign " ] ||
	fail "after recovery: $(part killed)"

# what zones were told: nodes, distances, packages, caches
grep -q '^ok: the guest believes its plan' "$work/out" || fail "no guest's report was compared"
finish
