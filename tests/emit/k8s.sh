#!/bin/sh
# The pod is read back to the same zone on the same nodes; the kubelet's configuration has
# only fields, policies and options that Kubernetes' types have, and reserves what its
# memory manager wants to be reserved.
. tests/cli/lib.sh
. tests/emit/zones.sh

# check_kubelet FILE: top-level fields, keys of maps, values
check_kubelet()
{
	awk '
	NR == FNR {
		if ($1 == "#") next
		kind[$1] = $2
		for (i = 3; i <= NF; i++) allowed[$1, $i] = 1
		any[$1] = NF == 2
		next
	}
	function bad(why) { printf "line %d: %s: %s\n", FNR, why, $0; failed = 1 }
	function plain(text) { gsub(/"/, "", text); return text }
	/^#/ { next }
	/^[a-zA-Z]/ {
		field = $1; sub(/:$/, "", field); seen[field] = 1
		if (!(field in kind)) bad("no such field")
		else if (kind[field] == "string" && (NF != 2 || !(any[field] || (field, $2) in allowed)))
			bad("no such value")
		else if (kind[field] != "string" && NF != 1) bad("not a map or list")
		next
	}
	/^  [a-zA-Z]/ && (kind[field] == "strings" || kind[field] == "bools") {
		key = $1; sub(/:$/, "", key)
		if (!((field, key) in allowed)) bad("no such key")
		if (kind[field] == "bools" ? $2 !~ /^(true|false)$/ : $2 ~ /^([0-9.]+|true|false)$/)
			bad("another type")
		if (key ~ /^memory/) mib[field] = $2 + 0
		next
	}
	field == "reservedMemory" && /^- numaNode: [0-9]+$/ { next }
	field == "reservedMemory" && /^  limits:$/ { next }
	field == "reservedMemory" && /^    memory: [0-9]+Mi$/ { reserved += $2; next }
	{ bad("not understood") }
	END {
		if (!seen["apiVersion"] || !seen["kind"]) { print "no kind"; failed = 1 }
		if (reserved != mib["systemReserved"] + mib["evictionHard"]) {
			print "reservedMemory is " reserved; failed = 1
		}
		exit failed
	}' tests/emit/kubelet-fields.txt "$1" >"$work/said"
}

emit_all k8s
for directory in edera-compact edera-scatter short; do
	check_kubelet "$work/files/$directory/kubelet.yaml" || fail "$directory: $(cat "$work/said")"
done
for policy in $("$HOMENODE" list policies --format csv | sed -n 's/^\(k8s-[^,]*\),.*/\1/p'); do
	run 0 plan epyc-nps4-8n -c 2 -M 300MiB -q --resource-adjustment-policy static -p "$policy" \
		--emit k8s --output "$work/files/$policy"
	check_kubelet "$work/files/$policy/kubelet.yaml" || fail "$policy: $(cat "$work/said")"
done
grep -qx 'topologyManagerPolicy: restricted' "$work/files/k8s-restricted-align-by-socket/kubelet.yaml" ||
	fail "restricted is another policy"
grep -qx '  align-by-socket: "true"' "$work/files/k8s-restricted-align-by-socket/kubelet.yaml" ||
	fail "align-by-socket is lost"
[ "$(find "$work/files" -name kubelet.yaml | wc -l)" -ge 20 ] || fail "too few were checked"

# the pod, read back, is placed as the zone was
placed()
{
	awk -F, 'NR == 2 { print $4, $5, $9 }' "$work/out"
}
for zone in "-c 20 -M 1GiB --resource-adjustment-policy static" \
	"-c 3 -M 2GiB -m 700MiB --numa-nodes 2 --placement scatter" "-c 4 -M 1GiB -D nic0 -V pvh"; do
	# shellcheck disable=SC2086 # words
	run 0 plan epyc-nps4-8n -n Db_1 $zone -q --format csv
	there=$(placed)
	# shellcheck disable=SC2086 # words
	run 0 plan epyc-nps4-8n -n Db_1 $zone -q --emit k8s --output "$work/files/back"
	run 0 plan epyc-nps4-8n "$work/files/back/db-1.yaml" --strict --format csv
	[ "$(placed)" = "$there" ] || fail "$zone: $(placed), not $there"
done

# kubectl, where it is, reads them as the types that they are
typed()
{
	kubectl set image --local -f "$1" zone=other -o yaml >"$work/said" 2>&1
}
if command -v kubectl >/dev/null 2>&1; then
	for file in "$work"/files/edera-compact/[!k]*.yaml "$work"/files/back/db-1.yaml; do
		typed "$file" || fail "$file: $(cat "$work/said")"
	done
	sed 's/memory: [0-9]*Ki/memory: 12Qx/' "$work/files/back/db-1.yaml" >"$work/wrong"
	typed "$work/wrong" && fail "kubectl took 12Qx of memory"
fi

# alone on standard output both are documents of one stream
run 0 plan epyc-nps4-8n -c 2 -M 1GiB --emit k8s
[ "$(grep -c '^kind: ' "$work/out")" -eq 2 ] || fail "not two documents"
[ "$(grep -c '^---$' "$work/out")" -eq 1 ] || fail "not two documents"

# the policy that the file advises takes the zone, and where none would none is advised
advised()
{
	tr '\n' ' ' <"$work/err" | sed -n 's/.*homenode plan --policy \([a-z0-9-]*\).*/\1/p'
}
for host in epyc-nps4-8n ft2500-16n; do
	run 0 plan $host -c 4 -M 4GiB --emit k8s
	policy=$(advised)
	[ -n "$policy" ] || fail "$host: no policy is advised: $(cat "$work/err")"
	run 0 plan $host -c 4 -M 4GiB -p "$policy"
done
[ "$policy" = k8s-best-effort-max-nodes-16 ] || fail "$policy is advised on 16 nodes"
run 0 plan uv2000-24n -c 4 -M 4GiB --emit k8s
[ -z "$(advised)" ] || fail "$(advised) is advised on 24 nodes"
says err 'no policy of the kubelet'
run 1 plan uv2000-24n -c 4 -M 4GiB -p k8s-best-effort-max-nodes-16 --emit k8s --output "$work/files/large"
says err 'does not start with this on a host of more than 16 nodes'

# GPUs asked for by class are the device plugin's
run 0 plan epyc-nps4-8n -c 2 -M 1GiB -D 1xgpu -q --emit k8s
says out '        nvidia.com/gpu: 1'

# what does not survive being read back is said; what does is not
lost()
{
	printf '{"zones": [{"name": "a", "vcpus": 1, %s}]}' "$1" >"$work/lost.json"
	run 0 plan epyc-nps4-8n "$work/lost.json" --emit k8s
}
lost '"memory": "1GiB", "profile": {"preset": "web", "parallelism": 9}'
says err 'an annotation names a preset only: what its profile has other than web is lost'
says out 'homenode/profile: "web"'
lost '"memory": "1GiB", "profile": {"parallelism": 9, "demand_bytes_per_s": 0,
	"read_share_ppm": 9, "stall_share_ppm": 9, "sharing_share_ppm": 0}'
says err 'an annotation names a preset only: its profile of its own is lost'
lost '"memory": "1GiB", "profile": "web"'
grep -q 'is lost' "$work/err" && fail "a preset is not lost: $(cat "$work/err")"
lost '"memory": "100MiB"'
says err 'a pod has no less than 300 MiB: its memory is read back as that'
lost '"memory": "1GiB", "memory_initial": "200MiB"'
says err 'a pod boots with no less than 300 MiB: its initial memory is read back as that'
lost '"memory": "300MiB"'
grep -q 'read back as that' "$work/err" && fail "300 MiB is read back: $(cat "$work/err")"

# names that do not fit together, and the check can fail
printf '{"zones": [{"name": "A_1", "vcpus": 1, "memory": "300MiB"}, {"name": "a-1", "vcpus": 1,
	"memory": "300MiB"}]}' >"$work/same.json"
refused 2 plan epyc-nps4-8n "$work/same.json" --emit k8s --output "$work/same"
refused 2 plan epyc-nps4-8n -n kubelet --emit k8s --output "$work/same"
for wrong in 's/^topologyManagerScope/topologyManagerScop/' 's/prefer-closest/prefer-near/' \
	's/"1"/1/' 's/1024Mi/1000Mi/' 's/best-effort/best/'; do
	sed "$wrong" "$work/files/edera-compact/kubelet.yaml" >"$work/wrong"
	check_kubelet "$work/wrong" && fail "$wrong was not seen"
done
finish
