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
says out "nothing moved"
says out "3 rows compared; 36 figures known to neither side"

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
[ "$(head -n 1 "$work/out")" = "1 row moved: local memory of edera-compact on golden-seven -0.1 points" ] ||
	fail "the headline: $(cat "$work/out")"
grep -Eq "^moved +edera-compact +local +-0\.10 points +90\.40 % +90\.30 %$" "$work/out" || fail "the table: $(cat "$work/out")"
says out "3 rows compared: moved 1"
says err "if the change is meant: --update --reason LINE"
run 1 check "$work/bad" --baseline "$base" --quiet
[ -s "$work/err" ] && fail "--quiet and yet: $(cat "$work/err")"
run 1 check "$work/bad" --baseline "$base" --format github --junit "$work/junit.xml"
says out "::error file=$base,line=2,title=moved::epyc-nps4-8n golden-seven edera-compact"
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
says out "### homenode check failed"
says out "**1 row moved: local memory of edera-compact on golden-seven -0.1 points**"
says out "| 🟨 moved | edera-compact on golden-seven | local | 90.40 % | 90.30 % | -0.10 points | ████████ |"
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
says out "1 row worse: local memory of edera-compact on golden-seven -0.1 points"
run 1 check "$work/bad" --baseline "$base" --rules quality --format csv
says out "local_page_ppm: $local -> $((local - 1000)) (-1000, -0.11 %)"
worsen local_page_ppm $((local + 1000))
run 0 check "$work/bad" --baseline "$base" --rules quality
says out "1 row better: local memory of edera-compact on golden-seven +0.1 points"
says out "better "
says err "to hold what was gained: --update --reason LINE"
run 1 check "$work/bad" --baseline "$base" --rules exact
says out "moved "
# a predicted figure has a tolerance, which is measured: at it, and one beyond
luck=$(tr -d ' \n' <results/rules/quality.json | sed 's/.*"slowdown_ppm":{"better":"schema","tolerance":\([0-9]*\)}.*/\1/')
[ "$luck" -gt 0 ] || fail "no tolerance of the slowdown: $luck"
worsen slowdown_ppm $(($(figure slowdown_ppm) + luck))
run 0 check "$work/bad" --baseline "$base" --rules quality
says out "nothing is worse"
says out "within "
worsen slowdown_ppm $(($(figure slowdown_ppm) + luck + 1))
run 1 check "$work/bad" --baseline "$base" --rules quality
says out "1 row worse: slowdown of edera-compact on golden-seven +0.4 %"
worsen slowdown_ppm $(($(figure slowdown_ppm) - luck - 1))
run 0 check "$work/bad" --baseline "$base" --rules quality
says out "1 row better: slowdown of edera-compact"
# a counted one has none
worsen mean_distance_centi $(($(figure mean_distance_centi) + 1))
run 1 check "$work/bad" --baseline "$base" --rules quality
says out "1 row worse: distance of edera-compact on golden-seven +0.1 %"
worsen zones_refused 1
run 1 check "$work/bad" --baseline "$base" --rules quality
says out "1 row worse: zones refused of edera-compact on golden-seven +1"
# what nobody judges is told
worsen events 999
run 0 check "$work/bad" --baseline "$base" --rules quality
says out "nothing is worse"
says out "3 rows compared: not judged 1"
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
	says out "3 rows not known any more: traffic of edera-compact on golden-seven"
	grep -Eq "^not known +edera-compact +traffic +not known any more +54\.0 GB/s +-$" "$work/out" ||
		fail "what is not known any more: $(cat "$work/out")"
	grep -Eq "^(worse|better|moved) " "$work/out" && fail "$rules: what is not known was judged: $(cat "$work/out")"
	junit "count(//failure)=3" "count(//failure[@type='not known'])=3"
done
run 1 check "$work/free" --baseline "$base" --format csv
says out "not known,1,epyc-nps4-8n golden-seven edera-compact as-asked xen seed 1,slowdown_ppm,$(figure slowdown_ppm),,,"
run 1 check "$work/free" --baseline "$base" --format json
says out '"run": null'
run 1 check "$work/free" --baseline "$base" --format github
says out "::error file=$base,line=2,title=not known::"
run 1 check "$work/run" --baseline "$work/free/summary.csv" --format csv
says out "slowdown_ppm: not known -> $(figure slowdown_ppm)"
run 0 check "$work/run" --baseline "$work/free/summary.csv" --rules quality
grep -Eq "^now known +edera-compact" "$work/out" || fail "what is known now: $(cat "$work/out")"
says err "to hold what was gained"
echo '{"columns": {"*": {"ignore": true}}}' >"$work/rules.json"
run 0 check "$work/free" --baseline "$base" --rules "$work/rules.json"
says out "nothing is worse"
says out "not judged 30"

# a policy that is as good as the oracle regrets nothing, which is known
run 0 run golden-seven --policy edera-compact,edera-scatter,flat,homenode,oracle --output "$work/oracle" --quiet
cp -r "$work/oracle" "$work/equal"
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "regret_ppm") c = i } $4 == "homenode" { $c = 0 } { print }' \
	"$work/oracle/summary.csv" >"$work/equal/summary.csv"
run 1 check "$work/oracle" --baseline "$work/equal/summary.csv" --format csv
says out "homenode as-asked xen seed 1,regret_ppm,0,"
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
says out "/odd%2C 5%25%3A it/base.csv,line=3,title=missing row::epyc-nps4-8n a|b %250A<i> edera-scatter"
says err "has no record beside it; inputs were not compared"
junit "count(//failure)=1" "contains(//testcase[failure]/@name,'a|b %0A<i> edera-scatter')"
run 1 check "$work/odd.csv" --baseline "$work/odd, 5%: it/base.csv" --format markdown
says out '| 🟥 missing row | edera-scatter on a\|b %0A\<i\> | the baseline has this row'
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
says err "--update --accept-worse --reason TEXT"
cp "$work/older.csv" "$work/bad/summary.csv"
refused 2 check "$work/bad" --baseline "$base"
says err "bad/summary.csv:1: "
says err "run it again: homenode run golden-seven --output"
sed '2,$s/^2,/3,/' "$base" >"$work/newer.csv"
refused 2 check "$work/newer.csv" --baseline "$base"
says err "newer.csv:2:1: the summary has format 3 and was made by a newer homenode"

# a name may be any bytes; what is written is UTF-8 all the same
printf 'format,topology,workload,policy,memory_policy,seed,local_page_ppm\n2,t,w\377\303(,p,s,1,500000\n' >"$work/bytes-1.csv"
sed 's/,500000$/,400000/' "$work/bytes-1.csv" >"$work/bytes-2.csv"
for format in json markdown; do
	run 1 check "$work/bytes-2.csv" --baseline "$work/bytes-1.csv" --format $format --junit "$work/junit.xml" \
		--codequality "$work/quality.json"
	says out "local memory of p on w??("
	for file in out junit.xml quality.json; do
		[ -z "$(LC_ALL=C tr -d '\000-\177' <"$work/$file" | LC_ALL=C sed 's/\xe2\x96\x88//g; s/\xf0\x9f\x9f[\xa5\xa8]//g')" ] || fail "$file of $format is no UTF-8"
	done
done
run 1 diff "$work/bytes-1.csv" "$work/bytes-2.csv" --format json
says out '"workload": "w??("'

# rows and columns that only one has
grep -v edera-scatter "$work/run/summary.csv" >"$work/bad/summary.csv"
run 1 check "$work/bad" --baseline "$base"
says out "1 row missing: edera-scatter on golden-seven"
says out "missing row: edera-scatter on golden-seven: the baseline has this row"
run 1 check "$work/bad" --baseline "$base" --rules quality
{ cat "$work/run/summary.csv" && sed -n 's/,edera-scatter,/,another,/p' "$work/run/summary.csv"; } >"$work/bad/summary.csv"
run 1 check "$work/bad" --baseline "$base"
says out "1 row too many: another on golden-seven"
says out "extra row: another on golden-seven"
run 0 check "$work/bad" --baseline "$base" --rules quality
says out "1 row new: another on golden-seven"
says out "new row: another on golden-seven"
echo '{"new_rows": "pass", "columns": {}}' >"$work/rules.json"
run 0 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
echo '{"new_rows": "perhaps", "columns": {}}' >"$work/rules.json"
refused 2 check "$work/bad" --baseline "$base" --rules "$work/rules.json"
cut -d, -f1-20 "$work/run/summary.csv" >"$work/bad/summary.csv"
run 1 check "$work/bad" --baseline "$base"
says out "columns missing: the run has no column "
says out "missing column: the run has no column "
run 1 check "$work/bad" --baseline "$base" --rules quality
says out "not judged: the run has no column "
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
says out "nothing moved"

# an update says what it changes, and gives nothing up unasked; what is refused changes no file
cp "$base" "$work/hold.csv" && cp "$work/base.json" "$work/hold.json"
unchanged()
{
	cmp -s "$base" "$work/hold.csv" || fail "$1: the baseline is another"
	cmp -s "$work/base.json" "$work/hold.json" || fail "$1: the baseline's record is another"
}
cp "$work/run/run.json" "$work/bad/run.json"
rm -f "$work/bad/summary.partial.csv"
worsen local_page_ppm $((local - 1000))
run 1 check "$work/bad" --baseline "$base" --update --reason "worse"
says out "1 row worse: local memory of edera-compact on golden-seven -0.1 points"
says err "stays as it is"
unchanged "worse"
grep -v edera-scatter "$work/run/summary.csv" >"$work/bad/summary.csv"
run 1 check "$work/bad" --baseline "$base" --update --reason "a row less"
unchanged "a row less"
run 1 check "$work/free" --baseline "$base" --update --reason "without prices"
unchanged "without prices"
refused 2 check "$work/run" --baseline "$base" --update --reason "x" --rules qualty
unchanged "no rules"
refused 2 check "$work/run" --baseline "$base" --update --accept-worse --reason "x" --rules qualty
refused 2 check "$work/run" --baseline "$base" --accept-worse
# by rules that know no worse, nothing is lost
worsen local_page_ppm $((local - 1000))
run 0 check "$work/bad" --baseline "$base" --update --reason "moved" --rules exact
cp "$work/hold.csv" "$base" && cp "$work/hold.json" "$work/base.json"
worsen local_page_ppm $((local + 1000))
run 0 check "$work/bad" --baseline "$base" --update --reason "better"
says out "1 row better: local memory of edera-compact on golden-seven +0.1 points"
cmp -s "$base" "$work/bad/summary.csv" || fail "the better run is not the baseline"
grep -q '"better"' "$work/base.json" || fail "no reason"
worsen local_page_ppm $((local - 1000))
run 0 check "$work/bad" --baseline "$base" --update --accept-worse --reason "meant"
cmp -s "$base" "$work/bad/summary.csv" || fail "--accept-worse does not"
run 0 check "$work/bad" --baseline "$base"
refused 2 check "$work/run" --baseline "$work/older.csv" --update --reason "newer format"
run 0 check "$work/run" --baseline "$work/older.csv" --update --accept-worse --reason "newer format"
cmp -s "$work/older.csv" "$work/run/summary.csv" || fail "the older baseline stayed"
[ -z "$(find "$work" -name '.*.??????')" ] || fail "something half-written is left"
cp "$work/hold.csv" "$base" && cp "$work/hold.json" "$work/base.json"

# what GitLab shows at lines: failures alone, each known again by what it is of
worsen local_page_ppm $((local - 1000))
run 1 check "$work/bad" --baseline "$base" --codequality "$work/quality.json"
cp "$work/quality.json" "$work/quality-1.json"
worsen local_page_ppm $((local - 2000))
run 1 check "$work/bad" --baseline "$base" --codequality "$work/quality.json"
for key in description check_name fingerprint severity path begin; do
	[ "$(grep -c "\"$key\":" "$work/quality.json")" -eq 1 ] || fail "Code Quality: $key: $(cat "$work/quality.json")"
done
says quality.json '"begin": 2'
[ "$(grep fingerprint "$work/quality.json")" = "$(grep fingerprint "$work/quality-1.json")" ] ||
	fail "a finding that moved further is another one"
worsen local_page_ppm $((local + 1000))
run 0 check "$work/bad" --baseline "$base" --rules quality --codequality "$work/quality.json"
[ "$(cat "$work/quality.json")" = "[]" ] || fail "better is an issue: $(cat "$work/quality.json")"

# luck: seeds that agree tell a tolerance of 0, those that do not what they differ by
{
	echo "format,topology,workload,policy,memory_policy,seed,slowdown_ppm,memory_latency_ps,local_page_ppm"
	for seed in 1 2 3; do
		echo "2,t,w,a,static,$seed,1010000,100000,900000"
		echo "2,t,w,b,static,$seed,$((1020000 + 1000 * seed)),100000,$((800000 + 5000 * seed))"
	done
} >"$work/luck.csv"
run 0 check "$work/luck.csv" --noise a,b
tr -d ' \n' <"$work/out" >"$work/rules"
# Student's 4.303 for two degrees of freedom times a deviation of 1000 ppm
says rules '"slowdown_ppm":{"better":"schema","tolerance":4303}'
says rules '"memory_latency_ps":{"better":"schema","tolerance_ppm":0}'
says rules '"regret_ppm":{"better":"schema","tolerance":4303}'
grep -q local_page "$work/rules" && fail "a counted figure has a tolerance"
cp "$work/out" "$work/rules.json"
run 0 check "$work/run" --baseline "$base" --rules "$work/rules.json"
sed '/static,3/d' "$work/luck.csv" >"$work/two.csv"
refused 2 check "$work/two.csv" --noise a,b
says err "three seeds or more"
refused 2 check "$work/luck.csv" --noise a,c
says err 'there is no row of the policy "c"'
refused 2 check "$work/luck.csv" --noise a
refused 2 check "$work/luck.csv" --noise a,b --baseline "$base"

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
	says out "1 row worse: distance of edera-compact on golden-seven +38.2 %"
	run 1 check "$work/homenode-worse" --baseline "$ours" --rules quality
	says out "1 row worse: "
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
run 1 check "$work/m3" --baseline "$work/m.csv" --format csv
says out "latency_ns: mean "
run 1 check "$work/m3" --baseline "$work/m.csv"
says out "1 row moved: latency_ns of p on w +16.2 %"
says out "95 % within"
run 1 check "$work/m3" --baseline "$work/m.csv" --format json
grep -Eq '"half_95": [0-9]+' "$work/out" || fail "how sure a measured move is: $(cat "$work/out")"
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
says out "missing row: p seed 8 on w"
run 0 check "$work/m1" --baseline "$work/m.csv" --update --accept-worse --reason "one less" --quiet
refused 2 check "$work/m4" --baseline "$work/m.csv" --update --reason "too few" --rules exact
says err "cannot tell a change from noise"
says err "--accept-worse makes the run the baseline all the same"
run 0 check "$work/m4" --baseline "$work/m.csv" --update --accept-worse --reason "too few" --rules exact
says err "what changes cannot be said"
refused 2 check "$work/m4" --baseline "$work/m.csv"
says err "cannot tell a change from noise"
cp "$work/m2/summary.csv" "$work/before.csv"
run 1 check "$work/m5" --baseline "$work/before.csv" --format csv
says out "latency_ns: not known any more in 8 repeats"
run 1 check "$work/m6" --baseline "$work/before.csv" --format csv
says out "latency_ns: not known any more in 1 repeat"
run 1 check "$work/m2" --baseline "$work/m5/summary.csv" --format csv
says out "latency_ns: known in 8 repeats, not known before"
echo '{"columns": {"latency_ns": {"better": "lower"}}}' >"$work/rules.json"
run 0 check "$work/m2" --baseline "$work/m5/summary.csv" --rules "$work/rules.json"
says out "now known "
finish
