#!/bin/sh
# plan --emit acpi and show --acpi: the files, their content, what is refused.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
host=epyc-nps4-8n
cat >"$work/zones.json" <<'ZONES'
{"zones": [
 {"name": "A", "vcpus": 40, "vcpus_max": 50, "memory": "24GiB", "memory_policy": "static"},
 {"name": "P", "vcpus": 2, "memory": "1GiB", "virt": "pv"},
 {"name": "S", "vcpus": 4, "memory": "20GiB", "memory_policy": "static"}
]}
ZONES

# DIR as an operand and by --output
run 0 plan $host "$work/zones.json" --emit acpi "$work/a"
says err "zone P gets no tables: a PV guest boots without firmware"
[ "$(ls "$work/a")" = "$(printf 'A\nS')" ] || fail "wrote $(ls "$work/a")"
[ "$(ls "$work/a/A")" = "$(printf 'cpuid.json\nmadt.aml\nslit.aml\nsrat.aml')" ] ||
	fail "wrote $(ls "$work/a/A")"
run 0 plan $host "$work/zones.json" --emit acpi --output "$work/b"
for file in "$work"/a/A/*; do
	cmp -s "$file" "$work/b/A/${file##*/}" || fail "$file differs"
done

run 0 show --acpi "$work/a/A/slit.aml"
says out ' 10  12  12'
run 0 show --acpi "$work/a/A/madt.aml"
[ "$(grep -c offline "$work/out")" -eq 10 ] || fail "not 10 vCPUs are offline"
run 0 show --acpi "$work/a/A/srat.aml" --format json
says out '"base": 4294967296'

# what a spilled zone believes
run 0 plan $host "$work/zones.json" --explain
says out 'being told of one flat node'
says out '10             32     20.00 %'

printf 'SRAT' >"$work/short"
refused 2 show --acpi "$work/short"
head -c 100 "$work/a/A/srat.aml" >"$work/cut"
refused 2 show --acpi "$work/cut"
tr '\014' '\015' <"$work/a/A/slit.aml" >"$work/changed"
refused 2 show --acpi "$work/changed"
refused 2 show
refused 2 show $host --acpi "$work/a/A/slit.aml"
refused 2 plan $host "$work/zones.json" --emit acpi
refused 2 plan $host "$work/zones.json" "$work/c"
refused 2 plan $host "$work/zones.json" "$work/c" --emit acpi --output "$work/d"
finish
