#!/bin/sh
# numactl runs what is written, on this machine; other machines' CPUs and nodes are
# replaced by its first.
. tests/cli/lib.sh
. tests/emit/zones.sh

command -v numactl >/dev/null 2>&1 || skip "no numactl"
numactl --membind=0 true 2>/dev/null || forbidden "numactl may not bind memory here"

emit_all numactl
for file in "$work"/files/*/*.sh; do
	sed -e 's/bind=[0-9,-]*/bind=0/g' -e 's/interleave=[0-9,-]*/interleave=0/' "$file" >"$work/here"
	[ "$(sh "$work/here" echo "it runs" 2>&1)" = "it runs" ] || fail "$file: $(sh "$work/here" true 2>&1)"
done
grep -qx 'exec numactl --physcpubind=0-31 --membind=0-1 -- "$@"' \
	"$work/files/edera-compact/two.sh" || fail "two: $(cat "$work/files/edera-compact/two.sh")"
grep -q -e '--physcpubind=16-31 --membind=0-1' "$work/files/short/spilled.sh" ||
	fail "spilled: $(cat "$work/files/short/spilled.sh")"
grep -q -e '--interleave=0-7' "$work/files/flat/one.sh" || fail "flat: $(cat "$work/files/flat/one.sh")"

# for this machine, as it is
run 0 plan this -c 1 -M 300MiB --resource-adjustment-policy static --emit numactl -q
cp "$work/out" "$work/this.sh"
sh "$work/this.sh" numactl --show >"$work/shown" || fail "it does not run here"
says shown "policy: bind"
sed 's/membind=[0-9,-]*/membind=1023/' "$work/this.sh" >"$work/wrong.sh"
sh "$work/wrong.sh" true >/dev/null 2>&1 && fail "numactl took a node that is not there"
finish
