# shellcheck shell=sh
# shellcheck disable=SC2154 # variables of run
# Sourced by tools/xen-rig/run: the machine that QEMU pretends to be, and one boot of it.
#
# What the software emulation of QEMU 7.2 needs to run Xen 4.17 with guests in it:
#   thread=multi     one host thread for all CPUs corrupts guests now and then
#   -monitor         MWAIT with hints faults in the hypervisor's idle loop
#   -smap            a PV dom0 dies in IRET to its own ring 3
#   -rdtscp          PVH guests loop: its exit is reported as that of RDTSC
#   one CPU a node   more than one each makes boots slow and guests stall on a few cores
# and Xen: no memory scrub at boot, which would touch all memory; dom0 on node 0 alone.

# distance A B: from the three values of $distances: a node, its package, the rest
distance()
{
	half=$(((nodes + sockets - 1) / sockets))
	if [ "$1" -eq "$2" ]; then
		echo "${distances%%,*}"
	elif [ $(($1 / half)) -eq $(($2 / half)) ]; then
		echo "$distances" | cut -d, -f2
	else
		echo "${distances##*,}"
	fi
}

# size_of NODE: in MiB, from $memory, one size for all or one each
size_of()
{
	case $memory in
	*,*) echo "$memory" | cut -d, -f$(($1 + 1)) ;;
	*) echo "$memory" ;;
	esac
}

# machine: QEMU's arguments for the nodes, one a line, into $work/machine
machine()
{
	total=0 crosses=''
	for node in $(seq 0 $((nodes - 1))); do
		first=$((node * cpus))
		printf '%s\n' -object "memory-backend-ram,id=m$node,size=$(size_of "$node")M" \
			-numa "node,nodeid=$node,cpus=$first-$((first + cpus - 1)),memdev=m$node"
		before=$total total=$((total + $(size_of "$node")))
		[ "$before" -ge 2048 ] || [ "$total" -le 2048 ] || crosses=$node
	done >"$work/machine"
	for node in $(seq 0 $((nodes - 1))); do
		for other in $(seq 0 $((nodes - 1))); do
			printf '%s\n' -numa \
				"dist,src=$node,dst=$other,val=$(distance "$node" "$other")"
		done
	done >>"$work/machine"
	# from 2816 MiB on q35 leaves a hole from 2 GiB to 4 GiB; the node across it would
	# look larger by that much
	[ "$total" -lt 2816 ] || [ -z "$crosses" ] ||
		usage "node $crosses crosses 2048 MiB, where this machine has a hole: let a node end there"
	count=$((nodes * cpus))
	printf '%s\n' -m "${total}M" \
		-smp "$count,sockets=$sockets,cores=$((count / sockets)),threads=1" >>"$work/machine"
}

# cpu_seconds PID: processor time it has used: fields 14 and 15 of proc(5), behind the
# name in parentheses
cpu_seconds()
{
	sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk -v hz="$(getconf CLK_TCK)" \
		'{ print int(($12 + $13) / hz) }'
}

# stalled PID: true once the emulator has used its time, or says nothing more. On a busy
# machine the clock tells little: what counts is how much the emulator has computed.
stalled()
{
	size=$(cat "$out/console" "$out/results" 2>/dev/null | wc -c)
	[ "$size" = "$last_size" ] || silent=0
	last_size=$size silent=$((silent + 1))
	used=$(cpu_seconds "$1")
	[ "${used:-0}" -gt $((2 * limit)) ] || [ "$silent" -gt "$limit" ]
}

# boot: runs the emulator once; gives its exit status, 124 = out of time
boot()
{
	xen="console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all console_to_ring"
	xen="$xen bootscrub=0 dom0_mem=${dom0_memory}M,max:${dom0_memory}M dom0_max_vcpus=1"
	xen="$xen dom0_vcpus_pin dom0_nodes=0 numa=on spec-ctrl=no xpti=no $xen_options"
	linux="console=hvc0 loglevel=4 panic=1 mitigations=off nowatchdog"
	rm -f "$out/results" "$out/console"
	# shellcheck disable=SC2046,SC2086 # words: none has a space
	"$QEMU" -accel tcg,thread=multi -machine q35 \
		-cpu EPYC,-monitor,-smap,-rdtscp $(cat "$work/machine") \
		-nodefaults -display none -no-reboot $qemu_arguments \
		-device isa-debug-exit,iobase=0xf4,iosize=0x04 \
		-serial "file:$out/console" -serial "file:$out/results" \
		-kernel "$rig/images/xen" -append "$xen" \
		-initrd "$rig/images/vmlinux-dom0 $linux,$work/initrd" \
		</dev/null >"$out/qemu" 2>&1 &
	emulator=$! last_size='' silent=0
	while sleep 1 && kill -0 "$emulator" 2>/dev/null; do
		stalled "$emulator" || continue
		kill "$emulator"
		wait "$emulator"
		emulator=''
		return 124
	done
	wait "$emulator"
	status=$?
	emulator=''
	return "$status"
}
