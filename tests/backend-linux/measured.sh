#!/bin/sh
# Probes of a run's zones come into probes.csv and, over interleaved repeats, into
# measured.csv; a simulated run has the predictions of the same columns.
. tests/cli/lib.sh

cat >"$work/small.json" <<'END'
{
	"name": "small",
	"duration": "0.2s",
	"fleet": {"hosts": [{"topology": "this", "count": 1}]},
	"policies": ["edera-compact"],
	"events": [
		{"at": "0s", "start": {"name": "A", "vcpus": 1, "memory": "16MiB", "memory_policy": "static"}}
	]
}
END

# column FILE NAME: its values, a line each
column()
{
	awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next }
		{ print $c }' "$work/$1"
}

"$HOMENODE" list backends | grep '^linux .*not in this build' && {
	echo "skipped: this build has no libnuma"
	exit 77
}
run 0 run "$work/small.json" --backend linux --probe --repeats 3 -o "$work/real" -q
[ "$(column real/probes.csv seed | tr '\n' ' ')" = "1 2 3 " ] || fail "three seeds make three probes"
[ "$(column real/measured.csv repeats)" = 3 ] || fail "measured.csv does not count three repeats"
for figure in triad_bytes_per_s chase_ps; do
	column real/probes.csv $figure >"$work/values"
	[ "$(awk '$1 > 0' "$work/values" | wc -l)" -eq 3 ] || fail "$figure: $(cat "$work/values")"
	# the mean, to the rounding, and half of Student's interval for three values
	half=triad_half_95_bytes_per_s
	[ $figure = chase_ps ] && half=chase_half_95_ps
	awk -v mean="$(column real/measured.csv $figure)" -v half="$(column real/measured.csv $half)" '
		{ x[NR] = $1; sum += $1 }
		END {
			m = sum / NR
			for (i in x)
				s += (x[i] - m) ^ 2
			h = 4.303 * sqrt(s / (NR - 1) / NR)
			exit !(m - mean < 1 && mean - m < 1 && h - half < 1 && half - h < 1)
		}' "$work/values" || fail "$figure: mean and interval are not those of the probes"
	# a summary has the row's own
	column real/summary.csv $figure >"$work/rows"
	cmp -s "$work/values" "$work/rows" || fail "$figure differs between probes.csv and summary.csv"
done

run 0 run "$work/small.json" --probe --repeats 2 -o "$work/pretended" -q
[ "$(column pretended/measured.csv repeats)" = 0 ] || fail "the simulator measures nothing"
[ -z "$(column pretended/probes.csv triad_bytes_per_s | tr -d '\n')" ] || fail "no bit, no number"
for figure in triad_bytes_per_s chase_ps; do
	[ "$(column pretended/probes.csv predicted_$figure | head -n 1)" = \
		"$(column real/probes.csv predicted_$figure | head -n 1)" ] ||
		fail "predicted_$figure depends on who carries it out"
	for run in pretended real; do
		[ "$(column $run/summary.csv predicted_$figure | head -n 1)" = \
			"$(column $run/probes.csv predicted_$figure | head -n 1)" ] ||
			fail "$run/summary.csv does not have the predicted $figure"
	done
	[ -z "$(column pretended/summary.csv $figure | tr -d '\n')" ] ||
		fail "$figure was not measured and stands in a measured column"
done
# the two are rows of the same keys: a difference, not missing rows
run 1 diff "$work/pretended" "$work/real" --format csv
says out 'triad_bytes_per_s'

run 0 run "$work/small.json" -q -o "$work/real" --backend linux
[ -e "$work/real/probes.csv" ] && fail "probes of an earlier run are still there"
[ -z "$(column real/summary.csv triad_bytes_per_s)" ] || fail "a run without --probe has a triad"

# repeats of a machine are compared as intervals
run 0 run "$work/small.json" --backend linux --probe --repeats 3 -o "$work/again" -q
echo '{"columns": {"*": {"ignore": true}, "triad_bytes_per_s": {"better": "higher", "tolerance_ppm": 990000}}}' \
	>"$work/rules.json"
run 0 check "$work/again" --baseline "$work/again/summary.csv" --rules "$work/rules.json"

# a scenario on this machine, where nobody said --host; its pages are where it names them
node=$("$HOMENODE" show this --format json | awk 'found { print $1 + 0; exit } /"usable_nodes"/ { found = 1 }')
printf 'start a 32MiB nodes %s\nballoon a 16MiB\nstop a\n' "$node" >"$work/scenario.txt"
run 0 rehearse --backend linux "$work/scenario.txt"
[ "$(awk -F, '$4 == "a" && $6 { printf "%s ", $6 }' "$work/out")" = "8192 4096 " ] ||
	fail "rehearse: $(cat "$work/out")"
refused 2 rehearse --backend linux --from "$work/out" "$work/scenario.txt"
says err 'begins as it is'

refused 2 run "$work/small.json" --repeats 0
refused 2 run "$work/small.json" --repeats 2 --seed 1,2
refused 2 run week --backend linux -q
finish
