#!/usr/bin/env bash
# Measures Perch on this machine and prints a table: bash src/bench/run.sh [WORKLOAD...]
# Workloads: heap latency throughput broadcast; all four, each on a server of its own, take about three minutes.
# JAR: what to measure (target/perch.jar, built if missing). JVM: flags of the server.
set -euo pipefail
cd "$(dirname "$0")/../.."

jar=${JAR:-target/perch.jar}
read -ra jvm <<< "${JVM:--Xms2g -Xmx2g}"
workloads=("$@")
((${#workloads[@]})) || workloads=(heap latency throughput broadcast)

files=20000
if (($(ulimit -n) < files)) && ! ulimit -n $files; then
  echo "10 000 polls need $files open files; ulimit -n says $(ulimit -n)." >&2
  exit 1
fi
[[ -f $jar ]] || mvn -q -Dmaven.test.skip=true package

server=
out=$(mktemp)
stop() {
  if [[ -n $server ]]; then
    kill "$server" 2> /dev/null || true
    for ((i = 0; i < 150; i++)); do
      kill -0 "$server" 2> /dev/null || break
      sleep 0.1
    done
    kill -9 "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
    server=
  fi
}
trap 'stop; rm -f "$out"' EXIT

start() {
  : > "$out"
  java "${jvm[@]}" -jar "$jar" --port 0 >> "$out" 2>&1 &
  server=$!
  port=
  for ((i = 0; i < 200; i++)); do
    port=$(sed -n 's|^Perch serves on http://.*:\([0-9]*\)/$|\1|p' "$out")
    [[ -z $port ]] || return 0
    kill -0 "$server" 2> /dev/null || break
    sleep 0.1
  done
  echo "The server does not start:" >&2
  cat "$out" >&2
  exit 1
}

load() {
  java -Xms512m -Xmx512m -XX:+UseSerialGC src/bench/Load.java "$@" --port "$port" --pid "$server"
}

echo "date     $(date -u +%F)"
echo "commit   $(git rev-parse --short HEAD)"
echo "JDK      $(java -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.vm.version = //p')"
echo "machine  $(nproc) cores, $(uname -s), loopback"
echo "command  java ${jvm[*]} -jar perch.jar --port 0"
echo
echo "| measured | polls | median | server's processor time, µs a message |"
echo "|---|--:|--:|--:|"
for workload in "${workloads[@]}"; do
  start
  case $workload in
    heap) load heap --warmup 2 --rounds 3 ;;
    latency) load latency --publishers 32 ;;
    throughput) load throughput --polls 1000 ;;
    *) load "$workload" ;;
  esac
  stop
done
