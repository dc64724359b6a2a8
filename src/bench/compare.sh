#!/usr/bin/env bash
# Perch beside Nchan (C, a module of nginx) on the same load: bash src/bench/compare.sh [WORKLOAD...]
# Workloads: unicast broadcast cycle. Prints the median of REPS (3) turns, in which both servers have the same load one
# after the other, and the ratio. Servers and load share one processor, so that a server pays for what it uses.
# Needs nginx with Nchan (Debian: nginx-light libnginx-mod-nchan); without it, Perch alone is measured.
# JAR: what to measure (target/perch.jar, built if missing). JAVA, JVM: the server's Java and its flags. OPTIONS: its
# options (--memory, since Nchan keeps nothing on disk either). WARM: seconds of each load before it is measured (20).
set -euo pipefail
cd "$(dirname "$0")/../.."

jar=${JAR:-target/perch.jar}
read -ra jvm <<< "${JVM:--Xmx2g}"
read -ra options <<< "${OPTIONS:---memory}"
workloads=("$@")
((${#workloads[@]})) || workloads=(unicast broadcast cycle)
module=/usr/lib/nginx/modules/ngx_nchan_module.so
ulimit -n 20000
[[ -f $jar ]] || mvn -q -Dmaven.test.skip=true package

work=$(mktemp -d)
perch=
nchan=
stop() {
  for server in $perch $nchan; do
    kill "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
  done
  rm -rf "$work"
}
trap stop EXIT

free_port() {
  java src/bench/FreePort.java
}

start_nchan() {
  nchan_port=$(free_port)
  cat > "$work/nginx.conf" << CONF
daemon off; worker_processes 1; worker_rlimit_nofile 20000; pid $work/nginx.pid; error_log $work/error.log crit;
load_module $module;
events { worker_connections 19900; multi_accept on; use epoll; }
http {
  access_log off; tcp_nodelay on; keepalive_timeout 3600s; keepalive_requests 1000000000;
  client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f;
  uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  nchan_shared_memory_size 1024M; nchan_message_buffer_length 10; nchan_message_timeout 5m;
  server {
    listen 127.0.0.1:$nchan_port backlog=4096;
    location ~ ^/sub/(\w+)$ {
      nchan_subscriber longpoll; nchan_channel_id \$1; nchan_subscriber_first_message newest;
      nchan_subscriber_timeout 0;
    }
    location ~ ^/old/(\w+)$ { nchan_subscriber longpoll; nchan_channel_id \$1; nchan_subscriber_first_message oldest; }
    location ~ ^/pub/(\w+)$ { nchan_publisher; nchan_channel_id \$1; }
  }
}
CONF
  taskset -c 0 nginx -c "$work/nginx.conf" -p "$work" > "$work/nginx.log" 2>&1 &
  nchan=$!
}

measure() {
  taskset -c 0 java -Xms512m -Xmx512m -XX:+UseSerialGC -cp "$work" Comparison "$@"
}

javac -d "$work" -sourcepath src/bench src/bench/Comparison.java
taskset -c 0 "${JAVA:-java}" "${jvm[@]}" -jar "$jar" --port 0 "${options[@]}" > "$work/perch.log" 2>&1 &
perch=$!
for ((i = 0; i < 200; i++)); do
  perch_port=$(sed -n 's|^Perch serves on http://.*:\([0-9]*\)/$|\1|p' "$work/perch.log")
  [[ -z $perch_port ]] || break
  sleep 0.1
done
[[ -z $perch_port ]] && cat "$work/perch.log" >&2 && exit 1
[[ -f $module ]] && start_nchan
for workload in "${workloads[@]}"; do
  measure perch "$perch_port" "$perch" "$workload" "${WARM:-20}" > /dev/null
done

median() {
  sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}

echo "$(date -u +%F), $(nproc) cores of which one is used, $(uname -s), ${jvm[*]}, ${options[*]}, medians of ${REPS:-3}"
echo
echo "| processor time, µs a message | Nchan | Perch | ratio |"
echo "|---|--:|--:|--:|"
for workload in "${workloads[@]}"; do
  : > "$work/perch.$workload"
  : > "$work/nchan.$workload"
  for ((i = 0; i < ${REPS:-3}; i++)); do
    [[ -z $nchan ]] || measure nchan "$nchan_port" "$nchan" "$workload" 5 >> "$work/nchan.$workload"
    measure perch "$perch_port" "$perch" "$workload" 5 >> "$work/perch.$workload"
  done
  ours=$(median < "$work/perch.$workload")
  theirs=$(median < "$work/nchan.$workload")
  echo "| $workload | ${theirs:--} | $ours | $(awk "BEGIN { print ${theirs:-0} ? sprintf(\"%.2f\", $ours / ${theirs:-1}) : \"-\" }") |"
done
