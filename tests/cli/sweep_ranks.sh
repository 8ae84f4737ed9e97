#!/bin/sh
# The same sweep on 1, 2 and 4 MPI ranks: the same bytes; a rank that is killed ends the job, and
# what was done is not done again; ranks that read other files are named.
. tests/cli/lib.sh
. tests/cli/sweep_lib.sh

mpi=${HOMENODE%/*}/homenode-mpi
if [ ! -x "$mpi" ] || ! command -v mpirun >/dev/null 2>&1; then
	echo "skipped: homenode-mpi was not built, or there is no mpirun (apt-get install" \
		"libopenmpi-dev openmpi-bin)"
	[ "${CI:-}" = true ] && exit 1
	exit 77
fi
make_sweep "$work"
# Open MPI keeps what it has begun with until the end: those are no leaks of ours
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
TMPDIR=$work
OMPI_ALLOW_RUN_AS_ROOT=1
OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export ASAN_OPTIONS TMPDIR OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM

# ranks N ARGUMENT...: on this machine alone, whatever network it has
ranks()
{
	count=$1
	shift
	timeout 300 mpirun --oversubscribe --bind-to none --mca btl self,vader -n "$count" \
		"$mpi" "$@" >"$work/out" 2>"$work/err" </dev/null
}

run 0 sweep "$work/sweep.yaml" --jobs 1 -q -o "$work/one"
for n in 1 2 4; do
	ranks $n sweep "$work/sweep.yaml" -o "$work/ranks$n" --progress 1ms ||
		fail "$n ranks: $(cat "$work/err")"
	same "$work/ranks$n"
	none_twice "$work/ranks$n"
	grep -Eq '^homenode: row [0-9]+ of 112, ' "$work/err" || fail "$n ranks show no progress"
	grep -q '"jobs": '$n, "$work/ranks$n/run.json" || fail "run.json does not say $n"
done

# the last of three ranks is killed
cat >"$work/rank" <<END
#!/bin/sh
echo \$\$ >"$work/pid.\$OMPI_COMM_WORLD_RANK"
exec "$mpi" "\$@"
END
chmod +x "$work/rank"
# shellcheck disable=SC2317 # called by name
kill_rank()
{
	timeout 300 mpirun --oversubscribe --bind-to none --mca btl self,vader -n 3 "$work/rank" \
		sweep "$work/sweep.yaml" -q -o "$work/killed" >/dev/null 2>"$work/err" </dev/null &
	job=$!
	some_rows "$work/killed" "$job"
	kill -KILL "$(cat "$work/pid.2")" 2>/dev/null
	wait "$job"
	status=$?
}
half_done "$work/killed" kill_rank
[ "$status" -ne 0 ] || fail "a job without one of its ranks ended well"
ranks 2 sweep "$work/sweep.yaml" --resume -q -o "$work/killed" || fail "--resume: $(cat "$work/err")"
kept "$work/killed"

# begun on ranks, ended on threads, and the other way round
sed '30,$d' "$work/killed/sweep.journal" >"$work/journal"
for by in ranks threads; do
	mkdir "$work/by-$by"
	cp "$work/journal" "$work/by-$by/sweep.journal"
done
ranks 2 sweep "$work/sweep.yaml" --resume -q -o "$work/by-ranks" || fail "$(cat "$work/err")"
run 0 sweep "$work/sweep.yaml" --resume -q -o "$work/by-threads"
same "$work/by-ranks"
same "$work/by-threads"

# rank 1 in a folder of its own, where a workload is another
cp -r "$work/in" "$work/sweep.yaml" "$work/ranks1/" && mkdir "$work/else" &&
	cp -r "$work/in" "$work/sweep.yaml" "$work/else/"
sed -i 's/150/151/' "$work/else/in/day.json"
# shellcheck disable=SC2016 # for the shell of each rank
two_folders='cd "$1/$([ "$OMPI_COMM_WORLD_RANK" = 0 ] && echo ranks1 || echo else)" &&
	exec "$2" sweep sweep.yaml -q -o "$1/none"'
timeout 300 mpirun --oversubscribe --bind-to none --mca btl self,vader -n 2 \
	sh -c "$two_folders" sh "$work" "$(readlink -f "$mpi")" >/dev/null 2>"$work/err" </dev/null &&
	fail "ranks that read other files ran"
grep -Eq "^homenode-mpi: rank 1 on .* reads another day.json than rank 0" "$work/err" ||
	fail "ranks that read other files: $(cat "$work/err")"
rm "$work/else/in/list.json"
timeout 300 mpirun --oversubscribe --bind-to none --mca btl self,vader -n 2 \
	sh -c "$two_folders" sh "$work" "$(readlink -f "$mpi")" >/dev/null 2>"$work/err" </dev/null &&
	fail "a rank without a file ran"
grep -Eq "^homenode-mpi: rank 1 on .*list.json" "$work/err" ||
	fail "a rank without a file: $(cat "$work/err")"
[ ! -e "$work/none" ] || fail "ranks that differ left a directory"

# what rank 0 cannot begin ends all of them; so does a row that fails elsewhere
cp docs/examples/epyc-nps4-8n/trace.csv "$work/bad.csv"
echo 'nonsense' >>"$work/bad.csv"
printf 'workloads: [./bad.csv]\n' >"$work/bad.yaml"
ranks 3 sweep "$work/bad.yaml" -q -o "$work/bad" && fail "a bad trace ended well"
grep -Eq '^homenode-mpi: .*bad.csv:[0-9]+' "$work/err" || fail "a bad trace: $(cat "$work/err")"
printf 'workloads: [in/day.json]\npolicies: [oracle]\nseeds: [1]\n' >"$work/oracle.yaml"
ranks 2 sweep "$work/oracle.yaml" -q -o "$work/oracle" || fail "oracle: $(cat "$work/err")"
ranks 2 sweep "$work/sweep.yaml" --jobs 2 -q -o "$work/none" && fail "--jobs on ranks"
says err 'start more ranks'

ranks 2 curve "$work/one" --times 10 || fail "curve: $(cat "$work/err")"
grep -q '^64 rows, .* one after the other' "$work/out" || fail "curve says $(cat "$work/out")"
[ "$(awk '$1 == 1 || $1 == 64 || $1 == 4096' "$work/out" | wc -l)" -ge 3 ] ||
	fail "curve says $(cat "$work/out")"
ldd "$HOMENODE" 2>/dev/null | grep -q libmpi && fail "homenode itself needs MPI"
finish
