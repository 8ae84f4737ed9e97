#!/bin/sh
# homenode check: what passes, what turns it red, and how that is told.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
run 0 run golden-seven --output "$work/run" --quiet
base=$work/base.csv
run 0 check "$work/run" --baseline "$base" --update --reason "first figures"
says err "is the baseline now"
cmp -s "$base" "$work/run/summary.csv" || fail "the baseline is not the summary"
grep -q '"first figures"' "$work/base.json" || fail "the reason is not kept"
run 0 check "$work/run" --baseline "$base"
says out "passed: 3 rows compared, 0 findings"

# worsen COLUMN VALUE: the first row of the run gets another figure
worsen()
{
	rm -rf "$work/bad"
	cp -r "$work/run" "$work/bad"
	awk -F, -v OFS=, -v name="$1" -v value="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i }
		NR == 2 { $column = value }
		{ print }' "$work/run/summary.csv" >"$work/bad/summary.csv"
}
figure()
{
	awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i }
		NR == 2 { print $column }' "$work/run/summary.csv"
}

local=$(figure local_page_ppm)
worsen local_page_ppm $((local - 1000))
run 1 check "$work/bad" --baseline "$base"
says out "moved "
says out "edera-compact as-asked xen seed 1: local_page_ppm: $local -> $((local - 1000)) (-1000"
says out "$local -> $((local - 1000)) (-1000, -0."
says out "1 finding, 1 of them failure"
says err "if the change is meant: --update --reason LINE"
run 1 check "$work/bad" --baseline "$base" --quiet
[ -s "$work/err" ] && fail "--quiet and yet: $(cat "$work/err")"
run 1 check "$work/bad" --baseline "$base" --format github --junit "$work/junit.xml"
says out "::error file=$base,title=moved::epyc-nps4-8n golden-seven edera-compact"
says out " %25)"
says junit.xml 'tests="4" failures="1"'

# junit: what those who read such files count on
junit()
{
	command -v xmllint >/dev/null 2>&1 || return 0
	for path in "count(/testsuites/testsuite)=1" \
		"/testsuites/testsuite/@name='homenode check'" \
		"count(//testcase)=/testsuites/testsuite/@tests" \
		"count(//testcase[failure])=/testsuites/testsuite/@failures" \
		"/testsuites/testsuite/@errors=0" \
		"count(//testcase[@name!='' and @classname!=''])=count(//testcase)" \
		"count(//failure[@message!='' and @type!='' and text()!=''])=count(//failure)" \
		"count(//*)=2+count(//testcase)+count(//failure)" "$@"; do
		[ "$(xmllint --xpath "$path" "$work/junit.xml")" = true ] ||
			fail "JUnit: $path does not hold: $(cat "$work/junit.xml")"
	done
}
junit "starts-with(//failure/@message,'local_page_ppm: ')" "//failure/@type='moved'"
run 0 check "$work/run" --baseline "$base" --junit "$work/junit.xml"
junit "count(//failure)=0" "count(//testcase)=4"
run 1 check "$work/bad" --baseline "$base" --format markdown
says out "| moved | epyc-nps4-8n golden-seven"
run 1 check "$work/bad" --baseline "$base" --format json
says out '"change_ppm"'
run 1 check "$work/bad" --baseline "$base" --format csv
says out "moved,1,epyc-nps4-8n golden-seven edera-compact as-asked xen seed 1,local_page_ppm,$local,"

# rules: a direction, a tolerance, a column left out
echo '{"columns": {"local_page_ppm": {"better": "higher"}}}' >"$work/rules.json"
run 1 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
says out "worse "
worsen local_page_ppm $((local + 1000))
run 0 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
says out "better "
echo '{"columns": {"*": {"tolerance": 1000}}}' >"$work/rules.json"
run 0 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
says out "within "
worsen local_page_ppm $((local + 1001))
run 1 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
echo '{"columns": {"local_page_ppm": {"ignore": true}}}' >"$work/rules.json"
run 0 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
echo '{"columns": {"x": {"beter": "higher"}}}' >"$work/rules.json"
refused 2 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
says err 'rules.json:1:'

# what the schema says is better; what it does not judge may move
worsen local_page_ppm $((local - 1000))
run 1 check "$work/bad" --baseline "$base" --rules quality
says out "worse "
says out "local_page_ppm: $local -> $((local - 1000)) (-1000, -0.11 %)"
worsen local_page_ppm $((local + 1000))
run 0 check "$work/bad" --baseline "$base" --rules quality
says out "better "
run 1 check "$work/bad" --baseline "$base" --rules exact
says out "moved "
worsen slowdown_ppm $(($(figure slowdown_ppm) + 1000))
run 1 check "$work/bad" --baseline "$base" --rules quality
says out "worse "
worsen events 999
run 0 check "$work/bad" --baseline "$base" --rules quality
says out "0 findings"
echo '{"columns": {"events": {"better": "schema"}, "slowdown_ppm": {"better": "schema"}}}' >"$work/rules.json"
run 0 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
refused 2 check "$work/bad" --baseline "$base" --rules qualty
says err 'there are no rules "qualty"'
echo '{"columns": {
 "events": {"ignore": true}, "local_page_pm": {"better": "higher"}}}' >"$work/rules.json"
refused 2 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
says err 'rules.json:2:'
says err 'did you mean "local_page_ppm"?'
echo '{"columns": {"policy": {"ignore": true}}}' >"$work/rules.json"
refused 2 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
says err 'unknown field "policy" in the figures of a summary'
echo '{"columns": {"events": {"ignore": true}}, "topology": "epyc-nps4-8m"}' >"$work/rules.json"
refused 2 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
says err 'unknown field "topology"'

# what is not known is no 0: without prices a run has no slowdown, which is not the best there is
run 0 run golden-seven --no-cost --output "$work/free" --quiet
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /slowdown|bandwidth|latency|swing|remote_traffic|cause_|regret|triad|chase/) c[i] = $i }
	NR > 1 { for (i in c) if ($i != "") { print c[i] " is " $i; bad = 1 } } END { exit bad || length(c) != 18 }' \
	"$work/free/summary.csv" || fail "cost figures without a cost model"
for rules in exact quality; do
	run 1 check "$work/free" --baseline "$base" --rules $rules --junit "$work/junit.xml"
	says out "not known       epyc-nps4-8n golden-seven edera-compact as-asked xen seed 1: slowdown_ppm: $(figure slowdown_ppm) -> not known"
	grep -Eq "^(worse|better|moved) " "$work/out" && fail "$rules: what is not known was judged: $(cat "$work/out")"
	junit "count(//failure)=3" "count(//failure[@type='not known'])=3"
done
run 1 check "$work/free" --baseline "$base" --format csv
says out "not known,1,epyc-nps4-8n golden-seven edera-compact as-asked xen seed 1,slowdown_ppm,$(figure slowdown_ppm),,,"
run 1 check "$work/free" --baseline "$base" --format json
says out '"run": null'
run 1 check "$work/free" --baseline "$base" --format github
says out "::error file=$base,title=not known::"
run 1 check "$work/run" --baseline "$work/free/summary.csv"
says out "slowdown_ppm: not known -> $(figure slowdown_ppm)"
run 0 check "$work/run" --baseline "$work/free/summary.csv" --rules quality
says out "now known       epyc-nps4-8n golden-seven edera-compact"
echo '{"columns": {"*": {"ignore": true}}}' >"$work/rules.json"
run 0 check "$work/free" --baseline "$base" --rules "$work/rules.json"
says out "0 findings"

# a policy that is as good as the oracle regrets nothing, which is known
run 0 run golden-seven --policy edera-compact,edera-scatter,flat,homenode,oracle --output "$work/oracle" --quiet
cp -r "$work/oracle" "$work/equal"
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "regret_ppm") c = i } $4 == "homenode" { $c = 0 } { print }' \
	"$work/oracle/summary.csv" >"$work/equal/summary.csv"
run 1 check "$work/oracle" --baseline "$work/equal/summary.csv"
says out "homenode as-asked xen seed 1: regret_ppm: 0 -> "
run 0 report "$work/equal" --format json
for policy in homenode oracle; do
	grep -Eq "\"$policy\"[^]]*,0,-?[0-9]+,-?[0-9]+\]" "$work/out" || fail "the regret of $policy is not told"
done

# worst first
awk -F, -v OFS=, 'NR > 1 { $8 += NR; $9 += 1000 * NR } { print }' "$work/run/summary.csv" \
	>"$work/bad/summary.csv"
run 1 check "$work/bad" --baseline "$base" --format csv
awk -F, 'NR > 2 && $7 + 0 > last + 0 { bad = 1 } NR > 1 { last = $7 } END { exit bad }' \
	"$work/out" || fail "not worst first: $(cat "$work/out")"

# GitHub shows ten annotations of a kind: the worst nine, and how many more
awk -F, -v OFS=, 'NR > 1 { for (i = 8; i < 14; i++) $i += NR } { print }' "$work/run/summary.csv" \
	>"$work/bad/summary.csv"
run 1 check "$work/bad" --baseline "$base" --format github --junit "$work/junit.xml"
[ "$(grep -c '^::error ' "$work/out")" -eq 10 ] || fail "not ten annotations: $(cat "$work/out")"
run 1 check "$work/bad" --baseline "$base" --format csv
more=$(($(sed 1d "$work/out" | grep -c ',1,') - 9))
run 1 check "$work/bad" --baseline "$base" --format github
says out "title=and more::$more more, each smaller"
junit "count(//failure)=3"

# what ends a property or a line is escaped; a cell of a table cannot break out of it
mkdir -p "$work/odd, 5%: it"
sed 's/,golden-seven,/,a|b %0A<i>,/' "$base" >"$work/odd, 5%: it/base.csv"
sed 's/,golden-seven,/,a|b %0A<i>,/' "$work/run/summary.csv" | grep -v edera-scatter >"$work/odd.csv"
run 1 check "$work/odd.csv" --baseline "$work/odd, 5%: it/base.csv" --format github --junit "$work/junit.xml"
says out "/odd%2C 5%25%3A it/base.csv,title=missing row::epyc-nps4-8n a|b %250A<i> edera-scatter"
says err "has no record beside it; inputs were not compared"
junit "count(//failure)=1" "contains(//testcase[failure]/@name,'a|b %0A<i> edera-scatter')"
run 1 check "$work/odd.csv" --baseline "$work/odd, 5%: it/base.csv" --format markdown
says out 'a\|b %0A\<i\> edera-scatter'
run 0 check "$work/run/summary.csv" --baseline "$base"
says err "a summary file alone does not tell its inputs"
sed 's/"format": 2/"format": 3/' "$work/base.json" >"$work/newer.json"
cp "$base" "$work/newer.csv"
refused 2 check "$work/run" --baseline "$work/newer.csv"
says err "newer.json:2:"
says err "made by a newer homenode"

# a summary of another format is refused where that shows, with what to do about it
cut -d, -f2- "$base" >"$work/older.csv"
refused 2 check "$work/run" --baseline "$work/older.csv"
says err "older.csv:1: the summary has format 1"
says err "--update --reason TEXT"
cp "$work/older.csv" "$work/bad/summary.csv"
refused 2 check "$work/bad" --baseline "$base"
says err "bad/summary.csv:1: "
says err "run it again: homenode run golden-seven --output"
sed '2,$s/^2,/3,/' "$base" >"$work/newer.csv"
refused 2 check "$work/newer.csv" --baseline "$base"
says err "newer.csv:2:1: the summary has format 3 and was made by a newer homenode"

# rows and columns that only one has
grep -v edera-scatter "$work/run/summary.csv" >"$work/bad/summary.csv"
run 1 check "$work/bad" --baseline "$base"
says out "missing row     epyc-nps4-8n golden-seven edera-scatter"
sed 's/,edera-scatter,/,another,/p' "$work/run/summary.csv" |
	awk '/edera-scatter/ || !seen[$0]++' >"$work/bad/summary.csv"
run 1 check "$work/bad" --baseline "$base"
says out "extra row       epyc-nps4-8n golden-seven another"
cut -d, -f1-20 "$work/run/summary.csv" >"$work/bad/summary.csv"
run 1 check "$work/bad" --baseline "$base"
says out "missing column"
awk '{ print $0 (NR == 1 ? ",shiny" : ",1") }' "$work/run/summary.csv" >"$work/bad/summary.csv"
run 0 check "$work/bad" --baseline "$base"
says out "new column"

# inputs, formats, what is no run
cp "$work/run/summary.csv" "$work/bad/summary.csv"
sed 's/"sha256": "..../"sha256": "0000/' "$work/run/run.json" >"$work/bad/run.json"
run 1 check "$work/bad" --baseline "$base"
says out "golden-seven.json is not the file that the baseline was made from"
sed 's/"format": 2/"format": 3/' "$work/run/run.json" >"$work/bad/run.json"
refused 2 check "$work/bad" --baseline "$base"
says err "made by a newer homenode"
sed 's/"complete": true/"complete": false/' "$work/run/run.json" >"$work/bad/run.json"
mv "$work/bad/summary.csv" "$work/bad/summary.partial.csv"
refused 2 check "$work/bad" --baseline "$base"
says err "was interrupted"
sed 's/,golden-seven,/,golden-six,/' "$base" >"$work/edited.csv"
cp "$work/base.json" "$work/edited.json"
run 1 check "$work/run" --baseline "$work/edited.csv"
says out "the baseline was changed without its record"
refused 2 check "$work/run" --baseline "$work/absent.csv"
refused 2 check "$work/absent" --baseline "$base"
refused 2 check "$work" --baseline "$base"
refused 2 check "$work/run"
refused 2 check "$work/run" --baseline "$base" --format xml
refused 2 check "$work/run" --baseline "$base" --update
refused 2 check "$work/run" --baseline "$base" --update --reason ""
echo "format,topology,workload,policy,memory_policy,seed,x
2,a,b,c,d,1,ten" >"$work/bad.csv"
refused 2 check "$work/bad.csv" --baseline "$base"
says err "bad.csv:2:13"

# a second update keeps the first reason
run 0 check "$work/run" --baseline "$base" --update --reason "second" --quiet
grep -q '"first figures"' "$work/base.json" || fail "the first reason is gone"

# a build whose edera-compact was made worse: against our own baseline, under all its
# policies, those rows alone turn red
worse=${HOMENODE_BUILD:-build/dev}/homenode-worse
if [ -x "$worse" ]; then
	policies=$(cut -d, -f4 results/baseline/golden-seven.csv | sed 1d | sort -u | paste -s -d , -)
	for program in "$HOMENODE" "$worse"; do
		"$program" run workloads/golden-seven.json --policy "$policies" \
			--output "$work/$(basename "$program")" --quiet >/dev/null || fail "$program does not run"
	done
	ours=results/baseline/golden-seven.csv
	run 0 check "$work/homenode" --baseline "$ours"
	run 1 check "$work/homenode-worse" --baseline "$ours" --format csv
	says out "golden-seven edera-compact as-asked xen seed 1,mean_distance_centi,"
	sed 1d "$work/out" | grep -v "golden-seven edera-compact " &&
		fail "rows of other policies are red"
	echo '{"columns": {"*": {"ignore": true}, "mean_distance_centi": {"better": "lower"}}}' \
		>"$work/rules.json"
	run 1 check "$work/homenode-worse" --baseline "$ours" --rules "$work/rules.json"
	says out "worse "
	says out "mean_distance_centi: 1148 -> "
	says out "1 finding, 1 of them failure"
else
	fail "there is no $worse"
fi

# measured: pairs of repeats; noise passes, a shift does not, one pair is too few
sed 's/"real_clock": false/"real_clock": true/' "$work/run/run.json" >"$work/about"
# repeats DIRECTORY SHIFT REPEATS
repeats()
{
	mkdir -p "$work/$1"
	cp "$work/about" "$work/$1/run.json"
	awk -v shift="$2" -v n="$3" 'BEGIN {
		print "format,topology,workload,policy,memory_policy,seed,latency_ns"
		for (i = 1; i <= n; i++)
			print "2,t,w,p,static," i "," 1000 + 50 * i + shift + (i * 7919 + shift) % 11
	}' >"$work/$1/summary.csv"
}
repeats m1 0 8
repeats m2 3 8
repeats m3 200 8
repeats m4 0 2
# a figure that is not known any more is no equal one
repeats m5 0 8
sed -i '2,$s/,[0-9]*$/,/' "$work/m5/summary.csv"
repeats m6 0 8
sed -i '3s/,[0-9]*$/,/' "$work/m6/summary.csv"
run 0 check "$work/m1" --baseline "$work/m.csv" --update --reason "measured once" --quiet
run 0 check "$work/m2" --baseline "$work/m.csv"
run 1 check "$work/m3" --baseline "$work/m.csv"
says out "latency_ns: mean "
echo '{"columns": {"latency_ns": {"better": "lower"}}}' >"$work/rules.json"
run 1 check "$work/m3" --baseline "$work/m.csv" --rules "$work/rules.json"
says out "worse "
echo '{"columns": {"latency_ns": {"better": "higher"}}}' >"$work/rules.json"
run 0 check "$work/m3" --baseline "$work/m.csv" --rules "$work/rules.json"
says out "better "
echo '{"columns": {"latency_ns": {"tolerance_ppm": 300000}}}' >"$work/rules.json"
run 0 check "$work/m3" --baseline "$work/m.csv" --rules "$work/rules.json"
says out "within "
grep -v ',8,[0-9]*$' "$work/m1/summary.csv" >"$work/m1/less" && mv "$work/m1/less" "$work/m1/summary.csv"
run 1 check "$work/m1" --baseline "$work/m.csv"
says out "missing row     t w p static seed 8"
run 0 check "$work/m4" --baseline "$work/m.csv" --update --reason "too few" --quiet
refused 2 check "$work/m4" --baseline "$work/m.csv"
says err "cannot tell a change from noise"
cp "$work/m2/summary.csv" "$work/before.csv"
run 1 check "$work/m5" --baseline "$work/before.csv"
says out "latency_ns: not known any more in 8 repeats"
run 1 check "$work/m6" --baseline "$work/before.csv"
says out "latency_ns: not known any more in 1 repeat"
run 1 check "$work/m2" --baseline "$work/m5/summary.csv"
says out "latency_ns: known in 8 repeats, not known before"
echo '{"columns": {"latency_ns": {"better": "lower"}}}' >"$work/rules.json"
run 0 check "$work/m2" --baseline "$work/m5/summary.csv" --rules "$work/rules.json"
says out "now known "
finish
