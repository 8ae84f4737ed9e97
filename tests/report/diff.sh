#!/bin/sh
# homenode diff: equal runs, changed figures, rows that one lacks.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
run 0 run golden-seven --output "$work/a" --quiet
run 0 diff "$work/a" "$work/a"
says out "3 rows in both, 3 of them equal"
cat >"$work/one.csv" <<'CSV'
format,topology,workload,policy,memory_policy,seed,x,y
2,t,w,p,static,1,100,
2,t,w,p,static,2,0,5
2,t,w,q,static,1,1,1
CSV
cat >"$work/two.csv" <<'CSV'
format,topology,workload,policy,memory_policy,seed,y,x,z
2,t,w,p,static,1,7,90,1
2,t,w,p,static,2,5,0,1
2,t,w,r,static,1,1,1,1
CSV
run 1 diff "$work/one.csv" "$work/two.csv"
says out "t w p static seed 1"
says out "-10.00 %"
says out "only in the first: t w q static seed 1"
says out "only in the second: t w r static seed 1"
says out "column only in the second: z"
says out "2 rows in both, 1 of them equal"
grep -Eq '^ +y +not known +7 +-$' "$work/out" || fail "what is not known: $(cat "$work/out")"
run 1 diff "$work/one.csv" "$work/two.csv" --format csv
says out "changed,t,w,p,static,1,x,100,90"
says out "changed,t,w,p,static,1,y,,7"
says out "only_a,t,w,q,static,1,,,"
run 1 diff "$work/one.csv" "$work/two.csv" --format json
says out '"equal_rows": 1'
sed 3p "$work/one.csv" >"$work/twice.csv"
refused 2 diff "$work/one.csv" "$work/twice.csv"
says err "two rows are t w p static seed 2"
cut -d, -f1,3- "$work/one.csv" >"$work/keyless.csv"
refused 2 diff "$work/one.csv" "$work/keyless.csv"
says err 'keyless.csv:1: there is no column "topology"'
refused 2 diff "$work/one.csv"
finish
