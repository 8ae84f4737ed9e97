# shellcheck shell=sh
# Sourced by scenarios in dom0 (. /t/lib.sh): what they share. Everything printed is
# the scenario's result; files put into /out come back as files.

failures=0

fail()
{
	echo "FAIL: $*"
	failures=$((failures + 1))
}

finish()
{
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}

# guest_config NAME MIB VCPUS [LINE...]: an xl.cfg of a guest that reports and waits
guest_config()
{
	config=/run/$1.cfg
	cat >"$config" <<END
name = "$1"
type = "pvh"
kernel = "/t/vmlinux"
ramdisk = "/t/guest.cpio"
cmdline = "console=hvc0 loglevel=4 mitigations=off nowatchdog"
memory = $2
maxmem = $2
vcpus = $3
tsc_mode = "native"
END
	shift 3
	[ $# -eq 0 ] || printf '%s\n' "$@" >>"$config"
}

# guest_start NAME [xl create OPTION...]: from guest_config's file
guest_start()
{
	name=$1
	shift
	xl create "$@" "/run/$name.cfg" >"/run/$name.said" 2>&1 || {
		status=$?
		grep -v '^(XEN)' "/run/$name.said"
		return "$status"
	}
}

# xenstore_text PATH: a text of several parts, see guest/xenstore.h
xenstore_text()
{
	count=$(xenstore-read "$1" | sed 's/.* //')
	part=0
	while [ "$part" -lt "$count" ]; do
		xenstore-read -R "$1/$part"
		part=$((part + 1))
	done
}

# guest_report NAME [SECONDS]: waits for the guest's report and prints it
guest_report()
{
	store=/local/domain/$(xl domid "$1")/data/homenode/report || return 1
	patience=$((${2:-120} * 5))
	while ! xenstore-exists "$store"; do
		patience=$((patience - 1))
		[ "$patience" -gt 0 ] || {
			echo "the guest $1 says nothing"
			tail -n 20 "/var/log/xen/guest-$1.log"
			return 1
		}
		usleep 200000
	done
	xenstore_text "$store"
}

# debug_key KEY: what the hypervisor prints for it
debug_key()
{
	xl dmesg -c >/dev/null
	xl debug-keys "$1"
	xl dmesg -c | sed 's/^(XEN) //'
}

# scrubbed: waits until the hypervisor has cleaned all memory that guests left
scrubbed()
{
	while debug_key H | grep -q 'unscrubbed pages'; do
		sleep 1
	done
}

# numa_dump: the hypervisor's, in which "d3 (total: ..." of newer ones reads "Domain 3 ..."
numa_dump()
{
	debug_key u | sed 's/^d\([0-9]* (total\)/Domain \1/'
}

# pages NAME: "NODE PAGES" a line, from the hypervisor's NUMA dump
pages()
{
	domain=$(xl domid "$1") || return 1
	numa_dump | awk -v domain="$domain" '
		/^Domain [0-9]+ \(/ { mine = $2 == domain }
		mine && $1 == "Node" { sub(/:/, "", $2); print $2, $3 }'
}

# settled NAME MIB [SECONDS]: waits until the guest has that much
settled()
{
	patience=${3:-120}
	while [ "$(xl list "$1" | awk 'NR == 2 { print $3 }')" != "$2" ]; do
		patience=$((patience - 1))
		[ "$patience" -gt 0 ] || return 1
		sleep 1
	done
}
