#!/bin/sh
# A backend: answers each message in the mailbox "backend" to whoever sent it, and to nobody else.
perch=${1:-http://localhost:8080}

while :; do
  curl -fsS -D head -o body --etag-compare cursor --etag-save next -H 'Accept: text/plain' \
    "$perch/mailbox/backend" && [ -s next ] || { sleep 1; continue; }
  from=$(sed -n 's/^Message-From: //p' head | tr -d '\r')
  reply=$(sed -n 's/^Message-Reply: //p' head | tr -d '\r')
  if [ -n "$reply" ]; then
    { printf 'got your message: '; cat body; } | curl -fsS --data-binary @- "$perch$reply"
  elif [ -n "$from" ]; then
    { printf 'got your message: '; cat body; } | curl -fsS --data-binary @- "$perch/mailbox/$from"
  fi
  mv next cursor
done
