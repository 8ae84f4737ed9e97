# shellcheck shell=sh
# shellcheck disable=SC2154 # $work is lib.sh's
# Sourced after tests/cli/lib.sh: plans of every kind that a format has to write, small
# enough for real tools.

skip()
{
	echo "skipped: $1"
	[ "${CI:-}" = true ] && exit 1
	exit 77
}

# what a container may forbid is no failure
forbidden()
{
	echo "skipped: $1"
	exit 77
}

cat >"$work/zones.json" <<'ZONES'
{"zones": [
 {"name": "two", "vcpus": 20, "memory": "1GiB", "memory_policy": "static"},
 {"name": "one", "vcpus": 2, "memory": "512MiB", "memory_policy": "static"},
 {"name": "three", "vcpus": 18, "memory": "768MiB", "memory_policy": "static", "numa_nodes": 3},
 {"name": "growing", "vcpus": 18, "vcpus_max": 21, "memory": "1GiB", "memory_initial": "512MiB"},
 {"name": "a<&--b", "vcpus": 3, "memory": "512MiB", "memory_policy": "static"},
 {"name": "paravirtual", "vcpus": 3, "memory": "512MiB", "memory_policy": "static", "virt": "pv"},
 {"name": "told-not", "vcpus": 20, "memory": "512MiB", "memory_policy": "static", "virt": "pvh"}
]}
ZONES
printf '{"zones": [{"name": "spilled", "vcpus": 4, "memory": "1GiB", "memory_policy": "static"},
 {"name": "both", "vcpus": 20, "memory": "1200MiB", "memory_policy": "static"}]}' >"$work/short.json"
few=0=512MiB,1=600MiB,2=512MiB,3=512MiB,4=512MiB,5=512MiB,6=512MiB,7=512MiB

# emit_all FORMAT: files of all these zones under several policies into $work/files/POLICY
emit_all()
{
	for policy in edera-compact edera-scatter flat libxl nova homenode xapi-any; do
		run 0 plan epyc-nps4-8n "$work/zones.json" -p $policy --emit "$1" \
			--output "$work/files/$policy"
		cp "$work/err" "$work/files/$policy.err"
	done
	run 0 plan epyc-nps4-8n "$work/short.json" --free "$few" --emit "$1" --output "$work/files/short"
	cp "$work/err" "$work/files/short.err"
}
