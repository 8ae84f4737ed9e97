#!/bin/sh
# homenode advise: what it says, how it ends, and its shell file carried out by stand-ins that write
# down what they are called with. xl itself reads what would be created, where it is at hand.
. tests/cli/lib.sh
. tests/emit/zones.sh
. tests/emit/xl_lib.sh

host='node:2(memory=16GiB) core:8 pu:1'

# zone NAME ID KIND VCPUS NODES BYTES,BYTES MORE: one zone of a sample
zone()
{
	printf '{"name":"%s","id":"%s","kind":"%s","ours":false,"vcpus":%s,' "$1" "$2" "$3" "$4"
	printf '"vnodes":[{"runs_on":[%s],"prefers":[],"told_node":null,"vcpus":%s,' "$5" "$4"
	printf '"memory_bytes":null}],"node_bytes":[%s],"unknown_bytes":0,' "$6"
	printf '"target_bytes":%s,"max_bytes":%s,"io_runs_on":[],"device_nodes":[]}' "${7:-null}" "${7:-null}"
}

# sample FREE ZONE...: a file of them
sample()
{
	free=$1
	shift
	printf '{"at_ns":0,"took_ns":0,"cost_ns":null,"size_bytes":[17179869184,17179869184],'
	printf '"free_bytes":[%s],"zones":[' "$free"
	comma=
	for z in "$@"; do
		printf '%s%s' "$comma" "$z"
		comma=,
	done
	printf '],"notes":[]}\n'
}
gib=1073741824

# what every stand-in does: one line a call
mkdir "$work/bin" "$work/xen"
: >"$work/calls"
for tool in virsh taskset migratepages systemctl stat sed; do
	cat >"$work/bin/$tool" <<END
#!/bin/sh
case \$0 in */sed) echo "S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777" ; exit ;; */stat) echo 99 ; exit ;; esac
echo "$tool \$*" >>"$work/calls"
[ "$tool \$1" != "systemctl show" ] || echo "\$UNIT"
[ "$tool \$1" != "virsh domstate" ] || [ -n "\$LIBVIRT" ]
END
done
# and xl, which knows domains by numbers and hands what it is to create to the real one
cat >"$work/bin/xl" <<END
#!/bin/sh
case \$1 in
domid) echo "\${DOMID:-\$(cat "$work/xen/\$2.id")}" ;;
info) printf 'numa_info              :\nnode:    memsize    memfree    distances\n   0:     16384      16000      10,20\n   1:     16384      16000      10,20\n' ;;
list) printf 'Name ID Mem VCPUs State Time(s)\nwith blanks %s %s 4 -b---- 1.5\n' "\$2" "\${HAS-1}" ;;
-N)
	echo "dry \$3" >>"$work/calls"
	[ -z "\$REAL" ] || LD_PRELOAD=$shim "\$REAL" "\$@"
	;;
*) echo "xl \$*" >>"$work/calls" ;;
esac
END
chmod +x "$work"/bin/*

# domain NAME ID: there, with a file of its own
domain()
{
	echo "$2" >"$work/xen/$1.id"
	printf 'name="%s"\ntype="pvh"\nkernel="/boot/vmlinuz"\nmemory=64\nvcpus=4\n' "$1" >"$work/xen/$1.cfg"
}

# carry_out: the file, by the stand-ins
carry_out()
{
	: >"$work/calls"
	sh -n "$work/steps" || fail "the shell does not take $(cat "$work/steps")"
	PATH=$work/bin:$PATH config=$work/xen cgroups=$work/cgroup guests=$work sh "$work/steps" >"$work/said" 2>&1
}

# before A B: a call that begins with A comes before the first with B
before()
{
	first=$(grep -n -m 1 -e "^$1" "$work/calls" | cut -d : -f 1)
	second=$(grep -n -m 1 -e "^$2" "$work/calls" | cut -d : -f 1)
	if [ -z "$first" ] || [ -z "$second" ] || [ "$first" -ge "$second" ]; then
		fail "\"$1\" is not before \"$2\" in: $(cat "$work/calls")"
	fi
}

# a host in order
sample "$((12 * gib)),$((16 * gib))" "$(zone a 'domid 1 u' xen-pvh 4 0 "$((4 * gib)),0")" >"$work/fine"
run 0 advise "$host" "$work/fine"
says out "there is nothing to change"
says err '"web"'
run 0 advise "$host" "$work/fine" --format csv
[ "$(wc -l <"$work/out")" -eq 1 ] || fail "steps where none are: $(cat "$work/out")"

# wrong inputs: one sentence, nothing written
refused 2 advise "$host" "$work/none"
refused 2 advise "$host" "$work/fine" --keep b
says err 'no zone'
refused 2 advise "$host" "$work/fine" --policy compat
refused 2 advise "$host" "$work/fine" --steps 0
refused 2 advise "$host" "$work/fine" --mend 101
refused 2 advise "$host" "$work/fine" --columns nothing
refused 2 advise nowhere "$work/fine"
echo '{"at_ns":0}' >"$work/bad"
refused 2 advise "$host" "$work/bad" --emit "$work/not"
says err "$work/bad:1:"
[ -e "$work/not" ] && fail "a file was left behind"
refused 2 advise "$host" docs/examples/drifting.jsonl
says err 'drifting.jsonl:1: this is a recording'
refused 3 advise "$host" "$work/fine" --emit "$work/no/such/place"

# two domains on each other's nodes, which are full: both stop before one starts
domain a 1
domain b 2
sample "$((2 * gib)),$((2 * gib))" \
	"$(zone a 'domid 1 u' xen-pvh 4 0 "$((5 * gib)),$((9 * gib))" "$((14 * gib))")" \
	"$(zone b 'domid 2 u' xen-pvh 4 1 "$((9 * gib)),$((5 * gib))" "$((14 * gib))")" >"$work/cycle"
run 1 advise "$host" "$work/cycle" --emit "$work/steps"
says out "stopped before the next one starts"
REAL=
# in a shell of its own: without xl the rest is tried all the same
[ -e "$shim" ] && (fetch_xl) >/dev/null 2>&1 && REAL=$(find "$cache" -path '*/bin/xl' | head -n 1)
export REAL
[ -n "$REAL" ] || echo "xl is not at hand: what it is to create is not read by it"
carry_out || fail "the steps ended badly: $(cat "$work/said")"
before "dry $work/xen/a.cfg" "xl shutdown"
before "dry $work/xen/b.cfg" "xl shutdown"
before "xl shutdown -w 1" "xl create"
before "xl shutdown -w 2" "xl create"
grep -q "xl create $work/xen/a.cfg cpus=\[\"[0-9]*-[0-9]*\", .*\] memory=14336 maxmem=14336" "$work/calls" ||
	fail "a is created otherwise: $(cat "$work/calls")"
# one of them is another domain now: nothing is done
DOMID=7 carry_out && fail "another domain was stopped"
grep -q shutdown "$work/calls" && fail "another domain was stopped"
says said "look again"
# a domain's own file is not there: nothing is done
rm "$work/xen/b.cfg"
carry_out && fail "b cannot be created"
grep -q shutdown "$work/calls" && fail "a was stopped although b cannot be created"
# the real one says no to a file that is none
domain b 2
if [ -n "$REAL" ]; then
	echo 'vcpus = [' >>"$work/xen/b.cfg"
	carry_out && fail "xl does not take that file"
	grep -q shutdown "$work/calls" && fail "a was stopped although xl does not take b"
fi

# one of its names is no word of the shell
name="x; touch $work/trap \$(touch $work/trap) '"
sample "$((16 * gib)),$((12 * gib))" "$(zone "$name" 'domid 3 u' xen-pvh 4 0 "0,$((4 * gib))")" >"$work/odd"
run 1 advise "$host" "$work/odd" --emit "$work/steps"
DOMID=3 carry_out || fail "the steps ended badly: $(cat "$work/said")"
[ -e "$work/trap" ] && fail "a name was carried out"
grep -Fq "xl vcpu-pin 3 all 8-15 all" "$work/calls" || fail "pinned otherwise: $(cat "$work/calls")"

# one whose name is another's number, and one that gives up memory for it: xl is told numbers alone
domain 2 1
domain -a 2
sample "$((4 * gib)),0" \
	"$(zone 2 'domid 1 u' xen-pvh 4 0 "$((6 * gib)),$((6 * gib))" "$((12 * gib))")" \
	"$(zone -a 'domid 2 u' xen-pvh 6 0 "$((6 * gib)),0" "$((6 * gib))")" \
	"$(zone full 'domid 3 u' xen-pvh 4 1 "0,$((10 * gib))" "$((10 * gib))")" >"$work/number"
run 1 advise "$host" "$work/number" --emit "$work/steps" --shrink 50 --mend 100
carry_out || fail "the steps ended badly: $(cat "$work/said")"
before "xl mem-set 2 [0-9]*m" "xl shutdown -w 1"
grep -q -e 'xl [a-z-]* 2$' -e 'xl [a-z-]* -a' "$work/calls" && fail "xl takes a name for something else: $(cat "$work/calls")"
HAS='?' carry_out && fail "what a domain has is not known, and it goes on"
grep -q shutdown "$work/calls" && fail "there is no room, and a domain is stopped"

# a guest of QEMU, by libvirt or not, and a container, by systemd or not
sample "$((10 * gib)),$((13 * gib))" \
	"$(zone vm "pid $$ 777" qemu 4 0 "$((4 * gib)),$((2 * gib))")" \
	"$(zone pod "/kubepods.slice/pod 1.scope 99" container 4 1 "$((2 * gib)),$gib")" >"$work/linux"
run 1 advise "$host" "$work/linux" --emit "$work/steps"
UNIT="/kubepods.slice/pod 1.scope" carry_out || fail "the steps ended badly: $(cat "$work/said")"
before "taskset -a -c -p 0-7 $$" "migratepages $$ 0-1 0"
grep -q "^systemctl set-property --runtime -- pod 1.scope AllowedMemoryNodes=1" "$work/calls" ||
	fail "the container: $(cat "$work/calls")"
# a unit of this name that is another group is not touched, nor is a guest that is another process
mkdir -p "$work/cgroup/kubepods.slice/pod 1.scope"
echo 1 >"$work/vm.pid"
LIBVIRT=1 UNIT=/system.slice/pod carry_out || fail "the steps ended badly: $(cat "$work/said")"
grep -q -e set-property -e vcpupin "$work/calls" && fail "somebody else's unit or guest is changed: $(cat "$work/calls")"
[ -s "$work/cgroup/kubepods.slice/pod 1.scope/cpuset.mems" ] || fail "the container stays where it is"
echo $$ >"$work/vm.pid"
LIBVIRT=1 carry_out || fail "the steps ended badly: $(cat "$work/said")"
before "virsh vcpupin vm 3 0-7 --live" "virsh numatune vm --nodeset 0 --live"
grep -q taskset "$work/calls" && fail "libvirt's guest is pinned beside it"
mkdir -p "$work/cgroup/box"
sample "$((14 * gib)),$((15 * gib))" "$(zone box "/box 99" container 4 1 "$((2 * gib)),$gib")" >"$work/box"
run 1 advise "$host" "$work/box" --emit "$work/steps"
carry_out || fail "the steps ended badly: $(cat "$work/said")"
[ "$(cat "$work/cgroup/box/cpuset.cpus" 2>/dev/null)" = 8-15 ] || [ "$(cat "$work/cgroup/box/cpuset.cpus")" = 0-7 ] ||
	fail "cpuset.cpus is $(cat "$work/cgroup/box/cpuset.cpus")"
[ -s "$work/cgroup/box/cpuset.mems" ] || fail "cpuset.mems is not set"

# those who are kept stay; the file alone on standard output
run 0 advise "$host" "$work/odd" --keep "$name" --quiet --format json
says out '"it is kept"'
run 1 advise "$host" "$work/odd" --emit - --quiet
[ "$(head -n 1 "$work/out")" = "#!/bin/sh" ] || fail "not the file alone: $(head -n 3 "$work/out")"
run 1 advise "$host" "$work/cycle" --format json --quiet
says out '"steps": ['
says out '"with_next": 1'
finish
