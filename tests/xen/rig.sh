#!/bin/sh
# The rig is what it says: the hypervisor finds the nodes, CPUs, sizes and distances
# that were asked for, and a guest boots, reports and answers.
. tests/xen/lib.sh

# topology: "node N SIZE DISTANCES" and "cpu N NODE SOCKET" of `xl info -n`
topology()
{
	awk '/^cpu_topology/ { in_cpus = 1 } /^device topology/ { in_cpus = 0 }
		/^numa_info/ { in_nodes = 1 } /^xen_major/ { in_nodes = 0 }
		{ gsub(/[:,]/, " ") }
		in_cpus && NF == 4 && $1 ~ /^[0-9]/ { print "cpu", $1, $4, $3 }
		in_nodes && $1 ~ /^[0-9]/ { $3 = ""; $0 = $0; $1 = $1; print "node", $0 }' "$1"
}

dom0_programs bookworm xen-tables xen-getvnuma
rig tests/xen/rig-scenario.sh tests/xen/defects-scenario.sh "$programs/tests/xen/xen-tables" \
	"$programs/tests/xen/xen-getvnuma.so" || finish
defects_as_documented 4.17.7
topology "$work/out" >"$work/got"
for node in 0 1 2 3 4 5 6 7; do
	awk -v n="$node" 'BEGIN {
		printf "node %d 1024", n
		for (i = 0; i < 8; i++)
			printf " %d", i == n ? 10 : int(i / 4) == int(n / 4) ? 12 : 32
		print ""
	}'
done >"$work/want"
for cpu in 0 1 2 3 4 5 6 7; do
	echo "cpu $cpu $cpu $((cpu / 4))"
done | cat - "$work/want" >"$work/wanted"
diff "$work/wanted" "$work/got" || fail "the hypervisor sees another host than was asked for"
grep -q '^node 0 cpus 0-1 memory_kib [0-9]* distances 10$' "$work/out" ||
	fail "the guest does not report its node: $(cat "$work/out")"
grep -q '^answer one 127 1$' "$work/out" || fail "the guest does not answer: $(cat "$work/out")"
[ -s "$work/rig/files/guest-one.log" ] || fail "the guest's console did not come back"

rig --nodes 4 --cpus 2 --memory 768,512,768,1024 --distances 10,15,25 --dom0-memory 400 \
	tests/xen/rig-topology.sh || finish
cat >"$work/wanted" <<'END'
cpu 0 0 0
cpu 1 0 0
cpu 2 1 0
cpu 3 1 0
cpu 4 2 1
cpu 5 2 1
cpu 6 3 1
cpu 7 3 1
node 0 768 10 15 25 25
node 1 512 15 10 25 25
node 2 768 25 25 10 15
node 3 1024 25 25 15 10
END
topology "$work/out" >"$work/got"
diff "$work/wanted" "$work/got" || fail "other parameters do not give another host"

# A cached initramfs is of the files that it was made of, whatever their dates: trees share the cache.
cached=$(tools/xen-rig/run --fetch 2>"$work/err") || fail "no rig: $(cat "$work/err")"
mkdir -p "$work/rigs/bookworm/images" "$work/tree/tools"
ln -s "${cached%/tools/root}" "$work/rigs/bookworm/packages"
cp "${cached%/packages/tools/root}/images/complete" "$work/rigs/bookworm/images/"
cp -r tools/xen-rig "$work/tree/tools/"
# images COUNT: so many there are once the copy has made sure of its own
images()
{
	HOMENODE_XEN_RIG=$work/rigs "$work/tree/tools/xen-rig/run" --fetch >"$work/out" 2>&1 ||
		fail "the copy: $(cat "$work/out")"
	[ "$(find "$work/rigs/bookworm/images" -name 'dom0-*.cpio' | wc -l)" -eq "$1" ] ||
		fail "not $1 images: $(ls "$work/rigs/bookworm/images")"
}
images 1
images 1
echo '# another library of scenarios' >>"$work/tree/tools/xen-rig/dom0-lib.sh"
touch -d '2001-01-01' "$work/tree/tools/xen-rig/dom0-lib.sh"
images 2

# what goes wrong says so
tools/xen-rig/run --release sid tests/xen/rig-topology.sh >"$work/out" 2>"$work/err"
[ $? -eq 2 ] || fail "an unknown release is not refused"
grep -q "no rig for Debian's release sid: bookworm or trixie" "$work/err" || fail "it said: $(cat "$work/err")"
tools/xen-rig/run --nodes three tests/xen/rig-topology.sh >"$work/out" 2>"$work/err"
[ $? -eq 2 ] || fail "a wrong number is not refused"
grep -q 'takes a whole number, not three' "$work/err" || fail "it said: $(cat "$work/err")"
HOMENODE_XEN_RIG="$work/none" PATH="$work/bin:$PATH" QEMU=/nonexistent/qemu \
	tools/xen-rig/run tests/xen/rig-topology.sh >"$work/out" 2>"$work/err"
[ $? -eq 77 ] || fail "a rig that cannot be had is not skipped"
grep -q '^skipped: no /nonexistent/qemu' "$work/out" || fail "it said: $(cat "$work/out")"
finish
