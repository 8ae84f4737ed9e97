#!/bin/sh
# SPANE's published means to the last digit, and every episode's wait.
. tests/cli/lib.sh
data=../shared/data/traces/huawei-east-1

[ -f $data/Huawei-East-1-lt.csv ] || { echo "skipped: no trace in $data"; exit 77; }

# result/flex/result_baseline.txt of ChanTinPing/SPANE@f1d7df9
cat >"$work/published" <<'TEXT'
2,53866.53875,38610.82625
3,52483.255,38832.1
4,44461.2425,37829.27625
5,89822.5225,86009.90875
6,67176.55,62643.88
7,129369.66375,118267.32125
8,182132.76875,176528.5075
9,201328.98,181041.9925
TEXT
for n in 7 8 9; do
	bench/reproduce/spane --servers $n
done >"$work/ours" || fail "status $?"
sed 1,5d "$work/published" | cmp - "$work/ours" || fail "the means are: $(cat "$work/ours")"

# mean COLUMN CUT DIGITS: of $work/ours without CUT at either end
mean()
{
	cut -d, -f"$1" "$work/ours" | LC_ALL=C sort -n | awk -v cut="$2" '{ x[NR] = $1 } END { for (i = cut + 1; i <= NR - cut; i++) print x[i] }' |
		awk -v digits="$3" '{ s += $1 } END { printf "%." digits "f\n", s / NR }' | sed 's/0*$//'
}

for n in 2 3 4 5 6; do
	sed 1d "$data/spane_expected_N$n.csv" | tr -d '\r' | cut -d, -f1-5 >"$work/expected"
	[ "$(wc -l <"$work/expected")" -eq 1000 ] || fail "$data has not 1000 episodes for N = $n"
	bench/reproduce/spane --servers "$n" --episodes >"$work/ours" || fail "status $?"
	cmp "$work/expected" "$work/ours" || fail "episodes of N = $n differ"
	grep -qx "$n,$(mean 4 100 5),$(mean 5 100 5)" "$work/published" || fail "the means of N = $n differ"
	# baseline.py
	[ "$n" -ne 5 ] || [ "$(mean 4 0 3),$(mean 5 0 3)" = 362634.624,336486.767 ] ||
		fail "the means of all episodes differ"
done
finish
