#!/bin/sh
# A machine with eight nodes on two sockets under QEMU's software emulation: what the
# programs say of it, the host file that the probe writes of it, zones on nodes of their
# own with every page where the plan has it, and what is left of a run that was killed.
. tests/cli/lib.sh
. tests/firmware/kernel.sh
. tests/backend-linux/machine.sh

begin tests/backend-linux/init-eight.sh
cp tests/backend-linux/eight.json tests/backend-linux/long.json "$root/t/"
add "$HOMENODE"
cp "$HOMENODE_BUILD/homenode-probe" "$root/t/"

node 448 1
for _ in 1 2 3 4 5 6 7; do
	node 256 1
done
for a in 0 1 2 3 4 5 6; do
	b=$((a + 1))
	while [ $b -lt 8 ]; do
		distance=32
		[ $((a / 4)) -eq $((b / 4)) ] && distance=12
		far $a $b $distance
		b=$((b + 1))
	done
done
boot 500

ended where 0
[ "$(grep -c '^where=node ' "$work/console")" = 8 ] || fail "where does not say eight nodes"
says console 'where=node node=5 cpus=5 distances=32,32,32,32,12,10,12,12 memory_bytes='
says console 'where=cpu cpu=6 node=6 package=1'

# rows KIND: of the probe's figures, with a number
rows()
{
	sed -n 's/^GUEST csv //p' "$work/console" | awk -F, -v kind="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["figure"] "-" $at["kind"] == kind && $at["samples"] > 0' | wc -l
}

# matrix TITLE: its eight rows of eight numbers
matrix()
{
	sed -n 's/^GUEST show //p' "$work/console" | awk -v title="$1" '
		index($0, title) == 1 { on = 1; next }
		on && /^ *node/ && !seen { seen = 1; next }
		on && /^ *(node )?[0-7] / { n = 0; for (i = 2; i <= NF; i++) n += $i ~ /^[0-9]+$/; rows += n == 8 }
		on && rows == 8 { exit }
		END { print rows + 0 }'
}
ended probe 0
[ "$(rows latency-chase)" = 64 ] || fail "not 64 latencies: $(grep '^GUEST csv' "$work/console")"
[ "$(rows read-read)" = 64 ] || fail "not 64 rates of reads"
[ "$(rows write-write-nt)" = 64 ] || fail "not 64 rates of writes"
[ "$(rows link-read)" = 3 ] || fail "not three reads over the link"
[ "$(rows hot-read)" = 1 ] || fail "no hot node"
says console 'none is left to load it'
ended show 0
for title in 'read latency (ns; measured: ' 'bandwidth (MiB/s; measured: ' 'write bandwidth (MiB/s; measured: '; do
	[ "$(matrix "$title")" = 8 ] || fail "$title: $(grep '^GUEST show' "$work/console")"
done
ended simulated 0

# a container that runs on node 5 and has its pages on node 3
ended watch 0
awk -F, '/^at,host,zone,/ { for (i = 1; i <= NF; i++) { sub(/\r$/, "", $i); at[$i] = i } next }
	$3 == "box" { n++; split($at["pages_by_node"], on, ":"); bad = $at["runs_on"] != 5 || $at["home"] != 5 || on[1] != 3 ||
		on[2] < 4096 || on[2] > 8192 || $at["off_node_page_ppm"] < 900000 || $at["max_bytes"] != 67108864 || $at["vcpus"] != 1 ||
		$at["kind"] != "container" || $at["slowdown_ppm"] <= 1000000 }
	END { exit bad || n != 1 }' "$work/console" || fail "the container: $(grep -A3 '^at,host' "$work/console")"
[ "$(grep -c '^GUEST nodes 20.*,this,[0-7],[0-9]*,[0-9]*,' "$work/console")" = 8 ] ||
	fail "not eight nodes: $(grep '^GUEST nodes' "$work/console")"
grep '^GUEST nodes .*,this,3,' "$work/console" | grep -q 'box 1[0-9]' || fail "node 3: $(grep '^GUEST nodes' "$work/console")"
ended replayed 0

# near A and far B on nodes of their own; each page where the plan has it
ended run 0
for zone in A B; do
	grep -qE "^GUEST zones .*,$zone,live,.*,1000000,.*,[0-7]:49152," "$work/console" ||
		fail "$zone is elsewhere: $(grep '^GUEST zones' "$work/console")"
done
[ "$(grep -oE '^GUEST zones .*,[AB],live,.*,[0-7]:49152,' "$work/console" |
	grep -oE '[0-7]:49152,$' | sort -u | wc -l)" = 2 ] ||
	fail "A and B share a node: $(grep '^GUEST zones' "$work/console")"

sed -n 's/^GUEST zones //p' "$work/console" | awk -F, '
	NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	NF > 20 && $at["pages_by_node"] != $at["nodes"] ":49152" { exit 1 }' ||
	fail "pages are not where the plan has them: $(grep '^GUEST zones' "$work/console")"

# each among its neighbour, from within: a figure, or that the emulator gave others the CPU
ended contention 0
sed -n 's/^GUEST points //p' "$work/console" | awk -F, '
	NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	{ points++; found = $at["point_ps"] $at["point_bytes_per_s"] }
	(found != "") == ($at["reason"] != "") { bad++ }
	$at["reason"] != "" && $at["reason"] !~ /something else ran there/ { bad++ }
	$at["point"] == "latency" && $at["level_percent"] == 0 && found > 0 { idle++ }
	END { exit bad || points != 16 || idle != 2 }' ||
	fail "zones among neighbours: $(grep '^GUEST points' "$work/console")"
ended replayed 0
says console 'GUEST replay is the same'
says console 'GUEST zones while it runs 2'
says console 'GUEST zones after kill 0'
says console 'GUEST cgroups left 0'
ended again 0
finish
