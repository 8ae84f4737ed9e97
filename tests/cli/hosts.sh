#!/bin/sh
# What can be given as HOST besides hwloc's XML of version 2, and what a plan makes of it.
. tests/cli/lib.sh

machines=tests/host/machines
for file in "$machines"/*; do
	run 0 show "$file"
	run 0 plan "$file" --name v --target-cpus 1 --target-memory 1GiB --max-memory 1GiB
	gzip -c "$file" >"$work/packed"
	run 0 show "$work/packed"
	says out 'nodes'
done

run 0 show 'package:2 node:2(memory=16GiB) core:4 pu:2'
says out '4 nodes, 32 CPUs, 64 GiB, 2 packages'
refused 2 show 'node:2 core:x pu:2'
says err 'hwloc refuses'

# memory of a GPU is no zone's
run 0 capacity "$machines/gpu-memory.xml" --flavor 1x16GiB --policy homenode
grep -q '^1x16GiB  *homenode  *4 ' "$work/out" || fail "not 4 zones: $(cat "$work/out")"

# hwloc 1 hangs the matrix of a one-socket machine into the socket: 16 from 0 to 2, 28 to 1
run 0 plan "$machines/version1-matrix-in-socket.xml" --name v --target-cpus 4 --target-memory 2GiB \
	--max-memory 2GiB
grep -q '^v  *4  *2 GiB  *0 2 ' "$work/out" || fail "not on nodes 0 and 2: $(cat "$work/out")"

run 0 show "$machines/version1-without-memory.xml"
says out 'node 1: 2 CPUs without memory of their own'

printf 'PK\003\004rest' >"$work/archive.xml"
refused 2 show "$work/archive.xml"
says err 'archive.xml: is a zip archive; unpack it first'

# this machine with what was measured of it; of another machine it is refused, with what differs
node=$($HOMENODE show this --format json --quiet | tr -d ' \n' | sed -n 's/.*"nodes":\[{"node":\([0-9]*\).*/\1/p')
printf '{"homenode_figures": 1, "nodes": [%s], "figures": [
	{"figure": "latency", "unit": "ns", "values": [[91]]}]}' "$node" >"$work/mine.json"
run 0 show "this:$work/mine.json" --quiet
says out 'read latency     measured'
refused 2 show this:
says err 'names no file'
refused 2 plan "this:$work/absent.xml" -c 1 -M 64MiB
says err 'absent.xml: cannot be opened'
refused 2 plan this:topologies/epyc-nps4-8n.xml -c 1 -M 64MiB
says err 'epyc-nps4-8n.xml is of another machine than "this": '
