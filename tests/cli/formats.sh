#!/bin/sh
# What a command prints for programs: the formats that its --help names and no other, JSON lines and
# OpenMetrics. Their own parsers judge them where they are installed.
. tests/cli/lib.sh

# --format is what the command's row says, whatever the command does with it
for name in $(command_names); do
	"$HOMENODE" --complete "$name" --format '' | cut -f 1 >"$work/named"
	[ -s "$work/named" ] || fail "$name names no format"
	"$HOMENODE" "$name" --help | tr -s '\n ' ' ' >"$work/help"
	grep -qF -e "--format $(paste -sd '|' "$work/named")" "$work/help" ||
		fail "$name --help says other formats than $(paste -sd ' ' "$work/named")"
	for format in text json jsonl csv openmetrics markdown github nonsense; do
		grep -qx "$format" "$work/named" && continue
		# with as many operands as it takes; none of them is looked at
		case $name in help | probe) set -- ;; diff | compare | calibrate) set -- x x ;; *) set -- x ;; esac
		refused 2 "$name" "$@" --format "$format"
		says err "unknown format \"$format\""
	done
done

run 0 run golden-seven --output "$work/run" --format jsonl --quiet
cp "$work/out" "$work/lines"
run 0 run golden-seven --output "$work/run" --format csv --quiet
[ $(($(wc -l <"$work/out") - 1)) -eq "$(wc -l <"$work/lines")" ] || fail "jsonl has other rows than csv"
says lines '{"format":2,"topology":"epyc-nps4-8n","workload":"golden-seven","policy":"edera-compact",'
says lines '"first_refusal_zone":null'
run 0 compare epyc-nps4-8n docs/examples/epyc-nps4-8n/zones.json --policy compact --format jsonl --quiet
[ "$(wc -l <"$work/out")" -eq 3 ] || fail "compare has not a line a zone: $(cat "$work/out")"
says out '{"host":"epyc-nps4-8n","case":"","policy":"edera-compact","zone":"router","placed":true,'
cp "$work/out" "$work/compared"
run 0 list policies --format jsonl
cp "$work/out" "$work/listed"

run 0 run golden-seven --output "$work/run" --format openmetrics --quiet
cp "$work/out" "$work/metrics"
[ "$(tail -n 1 "$work/metrics")" = '# EOF' ] || fail "the last line is not # EOF"
says metrics '# TYPE homenode_zones_placed gauge'
says metrics '# UNIT homenode_spilled_bytes bytes'
says metrics '# UNIT homenode_local_page_ratio ratio'
says metrics '# UNIT homenode_memory_latency_seconds seconds'
key='{topology="epyc-nps4-8n",workload="golden-seven",policy="edera-compact",memory_policy="as-asked",allocator="xen",seed="1"}'
says metrics "homenode_zones_placed$key 7"
grep -q first_refusal "$work/metrics" && fail "a figure that is not known is there"
# the figure of summary.csv, moved by its decimals
local_ppm=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i }
	$c["policy"] == "edera-compact" { print $c["local_page_ppm"] }' "$work/run/summary.csv")
says metrics "homenode_local_page_ratio$key $((local_ppm / 1000000)).$(printf %06d $((local_ppm % 1000000)))"
# a name with what must be escaped; a line end is no part of it, as in tables
sed 's/"name": *"golden-seven"/"name": "a \\"b\\\\c\\nd"/' workloads/golden-seven.json >"$work/named.json"
run 0 run "$work/named.json" --output "$work/run" --format openmetrics --quiet
grep -qF 'workload="a \"b\\c?d"' "$work/out" || fail "the name is $(grep -m 1 workload= "$work/out")"
cp "$work/out" "$work/escaped"

judges=
if command -v promtool >/dev/null 2>&1; then
	judges="$judges promtool"
	promtool check metrics <"$work/metrics" >"$work/said" 2>&1 || fail "promtool: $(cat "$work/said")"
fi
for python in /usr/bin/python3 python3; do
	if "$python" -c 'import prometheus_client.openmetrics.parser' 2>/dev/null; then
		judges="$judges prometheus_client"
		for file in metrics escaped; do
			"$python" - "$work/$file" >"$work/said" 2>&1 <<-'EOF' || fail "$file: $(cat "$work/said")"
				import sys
				from prometheus_client.openmetrics.parser import text_string_to_metric_families
				text = open(sys.argv[1], encoding="utf-8").read()
				families = list(text_string_to_metric_families(text))
				assert len(families) > 30, len(families)
				for bad in (text.replace("# EOF\n", ""), text.replace("ratio ratio", "ratio bytes", 1)):
				    try:
				        list(text_string_to_metric_families(bad))
				    except ValueError:
				        continue
				    raise AssertionError("the parser takes anything")
			EOF
		done
		break
	fi
done
if command -v jq >/dev/null 2>&1; then
	judges="$judges jq"
	for file in lines compared listed; do
		[ "$(jq -c . "$work/$file" | wc -l)" -eq "$(wc -l <"$work/$file")" ] ||
			fail "$file is not an object a line"
	done
fi
[ "$failures" -eq 0 ] && [ -z "$judges" ] &&
	echo "skipped: neither promtool, nor python3-prometheus-client, nor jq is installed" && exit 77
echo "judged by:$judges"
finish
