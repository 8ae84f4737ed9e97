#!/bin/sh
# Zones as people write them: strict readings, resources named by the user, other
# encodings, sizes with one letter, files without a zone.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
host=epyc-nps4-8n

# every row of the program's table is in the docs
sed -n 's/^\t{"\(.*\)", RESOURCE_\([A-Z]*\),.*/\1 \2/p' zone/pod_devices.c >"$work/rows"
[ "$(wc -l <"$work/rows")" -ge 13 ] || fail "only $(wc -l <"$work/rows") rows in zone/pod_devices.c"
while read -r name use; do
	case $use in
	DEVICES) row="| \`$name\` | devices" ;;
	PART) row="| \`$name\` | not used" ;;
	NONE) row="| \`$name\` | nothing" ;;
	esac
	grep -Fq "$row" docs/formats-zones.md || fail "no \"$row\" in docs/formats-zones.md"
done <"$work/rows"

cat >"$work/mig.yaml" <<'END'
kind: Pod
metadata: {name: mig, annotations: {dev.edera/cpu: "2"}}
spec: {containers: [{name: c, resources: {limits: {memory: 2Gi, nvidia.com/mig-1g.5gb: 1}}}]}
END
echo 'resources: [{name: "nvidia.com/mig-*", device: none}]' >"$work/resources.yaml"
run 0 plan $host "$work/mig.yaml"
says err 'mig.yaml:3:65: warning: pod "mig": the resource nvidia.com/mig-1g.5gb of container "c"'
run 0 plan $host "$work/mig.yaml" --quiet
[ -s "$work/err" ] && fail "--quiet said: $(cat "$work/err")"
refused 2 plan $host "$work/mig.yaml" --strict
refused 2 plan $host "$work/mig.yaml" --strict --quiet
refused 2 compare $host "$work/mig.yaml" --strict
refused 2 capacity $host --flavor "$work/mig.yaml" --strict
run 0 plan $host "$work/mig.yaml" --strict --resources "$work/resources.yaml"
[ -s "$work/err" ] && fail "a strict reading said: $(cat "$work/err")"
# the file is opened where no pod is read, too
refused 2 plan $host -c 2 -M 1GiB --resources "$work/absent.yaml"
says err 'absent.yaml'
refused 2 compare $host --resources "$work/absent.yaml"
refused 2 capacity $host --flavor 2x1GiB --resources "$work/absent.yaml"

# kubectl in PowerShell writes UTF-16
iconv -f UTF-8 -t UTF-16 "$work/mig.yaml" >"$work/utf16.yaml"
run 0 plan $host "$work/utf16.yaml" --quiet
says out mig

# a list of zones and a workload in YAML
cat >"$work/zones.yaml" <<'END'
zones:
- {name: a, vcpus: 2, memory: 2G, count: 2}
END
run 0 plan $host "$work/zones.yaml"
says out a-2
cat >"$work/week.yaml" <<'END'
# two zones, one after the other
events:
- {at: 0, start: {name: a, vcpus: 2, memory: 2GiB}, lifetime: 1h}
- {at: 2h, start: {name: a, vcpus: 2, memory: 2GiB}}
END
run 0 run "$work/week.yaml" --host $host:1 --output "$work/week"

run 0 plan $host -c 2 -m 4G
says out '4 GiB'
run 0 capacity $host --flavor 4x6G --policy homenode
says out '4x6G'

# a bare number is MB in every option
fits()
{
	run 0 capacity $host --policy libxl --format csv "$@"
	sed -n 2p "$work/out" | cut -d, -f3
}
[ "$(fits -f 1x6)" = "$(fits -f 1x6MiB)" ] || fail "6 is not 6 MiB in --flavor"
[ "$(fits -f 1x6GiB --dom0-memory 8192)" = "$(fits -f 1x6GiB --dom0-memory 8GiB)" ] ||
	fail "8192 is not 8 GiB in --dom0-memory"
[ "$(fits -f 1x6GiB --dom0-memory 8192)" = "$(fits -f 1x6GiB)" ] && fail "8 GiB for dom0 changed nothing"
[ "$(fits -f 1x6GiB --free 0=4096)" = "$(fits -f 1x6GiB --free 0=4GiB)" ] ||
	fail "4096 is not 4 GiB in --free"
run 0 plan $host -c 1 -m 4GiB --resource-adjustment-policy static --free 0=4096 -p nova-pack -q --format csv
says out 4294967296
run 0 plan $host -c 1 -M 1.5 --min-memory 0.5 --target-memory 1.5MiB --format csv
says out 1572864

# nothing is not success
printf 'at_s,lifetime_s,vcpus,memory_mib\n' >"$work/none.csv"
refused 2 run "$work/none.csv" --host $host:1 --output "$work/none"
says err 'none.csv: holds no zone'
printf '0,1,x,1\n0,1,y,1\n' >>"$work/none.csv"
refused 2 run "$work/none.csv" --host $host:1 --skip-bad --output "$work/none"
says err 'holds no zone; all of its 2 rows are bad'
refused 2 size "$work/none.csv" --host $host --skip-bad
printf 'at_s,lifetime_s,vcpus,memory_mib,name\n0,10,4,1024,a\n5,10,4,1024,a\n' >"$work/twice.csv"
refused 2 run "$work/twice.csv" --host $host:1 --output "$work/twice"
says err 'twice.csv:3:13: zone "a" is there already'
finish
