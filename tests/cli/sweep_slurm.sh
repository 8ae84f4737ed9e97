#!/bin/sh
# docs/slurm/sweep.sbatch on a Slurm of one node that is this machine's for as long as the test
# runs: the same bytes; a rank that is killed ends the job, and the next job goes on. Ends all that
# it began, on whatever way out.
. tests/cli/lib.sh
. tests/cli/sweep_lib.sh

PATH=$PATH:/usr/sbin:/sbin
mpi=${HOMENODE%/*}/homenode-mpi
skip()
{
	echo "skipped: $*"
	exit 77
}
lack()
{
	[ "${CI:-}" = true ] && echo "failed: $*" && exit 1
	skip "$@"
}
[ -x "$mpi" ] || lack "homenode-mpi was not built (apt-get install libopenmpi-dev)"
for program in slurmctld slurmd munged srun sbatch; do
	command -v "$program" >/dev/null 2>&1 ||
		lack "there is no $program (apt-get install slurmctld slurmd slurm-client munge)"
done
[ "$(id -u)" -eq 0 ] || skip "slurmd runs jobs as root alone"

# What carries this Slurm's configuration in its environment is ours: slurmd's children leave it.
# Processes come and go meanwhile.
# shellcheck disable=SC2317 # called by name
ours()
{
	for p in /proc/[0-9]*; do
		[ "${p#/proc/}" != $$ ] &&
			{ tr '\0' '\n' <"$p/environ" | grep -Fqx "SLURM_CONF=$work/slurm.conf"; } 2>/dev/null &&
			echo "${p#/proc/}"
	done
}
# shellcheck disable=SC2317 # by the trap
end_slurm()
{
	status=$?
	trap '' INT TERM
	for signal in TERM TERM KILL; do
		for pid in $daemons $(ours); do
			kill -s "$signal" "$pid" 2>/dev/null
		done
		sleep 0.5
	done
	(exit "$status")
	at_exit
}
daemons=
trap end_slurm EXIT
trap 'exit 1' HUP INT TERM

chmod 755 "$work"
make_sweep "$work"
mkdir "$work/state" "$work/spool"
head -c 1024 /dev/urandom >"$work/key"
chmod 400 "$work/key"
host=$(hostname -s)
port=$((20000 + $$ % 20000))
cat >"$work/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
AuthInfo=socket=$work/munge.socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SelectType=select/cons_tres
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:8
END

SLURM_CONF=$work/slurm.conf
HOMENODE_MPI=$work/rank
TMPDIR=$work
OMPI_ALLOW_RUN_AS_ROOT=1
OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
OMPI_MCA_btl=self,vader
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export SLURM_CONF HOMENODE_MPI TMPDIR OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM \
	OMPI_MCA_btl ASAN_OPTIONS

cat >"$work/rank" <<END
#!/bin/sh
echo \$\$ >"$work/pid.\$SLURM_PROCID"
exec "$(readlink -f "$mpi")" "\$@"
END
chmod +x "$work/rank"

munged --foreground --force --num-threads=2 --socket="$work/munge.socket" \
	--key-file="$work/key" --pid-file="$work/munge.pid" --log-file="$work/munge.log" \
	--seed-file="$work/seed" >"$work/munged.out" 2>&1 &
daemons="$daemons $!"
slurmctld -D >"$work/slurmctld.out" 2>&1 &
daemons="$daemons $!"
slurmd -D >"$work/slurmd.out" 2>&1 &
daemons="$daemons $!"
tries=0
until sinfo -h -o %t 2>/dev/null | grep -q idle; do
	tries=$((tries + 1))
	[ $tries -lt 150 ] || skip "Slurm does not come up here: $(tail -n 3 "$work"/*.out \
		"$work"/slurm*.log 2>/dev/null)"
	sleep 0.2
done

# submit DIR: the job's number
submit()
{
	sbatch --parsable --ntasks=3 --overcommit --no-requeue --time=10 \
		--output="$work/job.out" docs/slurm/sweep.sbatch "$work/sweep.yaml" "$1"
}
# Until the job is over; its state
state()
{
	tries=0
	while s=$(scontrol -o show job "$1" | sed 's/.*JobState=\([A-Z_]*\).*/\1/') &&
		case $s in PENDING | CONFIGURING | RUNNING | COMPLETING | SUSPENDED) ;; *) false ;; esac; do
		tries=$((tries + 1))
		[ $tries -lt 1200 ] || break
		sleep 0.2
	done
	echo "$s"
}

run 0 sweep "$work/sweep.yaml" --jobs 1 -q -o "$work/one"
job=$(submit "$work/whole") || fail "sbatch ended with $?"
s=$(state "$job")
[ "$s" = COMPLETED ] || fail "the job is $s: $(cat "$work/job.out" "$work/slurmd.log")"
same "$work/whole"
none_twice "$work/whole"
grep -q '"jobs": 3' "$work/whole/run.json" || fail "the job had not three ranks"

# the last of the ranks is killed
# shellcheck disable=SC2317 # called by name
kill_rank()
{
	job=$(submit "$work/killed") || fail "sbatch ended with $?"
	some_rows "$work/killed"
	kill -KILL "$(cat "$work/pid.2")" 2>/dev/null
	s=$(state "$job")
}
half_done "$work/killed" kill_rank
[ "$s" = FAILED ] || fail "a job without one of its ranks is $s: $(cat "$work/job.out")"
job=$(submit "$work/killed") || fail "sbatch ended with $?"
s=$(state "$job")
[ "$s" = COMPLETED ] || fail "the second job is $s: $(cat "$work/job.out")"
kept "$work/killed"
finish
