#!/bin/sh
# homenode list: the same rows in every format, sorted where they are files.
. tests/cli/lib.sh

for what in policies choices backends topologies workloads formats; do
	run 0 list "$what" --format csv --quiet
	cp "$work/out" "$work/csv"
	head -n 1 "$work/csv" | grep -q '^name,' || fail "$what: the heading is $(head -n 1 "$work/csv")"
	rows=$(($(wc -l <"$work/csv") - 1))
	[ "$rows" -gt 0 ] || fail "the list of $what is empty"
	run 0 list "$what" --quiet
	[ "$(wc -l <"$work/out")" -eq $((rows + 1)) ] || fail "$what: text and csv differ in rows"
	run 0 list "$what" --format json --quiet
	[ "$(grep -c '"name":' "$work/out")" -eq "$rows" ] || fail "$what: json and csv differ in rows"
	says out "\"$what\": ["
done

for name in topologies workloads; do
	run 0 list "$name" --format csv
	[ -s "$work/err" ] && fail "$name: $(cat "$work/err")"
	sed -e 1d -e 's/,.*//' "$work/out" >"$work/names"
	LC_ALL=C sort -c "$work/names" || fail "$name are not sorted"
done

# a broken file does not hide the others
mkdir -p "$work/data/topologies" "$work/data/workloads"
cp topologies/epyc-nps4-8n.xml "$work/data/topologies/good.xml"
echo 'nonsense' >"$work/data/topologies/bad.xml"
HOMENODE_DATA=$work/data
export HOMENODE_DATA
run 0 list topologies --format csv
says err 'bad.xml'
grep -q '^good,8,128,' "$work/out" || fail "good.xml: $(cat "$work/out")"
[ "$(wc -l <"$work/out")" -eq 2 ] || fail "rows: $(cat "$work/out")"
run 0 list topologies --quiet
[ -s "$work/err" ] && fail "--quiet said $(cat "$work/err")"
run 0 list workloads --format csv
[ "$(wc -l <"$work/out")" -eq 1 ] || fail "an empty folder has rows: $(cat "$work/out")"
finish
