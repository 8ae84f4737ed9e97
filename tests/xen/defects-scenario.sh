#!/bin/sh
# In dom0: the defects of docs/upstream-xen.md, each by its number there, on this
# version. Prints "defect N there" or "defect N gone", or why it cannot be told.
# shellcheck source=tools/xen-rig/dom0-lib.sh
. /t/lib.sh
xl info | grep -E '^xen_(version|extra)'

# defect N STATUS: there when the status is 0
defect()
{
	if [ "$2" -eq 0 ]; then
		echo "defect $1 there"
	else
		echo "defect $1 gone"
	fi
}

# must WHAT COMMAND...: what the scenario cannot do without
must()
{
	what=$1
	shift
	"$@" || fail "$what"
}

# balloon NAME MIB
# shellcheck disable=SC2317 # called through must
balloon()
{
	xl mem-set "$1" "$2" && settled "$1" "$2"
}

# off_node NAME NODE: its pages on other nodes
off_node()
{
	pages "$1" | awk -v node="$2" '$1 != node { off += $2 } END { print off + 0 }'
}

# vnuma NAME CPU...: a guest of four vnodes on nodes 2 to 5
vnuma()
{
	name=$1
	shift
	guest_config "$name" 256 4 "cpus = [$(printf '"%s", ' "$@")]" 'vnuma = [' \
		"$(for vnode in 0 1 2 3; do
			printf '[ "pnode=%d", "size=64", "vcpus=%d", "vdistances=10,10,10,10" ], ' \
				$((vnode + 2)) $vnode
		done)" ']'
}

# 1: a PVH domain with vNUMA is never built
vnuma stock 2 3 4 5
guest_start stock -p && xl destroy stock
grep -q 'xc_domain_getvnuma failed' /run/stock.said
defect 1 $?

# 2: room for nr distances where the hypervisor writes nr x nr; seen once 1 is out of the way
LD_PRELOAD=/t/xen-getvnuma.so xl create -p /run/stock.cfg >/run/stock.said 2>&1 && xl destroy stock
grep 'getvnuma: room for' /run/stock.said || fail "nobody asked for distances: $(tail -n 3 /run/stock.said)"
grep -q 'getvnuma: room for too few' /run/stock.said
defect 2 $?

# 3: the DSDT of a PVH domain writes over its other tables while its Linux boots: where it does is not in
# each boot, so it is said and not held against the page
guest_config table 300 1 'cpus = ["5"]'
must "the guest is not created" guest_start table -p
/t/xen-tables "$(xl domid table)" >/run/tables-before || fail "the tables cannot be read"
xl unpause table
must "the guest does not boot" guest_report table >/run/report
/t/xen-tables "$(xl domid table)" >/run/tables-after || fail "the tables cannot be read"
echo "tables: $(cmp -l /run/tables-before /run/tables-after | wc -l) of $(wc -c </run/tables-before) bytes changed"

# 4: a string of CPUs leaves automatic placement on: node 0, where dom0 is, is never chosen
guest_config text 160 1 'cpus = "0"'
guest_config list 160 1 'cpus = ["0"]'
must "no guest on node 0" guest_start text -p
must "no guest on node 0" guest_start list -p
[ "$(off_node list 0)" -lt 1000 ] || fail "a list does not keep the guest on node 0"
[ "$(off_node text 0)" -gt 30000 ]
defect 4 $?
# 6: a paused domain gets a target and nothing happens
before=$(pages list)
xl mem-set list 100 2>/run/said && sleep 2 && [ "$(pages list)" = "$before" ]
defect 6 $?
xl destroy text
xl destroy list

# 5: a hard affinity against the vnodes is no error
vnuma against 6 6 6 6
guest_start against -p && xl destroy against
grep -q 'hard affinity and vnuma info mismatch' /run/against.said &&
	grep -q 'xc_domain_getvnuma failed' /run/against.said
defect 5 $?

# 8: what a balloon takes goes round the nodes by number: to node 0, not to 4, 6, 7 beside node 5
must "the balloon gives nothing" balloon table 150
guest_config hog 820 1 'cpus = ["5"]'
scrubbed
must "no room for the hog" guest_start hog -p
must "the balloon takes nothing" balloon table 300
pages table | awk '$2 { printf "table: node %d has %d pages\n", $1, $2 }'
[ "$(off_node table 5)" -gt 1000 ] && pages table | awk '$1 > 5 || $1 == 4 { near += $2 } END { exit near > 0 }'
defect 8 $?
xl destroy hog
xl destroy table

# 7: right behind another domain's end a new one lands elsewhere, for its home is not clean; where the
# scrubber is quicker it does not, so it is said and not held against the page
scrubbed
guest_config large 960 1 'cpus = ["6"]'
guest_config next 300 1 'cpus = ["6"]'
must "no large guest" guest_start large -p
xl destroy large
must "no guest behind it" guest_start next -p
echo "next: $(off_node next 6) pages off its node"
xl destroy next
finish
