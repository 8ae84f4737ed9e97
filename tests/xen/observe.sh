#!/bin/sh
# In dom0: carries out the scenarios of /t/scenarios with the stock tools, xl and the
# stock domain builder, and writes what is where after each step to /out/NAME.csv, as
# `homenode rehearse` does (bench/rehearse.h). Zones with "vnuma" stock libxl cannot
# build: those scenarios are carried out by homenode itself, where /t has it.
# shellcheck disable=SC2317 # called through $carrier
# shellcheck source=tools/xen-rig/dom0-lib.sh
. /t/lib.sh

# memory below the DMA width is that of zones up to the width's: zone z ends at
# 2^(z + 12) bytes
width=$(xl dmesg | sed -n 's/.*Domain heap initialised DMA width \([0-9]*\) bits.*/\1/p')
low_zone=$((${width:-0} - 12))

# blocks that the first node has above that width; where Xen and dom0 are not, all free
# memory is in blocks
scrubbed
blocks=$(./blocks 0) || fail "the blocks of node 0 cannot be counted"

# start_zone NAME SIZE nodes N[,N...] [vcpus V]
start_zone()
{
	zone=$1 mib=${2%MiB} nodes=$4
	shift 4
	vcpus=$(echo "$nodes" | tr ',' '\n' | wc -l)
	[ "${1:-}" != vcpus ] || vcpus=$2
	# one CPU a node: its number is the node's; the list form, since the string form
	# leaves the toolstack's own placement on
	cpus=$(for _ in $(seq "$vcpus"); do printf '"%s", ' "$nodes"; done)
	guest_config "$zone" "$mib" "$vcpus" "cpus = [$cpus]"
	if grep -q "^balloon $zone " "$file"; then
		guest_start "$zone" && guest_report "$zone" >"/run/$zone.report"
	else
		guest_start "$zone" -p
	fi
}

# said STEP ACTION ZONE NODES: rows of what the guest of a zone said of its memory when it had
# booted (bench/rehearse.h): of each of its nodes, what its zones have above their low watermark
# and what is kept from such requests, give or take what its CPUs hold for themselves and what
# it takes and gives while it does nothing else, 2 MiB
said()
{
	awk -v scenario="$scenario" -v step="$1" -v action="$2" -v zone="$3" -v nodes="$4" '
		BEGIN { split(nodes, node, ","); vnuma = action ~ / vnuma$/; own = 512 }
		$1 == "zone" {
			n = vnuma ? node[$2 + 1] : node[1]
			room = $5 - $9 - $11
			least[n] += room > $13 ? room - $13 : 0
			most[n] += (room > 0 ? room : 0) + $13 + $15
			broken[n] += $17
		}
		function row(what, n, pages) {
			printf "%s,%s,\"%s\",(%s %s),%s,%d\n", scenario, step, action, what, zone, n, pages
		}
		END { for (n in least) {
			row("least", n, least[n] > own ? least[n] - own : 0)
			row("most", n, most[n] + own)
			row("broken", n, broken[n])
		} }'
}

# all_said: of all guests that were started until now and have a balloon
all_said()
{
	awk '/^(start|balloon|stop) / { n++ } /^start / { print n, $2, $5, $0 }' "$file" |
		while read -r at guest nodes text; do
			! [ -s "/run/$guest.report" ] || said "$at" "$text" "$guest" "$nodes" <"/run/$guest.report"
			rm -f "/run/$guest.report"
		done
}

# state STEP ACTION: rows of what is free and of every zone
state()
{
	debug_key H | awk -v scenario="$scenario" -v step="$1" -v action="$2" -v low="$low_zone" '
		/^heap\[node=/ {
			gsub(/[^0-9]+/, " ")
			node = $1; zone = $2; pages = $3
			free[node] += pages
			if (zone <= low)
				below[node] += pages
			if (node + 1 > nodes)
				nodes = node + 1
		}
		END { for (n = 0; n < nodes; n++) {
			printf "%s,%s,\"%s\",(free),%d,%d\n", scenario, step, action, n, free[n]
			if (step == 0)
				printf "%s,%s,\"%s\",(low),%d,%d\n", scenario, step, action, n, below[n]
		} }'
	numa_dump | awk -v scenario="$scenario" -v step="$1" -v action="$2" \
		-v names="$(xl list | awk 'NR > 2 { print $2 "=" $1 }' | tr '\n' ' ')" '
		BEGIN { n = split(names, pair, " ")
			for (i = 1; i <= n; i++) { split(pair[i], part, "="); name[part[1]] = part[2] } }
		/^Domain [0-9]+ \(/ { zone = name[$2] }
		zone != "" && $1 == "Node" { sub(/:/, "", $2)
			printf "%s,%s,\"%s\",%s,%s,%s\n", scenario, step, action, zone, $2, $3 }'
}

# carry_out WORD...: one step; where it fails, says so
carry_out()
{
	what=$1
	shift
	case $what in
	start) start_zone "$@" ;;
	balloon) xl mem-set "$1" "${2%MiB}" && settled "$1" "${2%MiB}" ;;
	stop) xl destroy "$1" && { ! grep -A 99 "^stop $1$" "$file" | grep -q '^start' || scrubbed; } ;;
	esac || fail "$scenario: $what $*"
}

rehearse()
{
	step=0 group=''
	while read -r line; do
		case $line in
		'#'* | '') continue ;;
		together) group=1 && continue ;;
		end) group='' && wait && state "$step" "$action" && continue ;;
		esac
		step=$((step + 1)) action=$line
		if [ -n "$group" ]; then
			# shellcheck disable=SC2086 # words
			carry_out $line &
		else
			# shellcheck disable=SC2086 # words
			carry_out $line </dev/null
			state "$step" "$action"
		fi
	done <"$file"
	all_said
}

by_homenode()
{
	guest="console=hvc0 loglevel=4 mitigations=off nowatchdog"
	./homenode-dom0 rehearse "$file" --backend \
		"xen:kernel=/t/vmlinux,ramdisk=/t/guest.cpio,tsc=native,wait=240,cmdline=$guest" \
		>/run/rows 2>/run/said || fail "$scenario: $(cat /run/said)"
	# how it began is known better from the heap dump; whoever looks bounds nothing
	awk -F, 'NR > 1 && $2 > 0' /run/rows | sed 's/,,$//'
	sed -n 's/^balloon \([^ ]*\) .*/\1/p' "$file" | sort -u | while read -r guest; do
		sed -n 's/\r$//; s/^homenode: \(zone .*\)/\1/p' "/var/log/xen/guest-$guest.log" \
			>"/run/$guest.report"
	done
	all_said
}

for file in /t/scenarios/*.txt; do
	carrier=rehearse
	if grep -q vnuma "$file"; then
		[ -x ./homenode-dom0 ] || continue
		carrier=by_homenode
	fi
	begin=$(cut -d. -f1 /proc/uptime)
	scenario=$(basename "$file" .txt)
	rm -f /run/*.report
	for log in /var/log/xen/guest-*.log; do
		[ ! -f "$log" ] || : >"$log"
	done
	scrubbed
	{
		echo "scenario,step,action,zone,node,pages"
		state 0 ""
		echo "$scenario,0,\"\",(blocks),0,$((blocks * 512))"
		$carrier
	} >"/out/$scenario.csv"
	xl list | awk 'NR > 2 { print $1 }' | while read -r left; do xl destroy "$left"; done
	echo "$scenario: $(($(cut -d. -f1 /proc/uptime) - begin)) s"
done
finish
