#!/usr/bin/env bash
# Measures Perch on this machine and prints a table: bash src/bench/run.sh [WORKLOAD...]
# Workloads: latency, broadcast and views (memory, messages a second and a broadcast for each way to read) if none is
# named, in about six minutes; heap and throughput, of long-polling alone; crowd, 100 000 readers over HTTP/2. Each has a
# server of its own.
# JAR: what to measure (target/perch.jar, built if missing). JVM: flags of the server. OPTIONS: its options; with
# --memory, if nothing is said, it is the reading that is measured and not the disk.
# LOAD: options for the load, as in LOAD="--warmup 3 --rounds 3" for a short run.
set -euo pipefail
cd "$(dirname "$0")/../.."

jar=${JAR:-target/perch.jar}
read -ra jvm <<< "${JVM:--Xms2g -Xmx2g}"
read -ra options <<< "${OPTIONS:---memory}"
read -ra more <<< "${LOAD:-}"
workloads=("$@")
((${#workloads[@]})) || workloads=(latency broadcast views)

files=20000
if (($(ulimit -n) < files)) && ! ulimit -n $files; then
  echo "10 000 readers need $files open files; ulimit -n says $(ulimit -n)." >&2
  exit 1
fi
[[ -f $jar ]] || mvn -q -Dmaven.test.skip=true package

server=
out=$(mktemp)
classes=$(mktemp -d)
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
trap 'stop; rm -rf "$out" "$classes"' EXIT

start() {
  : > "$out"
  java "${jvm[@]}" -jar "$jar" --port 0 "${options[@]}" >> "$out" 2>&1 &
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

measure() {
  start
  java -Xms512m -Xmx512m -XX:+UseSerialGC -cp "$classes" Load "$@" "${more[@]}" --port "$port" --pid "$server"
  stop
}

javac -d "$classes" -sourcepath src/bench src/bench/Load.java src/bench/Crowd.java
echo "date     $(date -u +%F)"
echo "commit   $(git rev-parse --short HEAD)"
echo "JDK      $(java -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.vm.version = //p')"
echo "machine  $(nproc) cores, $(uname -s), loopback, load $(cut -d ' ' -f 1 /proc/loadavg)"
echo "command  java ${jvm[*]} -jar perch.jar --port 0 ${options[*]}"
echo
echo "| measured | readers | median | server's processor time, µs a message |"
echo "|---|--:|--:|--:|"
for workload in "${workloads[@]}"; do
  case $workload in
    heap) measure heap --warmup 2 --rounds 3 ;;
    latency) measure latency --publishers 32 ;;
    throughput) measure throughput --readers 1000 ;;
    views)
      for view in poll stream socket; do measure heap --view $view --warmup 2 --rounds 3; done
      for view in poll stream socket; do measure throughput --view $view --readers 1000; done
      for view in poll stream socket; do measure broadcast --view $view --readers 1000; done
      ;;
    crowd)
      start
      # Its rows have one figure, and two columns that stay empty.
      java -Xmx1g -cp "$classes" Crowd "$port" "$server" | sed 's/ | \([^|]*\) |$/ | | \1 | |/'
      stop
      ;;
    *) measure "$workload" ;;
  esac
done
