#!/bin/sh
# libhomenode as it is installed: its examples are built by pkg-config and run, shared and from the
# archive, and say what `homenode plan` says; decisions allocate nothing. $1 is tests/faults/no_memory.c, built.
. tests/cli/lib.sh
counter=$1
host=$PWD/topologies/epyc-nps4-8n.xml
examples=$PWD/docs/examples/library
compiler=${CC:-cc}

cmake --install "$HOMENODE_BUILD" --prefix "$work/usr" --component library >"$work/out" 2>&1 ||
	fail "it is not installed: $(cat "$work/out")"
pc=$(find "$work/usr" -name libhomenode.pc)
libdir=$(dirname "$(dirname "$pc")")
sed "s|^prefix=.*|prefix=$work/usr|; s|^libdir=.*|libdir=$libdir|; s|^includedir=.*|includedir=$work/usr/include|" \
	"$pc" >"$work/libhomenode.pc"
PKG_CONFIG_PATH=$work
export PKG_CONFIG_PATH

# build SOURCE NAME [--static]
build()
{
	# shellcheck disable=SC2046 # words
	if [ "${3:-}" ]; then
		"$compiler" -std=c11 -Wall -Wextra -Werror "$1" $(pkg-config --cflags libhomenode) \
			"$libdir/libhomenode.a" $(pkg-config --static --libs-only-l libhomenode |
			sed 's/-lhomenode//') -o "$work/$2"
	else
		"$compiler" -std=c11 -Wall -Wextra -Werror "$1" $(pkg-config --cflags --libs libhomenode) -o "$work/$2"
	fi >"$work/out" 2>&1 || fail "$1 does not build: $(cat "$work/out")"
}
LD_LIBRARY_PATH=$libdir
export LD_LIBRARY_PATH

build "$examples/xl.c" xl
build "$examples/xl.c" xl-static --static
build "$examples/libvirt.c" libvirt
build tests/homenode/decisions.c decisions

"$work/xl" "$host" web 20 24576 >"$work/out" 2>&1 || fail "xl: $(cat "$work/out")"
LD_LIBRARY_PATH='' "$work/xl-static" "$host" web 20 24576 >"$work/static" 2>&1
cmp -s "$work/out" "$work/static" || fail "the archive says another thing: $(cat "$work/static")"
"$HOMENODE" plan "$host" --name web --target-cpus 20 --max-memory 24GiB --resource-adjustment-policy static \
	--policy edera-compact --emit xl >"$work/plan" 2>"$work/err" || fail "plan: $(cat "$work/err")"
tr -d ' \n\t' <"$work/plan" | sed 's/,]/]/' | grep -o 'cpus=\[[^]]*\]' | tail -n 1 >"$work/want"
tr -d ' \n' <"$work/out" | grep -o 'cpus=\[[^]]*\]' >"$work/got"
cmp "$work/want" "$work/got" >"$work/err" 2>&1 ||
	fail "xl: $(cat "$work/got"), and homenode plan: $(cat "$work/want")"
"$work/xl" "$host" web 2000 1024 >"$work/out" 2>&1 && fail "2000 vCPUs were placed"
says out '2000 vCPUs asked'

"$work/libvirt" 12 >"$work/out" 2>&1 || fail "libvirt: $(cat "$work/out")"
says out "<vcpupin vcpu='6' cpuset='8-15'/>"
says out "<memnode cellid='1' mode='preferred' nodeset='1'/>"

# the same number of allocations, however many decisions
for n in 1 500; do
	LD_PRELOAD=$counter HOMENODE_COUNT_MEMORY=$work/count.$n "$work/decisions" "$host" $n ||
		fail "$n decisions end with $?"
done
cmp -s "$work/count.1" "$work/count.500" ||
	fail "500 decisions take $(cat "$work/count.500") allocations, one $(cat "$work/count.1")"
[ "$(cat "$work/count.1")" -gt 10 ] || fail "nothing was counted"

command -v python3 >/dev/null 2>&1 || {
	echo "python3 is not here: its examples were not run"
	finish
}
python3 "$examples/xapi.py" "$host" u 20 24576 >"$work/out" 2>"$work/err" ||
	fail "xapi.py: $(cat "$work/err")"
says out 'VCPUs-params:mask=0,1,2,3,'
says out ' ns'
python3 "$examples/xapi.py" "$host" u 2000 1024 >"$work/out" 2>"$work/err" && fail "xapi.py placed 2000 vCPUs"
says err 'xapi.py: 2000 vCPUs asked'

python3 "$examples/extender.py" 0 b=/nonexistent.xml >"$work/out" 2>"$work/err" && fail "a host that is not there"
says err 'extender.py: /nonexistent.xml: cannot be opened'
python3 "$examples/extender.py" 0 a="$host" b="$PWD/topologies/epyc-7402-nps1-2n.xml" \
	>"$work/port" 2>"$work/err" &
extender=$!
tries=0
until [ -s "$work/port" ] || [ $tries -gt 600 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
ask()
{
	python3 - "$(cat "$work/port")" "$1" "$2" <<'PYTHON'
import json, sys, urllib.request
port, path, cpu = sys.argv[1:]
pod = {"metadata": {"name": "p"}, "spec": {"containers": [
    {"resources": {"requests": {"cpu": cpu, "memory": "2Gi"}}}]}}
body = json.dumps({"Pod": pod, "NodeNames": ["a", "b", "unknown"]}).encode()
print(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", body).read().decode())
PYTHON
}
ask /prioritize 20 >"$work/out" 2>&1
says out '{"Host": "a", "Score": 9}'
ask /filter 100000 >"$work/out" 2>&1
says out '"NodeNames": []'
says out 'vCPUs asked'
kill $extender
finish
