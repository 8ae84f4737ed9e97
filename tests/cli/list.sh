#!/bin/sh
# homenode list: the same rows in every format, sorted where they are files.
. tests/cli/lib.sh

for what in policies choices backends topologies workloads formats calibrations; do
	run 0 list "$what" --format csv --quiet
	cp "$work/out" "$work/csv"
	head -n 1 "$work/csv" | grep -q '^name,' || fail "$what: the heading is $(head -n 1 "$work/csv")"
	rows=$(($(wc -l <"$work/csv") - 1))
	[ "$rows" -gt 0 ] || fail "the list of $what is empty"
	run 0 list "$what" --quiet --wide
	[ "$(wc -l <"$work/out")" -eq $((rows + 1)) ] || fail "$what: text and csv differ in rows"
	run 0 list "$what" --format json --quiet
	[ "$(grep -c '"name":' "$work/out")" -eq "$rows" ] || fail "$what: json and csv differ in rows"
	says out "\"$what\": ["
done

# what a backend is told: its table, and the same in the man page
run 0 list options --format csv
says out 'backend,option,value,meaning,from'
grep -q '^sim,exchange,PPM,.*,balloon.exchange$' "$work/out" || fail "exchange: $(cat "$work/out")"
grep -q '^xen,recover,refuse|destroy|adopt,.*,--recover$' "$work/out" ||
	fail "recover: $(cat "$work/out")"
run 0 help --man
says out '\fBrecover\fR=\fIrefuse|destroy|adopt\fR'

# formats: a screen wide; columns, licence and place of each; one of them line by line
run 0 list formats
[ "$(wc -L <"$work/out")" -le 80 ] || fail "the list of formats is wider than a screen"
run 0 list formats --format csv
head -n 1 "$work/out" | grep -qx 'name,summary,columns,licence,where,source' || fail "$(head -n 1 "$work/out")"
grep '^huawei-east-1,' "$work/out" | grep -qF 'vmid, cpu [vCPUs], mem [GiB], at [s], lt [s]; vmid,' || fail "$(cat "$work/out")"
grep -q '^huawei-east-1,.*,CC BY-NC 4.0,' "$work/out" || fail "huawei-east-1 without its licence"
run 0 list formats huawei-east-1
says out 'licence'
grep -Eq '^column +mem +GiB +its memory$' "$work/out" || fail "$(cat "$work/out")"
run 0 list formats homenode-csv --format csv
grep -qx 'homenode-csv,1,optional,numa_nodes,,on so many NUMA nodes' "$work/out" || fail "$(cat "$work/out")"
refused 2 list formats openbb
says err 'did you mean "openb"?'

for name in topologies workloads; do
	run 0 list "$name" --format csv
	[ -s "$work/err" ] && fail "$name: $(cat "$work/err")"
	sed -e 1d -e 's/,.*//' "$work/out" >"$work/names"
	LC_ALL=C sort -c "$work/names" || fail "$name are not sorted"
done

# what columns mean: of one file as of all
run 0 list columns --format csv
head -n 1 "$work/out" | grep -qx 'file,name,title,role,unit,shown,better,source,meaning' || fail "$(head -n 1 "$work/out")"
grep '^zones,' "$work/out" >"$work/zones"
run 0 list columns zones.csv --format csv
sed 1d "$work/out" | cmp -s - "$work/zones" || fail "the columns of zones are not those of all"
run 0 list columns summary --format json
says out '"columns": ['
says out '"unit": "ppm_share"'
run 0 list columns summary
grep -Eq '^summary +slowdown_ppm +ppm_factor +lower +time that' "$work/out" || fail "$(cat "$work/out")"
# and they are those that the file has
(cd "$work" && run 0 run golden-seven --zones --output columns --quiet)
for file in summary timeline zones; do
	run 0 list columns $file --format csv
	[ "$(sed -e 1d -e 's/^[a-z]*,//' -e 's/,.*//' "$work/out" | paste -s -d , -)" = "$(head -n 1 "$work/columns/$file.csv")" ] ||
		fail "the columns of $file.csv are others"
done
refused 2 list columns sumary
says err 'did you mean "summary"?'
refused 2 list columns nonsense
says err 'there are summary, timeline, zones, '
refused 2 list policies summary
says err 'the list of policies has no parts'

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
