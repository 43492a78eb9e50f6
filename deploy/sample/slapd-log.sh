# Sourced: reads slapd's own log (OpenLDAP 2.5 and 2.6, "-d stats"), of one connection, from a mark on. The caller sets
# directory_log, the log's path. Lines begin with the time, seconds and nanoseconds in hexadecimal:
#   6b039466.00afe6f3 0x7fd82effd6c0 conn=1004 fd=11 closed
log_mark=0 conn=''

mark_log() { log_mark=$(stat -c %s "$directory_log"); }

since_mark() { tail -c +"$((log_mark + 1))" "$directory_log"; }

conn_lines() { since_mark | grep -E "conn=$conn " || true; }

# Waits, at most 10 s, for a line with this text; fails when none comes.
await() {
  local last_try=$((SECONDS + 10))
  while [ "$SECONDS" -le "$last_try" ]; do
    if conn_lines | grep -F -- "$1" >/dev/null; then return 0; fi
    sleep 0.02
  done
  return 1
}

# Finds the connection on which this DN bound since the mark, and follows that one from here on.
follow_bind() {
  conn='[0-9]+'
  await "BIND dn=\"$1\" method=" || return 1
  conn=$(conn_lines | grep -F "BIND dn=\"$1\" method=" | sed -n 's/.* conn=\([0-9]*\) .*/\1/p' | tail -n 1)
}

logged_once() { [ "$(conn_lines | grep -cF -- "$1")" -eq 1 ]; }

# Time of the first line with this text, in microseconds since 1970; nothing when there is none.
log_time_us() {
  local stamp
  stamp=$(conn_lines | grep -F -m 1 -- "$1" | cut -d ' ' -f 1) || return 0
  [ -n "$stamp" ] || return 0
  printf '%d' $((16#${stamp%.*} * 1000000 + 16#${stamp#*.} / 1000))
}

# Prints the connection's lines since the mark, at most $1 of them, with times that people read.
show_log() {
  local most=${1:-12} shown=0 stamp rest seconds
  while read -r stamp _ rest; do
    if [ "$shown" -eq "$most" ]; then
      echo '   directory | ...'
      return
    fi
    printf -v seconds '%(%H:%M:%S)T' $((16#${stamp%.*}))
    printf '   directory | %s.%03d %s\n' "$seconds" $((16#${stamp#*.} / 1000000)) "$rest"
    shown=$((shown + 1))
  done < <(conn_lines)
}
