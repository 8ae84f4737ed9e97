#!/bin/sh
# --choice takes every name of the list, and says which is near an unknown one.
. tests/cli/lib.sh

run 0 list choices --format csv
sed -e 1d -e 's/,.*//' "$work/out" >"$work/names"
while read -r name; do
	run 0 run big-zones --choice "$name" --policy flat --no-cost --seed 1 --format csv --quiet \
		--output "$work/$name"
	cut -d, -f1-6 "$work/out" >"$work/key"
	cmp -s "$work/key" "$work/first" || [ ! -f "$work/first" ] || fail "$name: other rows"
	cp "$work/key" "$work/first"
	cksum <"$work/$name/summary.csv" >>"$work/sums"
done <"$work/names"
# they are not all the same rule
[ "$(sort -u "$work/sums" | wc -l)" -ge 5 ] || fail "the choices give the same: $(cat "$work/sums")"

refused 2 run week --choice best-fits --output "$work/bad"
says err '--choice: unknown host choice "best-fits"; did you mean "best-fit"?'
refused 2 run week --choice nothing-like-it --output "$work/bad"
says err '"homenode list choices" names'
cat >"$work/w.json" <<'TEXT'
{"fleet": {"hosts": [{"topology": "epyc-nps4-8n"}], "choice": "frist-fit"},
 "events": [{"at": 0, "start": {"name": "A", "vcpus": 1, "memory": "1GiB"}}]}
TEXT
refused 2 run "$work/w.json" --output "$work/bad"
says err "$work/w.json: unknown host choice \"frist-fit\"; did you mean \"first-fit\"?"
refused 2 size "$work/w.json"
says err 'did you mean "first-fit"?'
run 0 run "$work/w.json" --choice fgd --quiet --output "$work/good"
finish
