#!/bin/sh
# Where HOST is looked for: names in the data directory, paths, and what is said
# when there is no such host.
. tests/cli/lib.sh

source_root=$PWD
run 0 show epyc-nps4-8n
cp "$work/out" "$work/by_name"
run 0 show topologies/epyc-nps4-8n.xml
cmp -s "$work/out" "$work/by_name" || fail "a name and its path show different hosts"

cd "$work" || exit 1
run 0 show epyc-nps4-8n
cmp -s "$work/out" "$work/by_name" || fail "a name depends on the working directory"
cp "$source_root/topologies/epyc-nps4-8n.xml" plain
run 0 show plain
run 0 show ./plain

refused 2 show epyc-nps4-8m
says err 'did you mean "epyc-nps4-8n"?'
refused 2 show zzzzzzzzzzzzz
says err 'homenode list topologies'
refused 2 show ''
refused 2 show xen
grep -q 'hypervisor\|built without Xen' "$work/err" || fail "no Xen here: $(cat "$work/err")"
refused 2 show nowhere/x.xml
says err 'nowhere/x.xml'

mkdir -p data/topologies
cp plain data/topologies/mine.xml
HOMENODE_DATA=$work/data
export HOMENODE_DATA
run 0 show mine
refused 2 show epyc-nps4-8n
HOMENODE_DATA=$work/nowhere
refused 2 show mine
says err "HOMENODE_DATA=$work/nowhere"
refused 2 list topologies

# an install tree
unset HOMENODE_DATA
mkdir -p root/bin root/share/homenode/topologies
cp "$HOMENODE" root/bin/homenode
cp plain root/share/homenode/topologies/installed.xml
HOMENODE=$work/root/bin/homenode
run 0 show installed
finish
