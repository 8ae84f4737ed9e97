#!/bin/sh
# In dom0: the host, then one guest that reports and is asked to probe; it has no
# probe, and says so.
# shellcheck source=tools/xen-rig/dom0-lib.sh
. /t/lib.sh
xl info -n
guest_config one 160 2 'cpus = ["3", "3"]'
guest_start one || fail "the guest is not created"
guest_report one || finish
data=/local/domain/$(xl domid one)/data/homenode
xenstore-write "$data/probe" "one hello"
for _ in $(seq 100); do
	xenstore-exists "$data/result" && break
	usleep 200000
done
echo "answer $(xenstore-read "$data/result")"
xenstore_text "$data/result"
xl destroy one
[ ! -e /t/defects-scenario.sh ] || sh /t/defects-scenario.sh || fail "the defects cannot be looked for"
finish
