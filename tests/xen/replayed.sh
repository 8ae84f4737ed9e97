#!/bin/sh
# A run on a real Xen, recorded (tests/xen/recorded/, kept by tests/xen/backend.sh), is
# carried out again without one: the same plans, pages, probes and refusals.
. tests/cli/lib.sh
there=tests/xen/recorded
replay()
{
	run "$1" run "$there/recorded.json" --host "$there/xen.xml" --no-cost --zones --probe \
		--policy "$2" --replay "$there/run.record" --output "$work/$2"
}
replay 0 edera-compact
diff "$there/zones.csv" "$work/edera-compact/zones.csv" || fail "the replay is another run"
grep -q ',db,live,.*,65535,\|,huge,refused,ERR_NO_ROOM,' "$there/zones.csv" || fail "what was recorded"
# a caller that decides otherwise is noticed
replay 2 edera-scatter
says err 'where the record has'
finish
