#!/bin/sh
# Where there is no Xen: every way in says so and changes nothing. And what the program
# for dom0 needs.
. tests/cli/lib.sh

cat >"$work/zones.json" <<'END'
{"zones": [{"name": "a", "vcpus": 2, "memory": "1GiB"}]}
END
if [ ! -e /proc/xen ] && [ ! -e /sys/hypervisor ]; then
	for command in "show xen" "show xen --xml" "show xen --heap" "plan xen $work/zones.json" \
		"plan xen $work/zones.json --dry-run" \
		"run week --backend xen:kernel=/vmlinuz --output $work/run"; do
		# shellcheck disable=SC2086 # words
		refused 2 $command
		grep -Eq 'does not run under Xen|without Xen.s libraries' "$work/err" ||
			fail "homenode $command said: $(cat "$work/err")"
	done
	[ -e "$work/run/summary.csv" ] && fail "a run that did not begin left results"
	run 0 list backends --format csv
	grep -Eq '^xen,.*,none,"?this (machine|homenode) ' "$work/out" ||
		fail "the list says of xen: $(grep '^xen,' "$work/out")"
fi

# what only dom0 can answer is asked of no other host
refused 2 show epyc-nps4-8n --xml
says err 'is for HOST xen'
refused 2 show epyc-nps4-8n --heap
refused 2 run week --recover destroy --output "$work/run"
says err '--recover is for --backend xen'
refused 2 plan epyc-nps4-8n "$work/zones.json" --backend xen
says err '--dry-run'
refused 2 run week --backend xem:kernel=/vmlinuz --output "$work/run"
says err 'did you mean "xen"?'

# the program for dom0 needs what Debian's xen-utils brings, and the C library
dom0=$HOMENODE_BUILD/homenode-dom0
if [ -x "$dom0" ] && command -v objdump >/dev/null 2>&1; then
	objdump -p "$dom0" | awk '$1 == "NEEDED" { print $2 }' >"$work/needed"
	[ -s "$work/needed" ] || fail "homenode-dom0 needs nothing at all"
	grep -Ev '^(libc|libm|libdl|libpthread|ld-linux-x86-64)\.so\.|^libxen' "$work/needed" &&
		fail "homenode-dom0 needs what a dom0 may lack"
	# libxl finds our definitions of these in the program
	for name in xc_dom_boot_mem_init xc_domain_set_memory_map; do
		objdump -T "$dom0" | grep -q " \.text.*Base  *$name\$" ||
			fail "homenode-dom0 does not export $name"
	done
fi
finish
