#!/usr/bin/env bash
# What it costs to keep a message on disk, beside one in memory: bash src/bench/store.sh [WORKLOAD...]
# Workloads: publish open growth; all three take about six minutes and 2 GB in the directory DATA (a new one in /tmp).
# JAR: what to measure (target/perch.jar, built if missing).
set -euo pipefail
cd "$(dirname "$0")/../.."

jar=${JAR:-target/perch.jar}
data=${DATA:-$(mktemp -d)}
workloads=("$@")
((${#workloads[@]})) || workloads=(publish open growth)
[[ -f $jar ]] || mvn -q -Dmaven.test.skip=true package

server=
out=$(mktemp)
stop() {
  if [[ -n $server ]]; then
    kill "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
    server=
  fi
}
trap 'stop; rm -rf "$out" "$data"' EXIT

start() {
  : > "$out"
  java "${jvm[@]}" -jar "$jar" --port 0 "$@" >> "$out" 2>&1 &
  server=$!
  port=
  while [[ -z $port ]]; do
    kill -0 "$server" 2> /dev/null || {
      cat "$out" >&2
      exit 1
    }
    sleep 0.02
    port=$(sed -n 's|^Perch serves on http://.*:\([0-9]*\)/$|\1|p' "$out")
  done
}

load() {
  java -XX:+UseSerialGC src/bench/Publishing.java "$port" "$@"
}

milliseconds() {
  echo $(($(date +%s%N) / 1000000))
}

publish() {
  local store connections
  echo "| publishes | in memory | on disk |"
  echo "|---|--:|--:|"
  declare -A figures
  for store in memory disk; do
    rm -rf "$data"
    if [[ $store == memory ]]; then start --memory; else start --data "$data"; fi
    for connections in 1 8 64; do
      figures[$connections.$store]=$(load rate $connections 6)
    done
    figures[paced.$store]=$(load paced 2000 10)
    stop
  done
  for connections in 1 8 64; do
    echo "| a second, $connections connections | ${figures[$connections.memory]} | ${figures[$connections.disk]} |"
  done
  echo "| at 2 000 a second: p50, p99, longest, in ms | ${figures[paced.memory]// /, } | ${figures[paced.disk]// /, } |"
  echo
}

open() {
  local begun bytes
  rm -rf "$data"
  start --data "$data" --mailboxes 1000001
  load fill 1000000 5
  stop
  bytes=$(stat -c %s "$data/perch.db")
  jvm=(-Xmx1g)
  begun=$(milliseconds)
  start --data "$data" --mailboxes 1000001
  echo "| 5 000 000 messages of 100 bytes in 1 000 000 mailboxes | |"
  echo "|---|--:|"
  echo "| start of a server with -Xmx1g, until it serves | $(($(milliseconds) - begun)) ms |"
  echo "| bytes on disk a message | $((bytes / 5000000)) |"
  echo
  stop
  jvm=("${usual[@]}")
}

growth() {
  rm -rf "$data"
  start --data "$data"
  echo "| messages through one mailbox that is read | 250 000 | 500 000 | 750 000 | 1 000 000 |"
  echo "|---|--:|--:|--:|--:|"
  echo "| size of perch.db, MB | $(load growth 1000000 "$data/perch.db" | sed 's/ / | /g') |"
  stop
}

usual=(-Xms2g -Xmx2g)
jvm=("${usual[@]}")
echo "date     $(date -u +%F)"
echo "commit   $(git rev-parse --short HEAD)"
echo "JDK      $(java -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.vm.version = //p')"
echo "machine  $(nproc) cores, $(uname -s), loopback, $(df --output=fstype "$(dirname "$data")" | tail -n 1)"
echo
for workload in "${workloads[@]}"; do
  "$workload"
done
