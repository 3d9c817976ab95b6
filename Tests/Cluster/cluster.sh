#!/usr/bin/env bash
# Runs samples/cluster for real: Slurm (controller, daemon, munge) and two sshd, all on loopback addresses, set up in a folder of
# their own and taken down in the end. Needs root and Debian's slurmctld slurmd slurm-client munge parallel openssh-server
# rclone; for Ray a python3 (or PYTHON) that has it, as after `pip install ray`.
# usage: cluster.sh FOLDER-OF-IMGBATCH [slurm|parallel|ray|storage|manifests|many]...; many, 200,000 files in 16 shards beside
# one run of all, only when asked for: it takes minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- slurm parallel ray storage manifests
export PATH=$bin:$PATH:/usr/sbin
here=$PWD
place=$(mktemp -d /run/imgbatch-cluster-XXXXXX)
ours=()

# Ends what was started here, by number.
cleanup() {
  for number in ${ours[@]+"${ours[@]}"}; do kill "$number" 2>/dev/null || true; done
  for number in ${ours[@]+"${ours[@]}"}; do
    for _ in {1..50}; do kill -0 "$number" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$number" 2>/dev/null || true
  done
  rm -rf "$place"
}
trap cleanup EXIT

say() { printf '== %s\n' "$*"; }
fail() { printf 'FAIL %s\n' "$*" >&2; exit 1; }
need() { for program; do command -v "$program" >/dev/null || fail "$program is missing"; done; }

# until_true SECONDS COMMAND...: waits for a fact.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do [ "$SECONDS" -lt "$end" ] || return 1; sleep 0.1; done
}

# Enough work that a shard is still at it when it is to be killed: large outputs, packed hard.
options=(--size '100%' --png-level 9 --format png)
inputs() {
  for number in {1..120}; do
    mkdir -p "$place/in/$((number % 5))"
    cp samples/dogs/rex.jpg "$place/in/$((number % 5))/$number.jpg"
  done
  imgbatch resize "$place/in" --out "$place/whole" --quiet "${options[@]}"
}
same() { diff -r -x '.imgbatch-*' -x .parallel.log "$place/whole" "$1" || fail "$1 differs from one whole run"; }

configure_slurm() {
  mkdir -p "$place/munge" "$place/state" "$place/spool"
  chmod 700 "$place/munge"
  head -c 128 /dev/urandom >"$place/munge/key"
  chmod 600 "$place/munge/key"
  cat >"$place/slurm.conf" <<EOF
ClusterName=loopback
SlurmctldHost=$1(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$place/munge/socket
CredType=cred/munge
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/slurmctld.log
SlurmdLogFile=$place/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
NodeName=$1 NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=10 State=UP
EOF
  export SLURM_CONF=$place/slurm.conf
}

start_slurm() {
  configure_slurm "$(hostname -s)"
  munged --force --foreground --key-file "$place/munge/key" --socket "$place/munge/socket" \
    --pid-file "$place/munge/pid" --log-file "$place/munge/log" --seed-file "$place/munge/seed" &
  ours+=($!)
  until_true 10 test -S "$place/munge/socket" || fail 'munged does not start'
  slurmctld -D -f "$SLURM_CONF" >/dev/null 2>&1 &
  ours+=($!)
  slurmd -D -f "$SLURM_CONF" >/dev/null 2>&1 &
  ours+=($!)
  idle() { sinfo -h -o %t 2>/dev/null | grep -q idle; }
  until_true 60 idle || { tail -20 "$place"/slurm*.log >&2; fail 'Slurm has no idle node'; }
  say "$(slurmctld -V): $(sinfo -h -N -o '%N %c cores %t')"
}

slurm() {
  need munged slurmctld slurmd sbatch scancel
  start_slurm
  cd "$place"
  local array merge
  read -r array merge < <("$here/samples/cluster/slurm.sh" "$place/in" "$place/slurm" 4 "${options[@]}")
  say "array $array of 4 shards, merge $merge"
  # Shard 3 is killed once it has written something.
  until_true 120 test -s "$place/slurm/.imgbatch-journal.3-of-4" || fail 'shard 3 does not begin'
  scancel --signal=KILL --full "${array}_3"
  say "killed ${array}_3 after $(wc -l <"$place/slurm/.imgbatch-journal.3-of-4") of its pictures"
  ended() { [ -z "$(squeue -h -j "$1" 2>/dev/null)" ]; }
  until_true 180 ended "$merge" || { squeue; fail 'the merge does not end'; }
  say "the first merge: $(tail -1 "slurm-$merge.out")"
  grep -q 'not at the end: 3' "slurm-$merge.out" || fail 'the merge does not miss shard 3'
  array=$(sbatch --parsable --array=3 "$here/samples/cluster/shard.sbatch" "$place/in" "$place/slurm" 4 "${options[@]}")
  merge=$(sbatch --parsable --dependency="afterok:$array" "$here/samples/cluster/merge.sbatch" "$place/slurm")
  until_true 180 ended "$merge" || { squeue; fail 'the second merge does not end'; }
  say "shard 3 again, as $array: $(tail -1 "slurm-${array}_3.out")"
  say "the second merge: $(tail -1 "slurm-$merge.out")"
  scontrol show job "$merge" | grep -q 'ExitCode=0:0' || fail 'the second merge has another status than 0'
  same "$place/slurm"
  say 'the tree of the Slurm array is byte for byte that of one run'
  cd "$here"
}

ssh_host() {
  /usr/sbin/sshd -D -e -f /dev/null -h "$place/ssh/host" -o "ListenAddress=$1:26822" -o UsePAM=no -o StrictModes=no \
    -o "AuthorizedKeysFile=$place/ssh/user.pub" -o "PidFile=$place/ssh/pid-$1" -o PermitRootLogin=prohibit-password \
    -o "SetEnv=PATH=$PATH" >"$place/ssh/log-$1" 2>&1 &
  ours+=($!)
}

start_hosts() {
  mkdir -p "$place/ssh" /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f "$place/ssh/host"
  ssh-keygen -q -t ed25519 -N '' -f "$place/ssh/user"
  cat >"$place/ssh/config" <<EOF
Host 127.0.0.*
  Port 26822
  User root
  IdentityFile $place/ssh/user
  StrictHostKeyChecking no
  UserKnownHostsFile $place/ssh/known
  LogLevel ERROR
EOF
  export PARALLEL_SSH="ssh -F $place/ssh/config" PARALLEL_HOME=$place/parallel-home
  mkdir -p "$PARALLEL_HOME"
  local address
  for address in 127.0.0.1 127.0.0.2; do
    ssh_host "$address"
    answers() { $PARALLEL_SSH "$address" imgbatch --version >/dev/null 2>&1; }
    until_true 20 answers || { cat "$place/ssh/log-$address" >&2; fail "no ssh to $address"; }
  done
}

parallel_over_ssh() {
  need parallel ssh sshd ssh-keygen
  start_hosts
  local second=${ours[-1]} run doomed status=0
  "$here/samples/cluster/parallel.sh" 127.0.0.1,127.0.0.2 "$place/in" "$place/ssh-out" 6 "${options[@]}" \
    >"$place/parallel.txt" 2>&1 &
  run=$!
  ours+=("$run")
  at_work() {
    [ "$(cat "$place"/ssh-out/.imgbatch-journal.* 2>/dev/null | wc -l)" -ge 4 ] && [ -n "$(descendants "$second")" ]
  }
  until_true 60 at_work || { cat "$place/parallel.txt"; fail 'the shards do not begin'; }
  # The host goes with all that it runs.
  doomed=$(descendants "$second")
  kill -9 "$second" $doomed 2>/dev/null || true
  say "killed the host 127.0.0.2 and $(wc -w <<<"$doomed") processes there"
  wait "$run" || status=$?
  sed 's/^/   /' "$place/ssh-out/.parallel.log" | cut -c1-150
  tail -2 "$place/parallel.txt"
  [ "$status" -eq 0 ] || fail "parallel.sh ended with $status"
  same "$place/ssh-out"
  say 'the tree over ssh is byte for byte that of one run'
}

descendants() {
  local child
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do echo "$child"; descendants "$child"; done
}

# On two workers of this machine. One is killed in the middle of its shard, which Ray then tries again.
ray() {
  local python=${PYTHON:-python3} run doomed
  "$python" -c 'import ray' 2>/dev/null || { say "SKIP ray: $python has no Ray (pip install ray)"; return; }
  RAY_TMPDIR=$place RAY_USAGE_STATS_ENABLED=0 RAY_OVERRIDE_RESOURCES='{"CPU": 2}' \
    "$python" samples/cluster/ray_shards.py "$place/in" "$place/ray-out" 4 "${options[@]}" >"$place/ray.txt" 2>&1 &
  run=$!
  ours+=("$run")
  until_true 120 test -s "$place/ray-out/.imgbatch-journal.1-of-4" || { tail -20 "$place/ray.txt"; fail 'shard 1 does not begin'; }
  doomed=$(runner_of_first_shard "$run")
  [ -n "$doomed" ] || fail 'nobody runs shard 1'
  kill -9 "$doomed"
  say "killed Ray's worker after $(wc -l <"$place/ray-out/.imgbatch-journal.1-of-4") pictures of its shard"
  wait "$run" || { tail -20 "$place/ray.txt"; fail 'ray_shards.py ends with another status than 0'; }
  grep -qF '[0, 0, 0, 0]' "$place/ray.txt" || { tail -20 "$place/ray.txt"; fail 'a shard failed on Ray'; }
  say "Ray $("$python" -c 'import ray; print(ray.__version__)'): $(tail -1 "$place/ray.txt")"
  same "$place/ray-out"
  say 'the tree of the Ray tasks is byte for byte that of one run'
}

# The parent of the imgbatch below a process that works on shard 1.
runner_of_first_shard() {
  local process
  for process in $(descendants "$1"); do
    if tr '\0' ' ' <"/proc/$process/cmdline" | grep -q '^imgbatch .*--shard 1/4'; then
      awk '{ print $4 }' "/proc/$process/stat"
      return
    fi
  done 2>/dev/null
}

storage() {
  need rclone
  BATCH=50 "$here/samples/cluster/object-storage.sh" "$place/in" "$place/bucket" "${options[@]}" 2>/dev/null
  same "$place/bucket"
  say "through rclone in batches of 50: the same tree ($(find "$place/bucket" -type f | wc -l) files)"
}

# Without their engines: that manifests are what they say, and what the variables of each engine make of auto/N.
manifests() {
  bash -n samples/cluster/*.sh
  bash -n samples/cluster/*.sbatch
  python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' samples/cluster/ray_shards.py
  if python3 -c 'import yaml' 2>/dev/null; then
    python3 Tests/Cluster/manifests.py samples/cluster/kubernetes.yaml
  else
    say 'no PyYAML: kubernetes.yaml is not read'
  fi
  local index variable
  imgbatch resize samples/dogs samples/patterns --out "$place/few" --quiet
  for variable in AWS_BATCH_JOB_ARRAY_INDEX JOB_COMPLETION_INDEX; do
    for index in 0 1 2; do
      env "$variable=$index" imgbatch resize samples/dogs samples/patterns --out "$place/$variable" --shard auto/3 --quiet
    done
    imgbatch merge "$place/$variable"
    diff -r -x '.imgbatch-*' "$place/few" "$place/$variable" || fail "$variable: another tree"
    say "$variable counts from 0"
  done
}

inputs
for part; do
  case $part in
    many) python3 Tests/Cluster/many_shards.py "$bin/imgbatch" ;;
    slurm | ray | storage | manifests) "$part" ;;
    parallel) parallel_over_ssh ;;
    *) fail "no part is called $part" ;;
  esac
done
