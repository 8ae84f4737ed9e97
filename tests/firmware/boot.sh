#!/bin/sh
# A Linux kernel believes the tables: Debian's boots under QEMU's software
# emulation with a zone's shape and its SRAT and SLIT, and prints its nodes, CPUs,
# memory and distances; they must be the plan's. The MADT and CPUID are QEMU's
# own: their ids agree because vnodes are sockets there and packages here.
. tests/cli/lib.sh

. tests/firmware/kernel.sh

for command in qemu-system-x86_64 busybox cpio; do
	command -v "$command" >/dev/null 2>&1 || skip "no $command"
done
cache=$HOMENODE_BUILD/../boot

make_initramfs()
{
	mkdir -p "$work/root/bin" "$work/root/sys" "$work/root/proc" "$work/root/dev"
	cp "$(command -v busybox)" "$work/root/bin/busybox"
	cp tests/firmware/init.sh "$work/root/init"
	(cd "$work/root" && find . | cpio -o -H newc 2>/dev/null) >"$work/initramfs"
}

# What the guest must say, from the plan; ranges of vCPUs are consecutive.
expected()
{
	tr -d ' \n' <"$1" | awk '{
		rest = $0
		for (v = 0; match(rest, /"vcpus":\[[0-9,]*\]/); v++) {
			list = substr(rest, RSTART + 9, RLENGTH - 10)
			rest = substr(rest, RSTART + RLENGTH)
			n = split(list, cpu, ",")
			cpus[v] = n == 1 ? cpu[1] : cpu[1] "-" cpu[n]
			for (i = 1; i <= n; i++)
				printf "cpu %d package %d core %d\n", cpu[i], v, i - 1
		}
		match($0, /"distances":\[\[[][0-9,]*\]\]/)
		rows = substr($0, RSTART + 14, RLENGTH - 16)
		gsub(/\],\[/, ";", rows)
		n = split(rows, row, ";")
		for (i = 1; i <= n; i++) {
			gsub(/,/, " ", row[i])
			printf "node %d cpus %s distances %s\n", i - 1, cpus[i - 1], row[i]
		}
	}' | sort
}

# The kernel keeps part of a node for itself, 1/64 for its pages at least.
check_memory()
{
	"$HOMENODE" show --acpi "$1" | awk '$1 ~ /^0x/ {
		size = $3 * ($4 == "GiB" ? 1048576 : $4 == "MiB" ? 1024 : 1)
		have[$5] += size
	} END { for (d in have) printf "%d %d\n", d, have[d] }' >"$work/told"
	sed -n 's/^GUEST memory //p' "$work/console" >"$work/total"
	awk 'NR == FNR { told[$1] = $2; n++; next }
		{ seen++; if ($2 > told[$1] || $2 < told[$1] * 0.9 - 131072) {
			printf "node %d has %d KiB, it was told %d\n", $1, $2, told[$1]; bad = 1 } }
		END { exit bad || seen != n }' "$work/told" "$work/total" ||
		fail "$name: memory differs: $(cat "$work/total")"
}

# boot NAME VNODES CORES VCPUS MIB OPTION...
# One thread emulates all CPUs in turn: several that spin for one another on a busy
# machine take minutes.
boot()
{
	name=$1 vnodes=$2 cores=$3 vcpus=$4 mib=$5
	shift 5
	run 0 plan epyc-nps4-8n -n z -c "$vcpus" -M "${mib}MiB" -V pvh -q --format json \
		--resource-adjustment-policy static --emit acpi-q35 --output "$work/$name" "$@"
	cp "$work/out" "$work/plan.json"
	begin=$(date +%s)
	timeout 240 qemu-system-x86_64 -accel tcg,thread=single -machine q35 -m "$mib" -display none \
		-no-reboot -nodefaults -serial stdio -kernel "$kernel" -initrd "$work/initramfs" \
		-append "console=ttyS0 panic=-1 quiet" \
		-smp "$vcpus,sockets=$vnodes,cores=$cores,threads=1,maxcpus=$((vnodes * cores))" \
		-acpitable file="$work/$name/z/srat.aml" \
		-acpitable file="$work/$name/z/slit.aml" </dev/null 2>"$work/qemu" |
		tr -d '\r' >"$work/console"
	echo "$name: $(($(date +%s) - begin)) s"
	grep -q '^GUEST end' "$work/console" || {
		fail "$name: the guest did not come to its end: $(tail -n 5 "$work/console" "$work/qemu")"
		return
	}
	expected "$work/plan.json" >"$work/want"
	sed -nE 's/^GUEST ((node|cpu) )/\1/p' "$work/console" | sort >"$work/got"
	[ -s "$work/want" ] || fail "$name: nothing is expected of it"
	diff "$work/want" "$work/got" || fail "$name: the guest believes something else"
	grep -E 'not on the same node|topology_sane' "$work/console" && fail "$name: the kernel warns"
	check_memory "$work/$name/z/srat.aml"
}

fetch_kernel
make_initramfs
boot one 1 4 4 1024
# five CPUs a vnode: core ids need three bits, and three of eight are nobody's
boot compact 2 5 10 1024 --numa-nodes 2
boot scatter 2 5 10 1024 --numa-nodes 2 --placement scatter
boot spilled 3 2 6 1537 --numa-nodes 3 --free 0=300MiB,1=4GiB,2=5GiB,3=1GiB
[ "$failures" -eq 0 ] || finish
boot six 6 5 30 3072 --numa-nodes 6
finish
