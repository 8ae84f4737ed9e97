#!/bin/sh
# Tables fit the terminal: COLUMNS of the environment, 80 where nobody knows; --wide and --columns.
. tests/cli/lib.sh

# no_wider COLUMNS: of all lines that were printed
no_wider()
{
	widest=$(wc -L <"$work/out")
	[ "$widest" -le "$1" ] || fail "a line of $widest columns where there are $1: $(cat "$work/out")"
}

cat >"$work/w.json" <<'END'
{"name": "w", "duration": "2h", "fleet": {"hosts": [{"topology": "epyc-nps4-8n", "count": 1}]},
	"policies": ["edera-compact", "flat", "homenode"],
	"generator": {"arrivals": {"per_hour": 40}, "sizes": [{"vcpus": 4, "memory": "6GiB", "weight": 1}],
		"lifetimes": [[0.5, "20min"], [1, "2h"]]}}
END

for columns in 80 100 200; do
	export COLUMNS=$columns
	for what in policies choices backends options topologies workloads formats columns; do
		run 0 list "$what" --quiet
		no_wider "$columns"
	done
	run 0 run "$work/w.json" -q -s 1,2 -o "$work/run"
	no_wider "$columns"
	head -n 3 "$work/out" >"$work/head.$columns"
	run 0 compare epyc-nps4-8n docs/examples/epyc-nps4-8n/day.json -q
	no_wider "$columns"
	run 0 capacity epyc-nps4-8n --flavor 4x6GiB -q
	no_wider "$columns"
	run 0 size "$work/w.json" -q
	no_wider "$columns"
done
unset COLUMNS

# wider terminals show more; nobody's terminal is 80
cmp -s "$work/head.80" "$work/head.200" && fail "200 columns show no more than 80"
run 0 run "$work/w.json" -q -s 1,2 -o "$work/run"
head -n 3 "$work/out" | cmp -s - "$work/head.80" || fail "without COLUMNS it is not 80"
COLUMNS=many run 0 run "$work/w.json" -q -s 1,2 -o "$work/run"
head -n 3 "$work/out" | cmp -s - "$work/head.80" || fail "COLUMNS=many is not 80"

# what is the same in all rows stands above; units stand in the heading
sed -n 1p "$work/out" | grep -q '^w on epyc-nps4-8n, 1 host, memory as-asked' || fail "no host above: $(cat "$work/out")"
sed -n 3p "$work/out" | grep -q 'local %' || fail "no unit in the heading: $(cat "$work/out")"
says out 'more columns: --wide'

run 0 run "$work/w.json" -q -o "$work/run" --wide
grep -q 'stranded mem' "$work/out" || fail "--wide has not all columns"
silent_rest=$(grep -c -e '--wide' "$work/out")
[ "$silent_rest" -eq 0 ] || fail "--wide says that columns are left out"

run 0 run "$work/w.json" -q -o "$work/run" --columns hosts,policy,local_page_ppm
sed -n 3p "$work/out" | grep -Eq '^hosts +policy +local %$' || fail "not these columns: $(cat "$work/out")"
run 0 compare epyc-nps4-8n docs/examples/epyc-nps4-8n/day.json --columns zone,cause -q
sed -n 3p "$work/out" | grep -Eq '^zone +cause$' || fail "not these columns: $(cat "$work/out")"

run 0 size "$work/w.json" -q --columns hosts,policy,why
sed -n 1p "$work/out" | grep -Eq '^hosts +policy +why$' || fail "not these columns: $(cat "$work/out")"
refused 2 size "$work/w.json" -q --columns host
says err 'did you mean "hosts"?'

refused 2 run "$work/w.json" -q -o "$work/run" --columns local_page
says err 'did you mean "local_page_ppm"?'
refused 2 list policies --columns nam
says err 'did you mean "name"?'
refused 2 compare epyc-nps4-8n --columns laency_ps
says err 'did you mean "latency_ps"?'
refused 2 capacity epyc-nps4-8n --flavor 4x6GiB --columns fitt
says err 'did you mean "fit"?'
refused 2 list policies --columns name --wide
refused 2 list policies --columns ,
refused 2 list policies --columns name --format csv
says err 'csv and json have all columns'

# machine formats do not know the terminal
COLUMNS=20 run 0 list policies --format csv
cp "$work/out" "$work/csv"
COLUMNS=200 run 0 list policies --format csv
cmp -s "$work/out" "$work/csv" || fail "csv depends on COLUMNS"

# no colour where there is no terminal; on one, unless it is not wanted
run 0 list choices
grep -q "$(printf '\033')" "$work/out" && fail "colour in a file"
if command -v script >/dev/null; then
	TERM=xterm script -qec "'$HOMENODE' list choices" /dev/null >"$work/tty" </dev/null
	grep -q "$(printf '\033')\[1m" "$work/tty" || fail "no heading on a terminal: $(head -n 2 "$work/tty")"
	NO_COLOR=1 TERM=xterm script -qec "'$HOMENODE' list choices" /dev/null >"$work/tty" </dev/null
	grep -q "$(printf '\033')" "$work/tty" && fail "NO_COLOR is not heard"
	TERM=dumb script -qec "'$HOMENODE' list choices" /dev/null >"$work/tty" </dev/null
	grep -q "$(printf '\033')" "$work/tty" && fail "a dumb terminal gets colours"
fi

# the verdict: the first that was named is the baseline
run 0 run "$work/w.json" -q -o "$work/run" --policy flat,edera-compact
grep -q 'as many zones as flat' "$work/out" || fail "no verdict: $(cat "$work/out")"
[ "$(sed -n '4,5s/ .*//p' "$work/out" | tr '\n' ' ')" = 'flat edera-compact ' ] || fail "not in the order of --policy: $(cat "$work/out")"
run 0 run "$work/w.json" -q -o "$work/run" --policy flat
grep -q 'stay with\|take' "$work/out" && fail "a verdict over one policy"
finish
