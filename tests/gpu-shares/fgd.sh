#!/bin/sh
# FGD's published GPU allocation, within 0.4 points over ten seeds.
. tests/cli/lib.sh
data=../shared/data/traces/openb

bench/gpu-shares/fgd --workload none >"$work/out" 2>"$work/err" && fail "an unknown workload is no error"
says err "--workload wants"
bench/gpu-shares/fgd --data /nonexistent >"$work/out" 2>"$work/err"
[ $? -eq 2 ] || fail "a missing folder is no error"
[ -f $data/openb_node_list_gpu_node.csv ] || { echo "skipped: no traces in $data"; exit 77; }

# means over the seeds 42 to 51 of column 130 of expected_results/analysis_allo_discrete.csv,
# hkust-adsl/kubernetes-scheduler-simulator@8f3d641
cat >"$work/published" <<'TEXT'
default,Random,87.470
default,BestFit,93.076
default,FGD,95.391
cpu050,Random,91.243
cpu050,BestFit,93.794
cpu050,FGD,95.206
gpuspec10,Random,87.428
gpuspec10,BestFit,93.305
gpuspec10,FGD,94.949
TEXT
bench/gpu-shares/fgd >"$work/ours" || fail "status $?"
[ "$(wc -l <"$work/ours")" -eq 9 ] || fail "not nine rows: $(cat "$work/ours")"
paste -d, "$work/published" "$work/ours" | awk -F, '
	$1 != $4 || $2 != $5 { print "out of order: " $0; bad = 1 }
	$3 - $6 > 0.4 || $6 - $3 > 0.4 { print "more than 0.4 points off: " $0; bad = 1 }
	END { exit bad }' || fail "$(cat "$work/ours")"

# one more seed leaves the others as they are
bench/gpu-shares/fgd --workload default --seeds 1 >"$work/one" || fail "status $?"
bench/gpu-shares/fgd --workload default --seeds 1 | cmp - "$work/one" || fail "two runs differ"

# any list of pods, with models or without; what no pod can be is refused
bench/gpu-shares/fgd --pods $data/openb_pod_list_gpuspec10.csv --seeds 1 >"$work/path" || fail "--pods: status $?"
bench/gpu-shares/fgd --workload gpuspec10 --seeds 1 | sed 's/^gpuspec10,/openb_pod_list_gpuspec10.csv,/' |
	cmp - "$work/path" || fail "--pods differs from --workload"
cut -d, -f1-5,7- $data/openb_pod_list_default.csv >"$work/no-spec.csv"
head -n 1 "$work/no-spec.csv" | grep -q gpu_spec && fail "gpu_spec is still there"
bench/gpu-shares/fgd --pods "$work/no-spec.csv" --seeds 1 | sed 's/^no-spec.csv,/default,/' |
	cmp - "$work/one" || fail "the default list asks for models"
bench/gpu-shares/fgd --pods "$work/no-spec.csv" --workload default >"$work/out" 2>"$work/err" &&
	fail "--pods and --workload go together"
says err "--pods is a list of its own"
bench/gpu-shares/fgd --pods "$work/missing.csv" >"$work/out" 2>"$work/err"
[ $? -eq 2 ] || fail "a missing list is no error"
cut -d, -f1-3 $data/openb_pod_list_default.csv >"$work/short.csv"
bench/gpu-shares/fgd --pods "$work/short.csv" >"$work/out" 2>"$work/err" && fail "no num_gpu is no error"
says err 'short.csv:1: no column "num_gpu"'
finish
