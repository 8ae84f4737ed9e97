#!/bin/sh
# ACPICA's disassembler takes every table without a warning.
. tests/cli/lib.sh

if ! command -v iasl >/dev/null 2>&1; then
	echo "skipped: no iasl (package acpica-tools)"
	[ "${CI:-}" = true ] && exit 1
	exit 77
fi
tables=0
for host in epyc-nps4-8n epyc-7502-nps4-8n uv2000-24n xeon-8468-snc4-8n; do
	for vcpus in 1 24 150; do
		dir=$work/$host-$vcpus
		"$HOMENODE" plan $host -n z -c $vcpus -C $((vcpus + 5)) -M 3GiB -V pvh -q \
			--emit acpi --output "$dir" >/dev/null 2>&1 || continue
		for table in "$dir"/z/*.aml; do
			tables=$((tables + 1))
			iasl -d "$table" >"$work/said" 2>&1 || fail "iasl fails on $table"
			grep -iE 'warning|error|invalid|unknown' "$work/said" "${table%.aml}.dsl" &&
				fail "iasl complains of $table"
		done
	done
done
[ "$tables" -ge 20 ] || fail "only $tables tables were made"
ls "$work"/*/z/hmat.aml >/dev/null 2>&1 || fail "no host gave an HMAT"
finish
