#!/bin/sh
# The linux backend on a machine with several nodes: Debian's kernel under QEMU's
# software emulation with four nodes runs its tests, the probe and a workload whose
# zones take one node and two; every page must be where the plan has it.
. tests/cli/lib.sh
. tests/firmware/kernel.sh
. tests/backend-linux/machine.sh

begin tests/backend-linux/init.sh
cp tests/backend-linux/work.json "$root/t/"
add "$HOMENODE"
add "$HOMENODE_BUILD/tests/backend-linux/test_backend_linux"
cp "$HOMENODE_BUILD/homenode-probe" "$root/t/"

# 8 CPUs, two a node; node 2 has less memory than the others
node 512 2
node 448 2
node 256 2
node 448 2
far 0 1 12 && far 0 2 32 && far 0 3 32 && far 1 2 32 && far 1 3 32 && far 2 3 12
boot 400

says console 'where=node node=1 cpus=2-3 distances=12,10,32,32 memory_bytes='
says console 'where=cpu cpu=4 node=2 package=1'
ended where 0
ended near 0
ended far 0
ended none 1
says console 'node 3 has '
says console 'cpus=2 memory_node=1 '
says console 'cpus=2-3 memory_node=2 '
grep '^probe=' "$work/console" | grep -v ' on_node_ppm=1000000 ' && fail "memory is elsewhere"
ended unit 0
grep 'SKIPPED' "$work/console" && fail "a test of several nodes did not run"
ended run 0
# half of the pages on each of the zone's two nodes, whichever were the emptiest
grep '^GUEST zones' "$work/console" >"$work/zones"
grep -qE ',two,live,.*,1000000,.*,[0-3]:16384 [0-3]:16384,' "$work/zones" ||
	fail "two is elsewhere: $(cat "$work/zones")"
grep -qE ',one,live,.*,1000000,.*,[0-3]:16384,' "$work/zones" ||
	fail "one is elsewhere: $(cat "$work/zones")"
finish
