#!/usr/bin/env bash
# A Slurm cluster of one node on this machine, for tests: cluster.sh start | restart-node | hurry | stop DIR
#
# Everything lies in DIR; commands find it by SLURM_CONF=DIR/slurm.conf. Needs root and Debian's slurm-wlm and munge.
set -euo pipefail
action=$1 dir=$2

node() { env SLURM_CONF="$dir/slurm.conf" slurmd -N zsq -f "$dir/slurm.conf" -L "$dir/slurmd.log"; }

case $action in
  start)
    mkdir -p "$dir"/{state,spool,munge}
    chmod 700 "$dir/munge"
    dd if=/dev/urandom of="$dir/munge/key" bs=128 count=1 status=none
    chmod 400 "$dir/munge/key"
    munged --force --key-file="$dir/munge/key" --socket="$dir/munge.socket" --pid-file="$dir/munge.pid" --log-file="$dir/munge.log" --seed-file="$dir/munge/seed"
    port=$(( 20000 + $$ % 20000 ))
    cat > "$dir/slurm.conf" <<CONF
ClusterName=zsq
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge.socket
CryptoType=crypto/munge
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0
MinJobAge=60
SlurmdTimeout=6
BatchStartTimeout=2
MessageTimeout=3
KillWait=2
MpiDefault=none
NodeName=zsq NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    SLURM_CONF="$dir/slurm.conf" slurmctld -f "$dir/slurm.conf" -L "$dir/slurmctld.log"
    node
    for _ in $(seq 100); do
      SLURM_CONF="$dir/slurm.conf" sinfo --noheader --format=%T 2>/dev/null | grep -q '^idle$' && exit 0
      sleep 0.2
    done
    echo "cluster: the node did not become idle; see $dir/slurmctld.log and slurmd.log" >&2
    exit 1
    ;;
  restart-node)
    kill -9 "$(cat "$dir/slurmd.pid")" $(pgrep -f "slurmstepd.*" || true) 2>/dev/null || true
    sleep 1
    node
    ;;
  hurry) # Slurm waits two minutes before it starts what it has queued again
    export SLURM_CONF="$dir/slurm.conf"
    for job in $(squeue --noheader --states=PENDING --format=%i 2>/dev/null); do scontrol update "JobId=$job" StartTime=now 2>/dev/null || true; done
    ;;
  stop)
    pids=$(cat "$dir"/{slurmd,slurmctld,munge}.pid 2>/dev/null || true)
    [ -n "$pids" ] && kill $pids 2>/dev/null || true
    for _ in $(seq 50); do
      [ -n "$pids" ] && kill -0 $pids 2>/dev/null || exit 0
      sleep 0.1
    done
    kill -9 $pids 2>/dev/null || true
    ;;
  *)
    echo "cluster: unknown action: $action; expected start, restart-node, hurry or stop" >&2
    exit 2
    ;;
esac
