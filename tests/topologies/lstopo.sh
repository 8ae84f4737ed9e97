#!/bin/sh
# hwloc's own viewer reads every topology without a complaint, and sees the
# default host's eight nodes and three devices where they belong.
set -u
lstopo=$(command -v lstopo-no-graphics || command -v lstopo) || {
	echo "skipped: lstopo is not installed (package hwloc)"
	exit 77
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

show() {
	if ! "$lstopo" --of console --whole-io -i "$1" >"$work/out" 2>"$work/err" ||
		[ -s "$work/err" ] || ! grep -q '^Machine' "$work/out"; then
		echo "lstopo does not read $1:" >&2
		cat "$work/err" >&2
		exit 1
	fi
}

# A check that cannot fail is none: a broken file must be refused.
sed 's/<object type="Package"/<object type="Parcel"/' topologies/epyc-nps4-8n.xml \
	>"$work/broken.xml"
if (show "$work/broken.xml") 2>/dev/null; then
	echo "lstopo reads a broken file without a word: this test shows nothing" >&2
	exit 1
fi

nr=0
for file in topologies/*.xml; do
	show "$file"
	nr=$((nr + 1))
done
[ "$nr" -gt 0 ] || { echo "no topologies found" >&2; exit 1; }

expect() {
	if [ "$2" != "$3" ]; then
		echo "epyc-nps4-8n: expected $1 $2, lstopo shows $3" >&2
		exit 1
	fi
}
show topologies/epyc-nps4-8n.xml
expect packages 2 "$(grep -c '^ *Package ' "$work/out")"
expect nodes 8 "$(grep -c 'NUMANode.*16GB' "$work/out")"
expect groups 8 "$(grep -c 'Group0' "$work/out")"
expect L3s 16 "$(grep -c '^ *L3 ' "$work/out")"
expect CPUs 128 "$(grep -c 'PU L#' "$work/out")"
# "node device" for each device, the node being the last one printed before it
expect devices "2 gpu0,5 nic0,6 gpu1" "$(awk '
	/NUMANode/ { node = $0; sub(/.*P#/, "", node); sub(/ .*/, "", node) }
	/(GPU|Net) "/ { split($0, part, "\"")
		printf "%s%s %s", comma, node, part[2]; comma = "," }' "$work/out")"
