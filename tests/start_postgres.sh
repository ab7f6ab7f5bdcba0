#!/usr/bin/env bash
# A PostgreSQL for the tests, on loopback, in a folder of its own, gone when stopped.
#   export VECASSAY_TEST_POSTGRES=$(tests/start_postgres.sh)      prints the URL and nothing else
#   tests/start_postgres.sh stop "$VECASSAY_TEST_POSTGRES"        ends that server and deletes its folder
# As root on Debian it installs PostgreSQL where there is none. Anybody on this machine can log in: only for tests.
set -euo pipefail
exec 3>&1 1>&2 # only the URL goes to standard output

programs() {
  local initdb
  initdb=$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
  [ -n "$initdb" ] && dirname "$initdb"
}

# PostgreSQL refuses to run as root.
unprivileged() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

start() {
  if ! programs >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Debian's postgresql for the tests ..."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
  fi
  local bin folder port
  if ! bin=$(programs); then
    echo "The tests of the store on PostgreSQL need its server (initdb). Install the package postgresql (as root:"
    echo "apt-get install postgresql), or set VECASSAY_TEST_POSTGRES to the URL of a server they may use."
    exit 1
  fi
  folder=$(unprivileged mktemp -d /tmp/vecassay-postgres-XXXXXX)
  unprivileged "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null
  for _ in 1 2 3 4 5; do # somebody may take the port first
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    if unprivileged "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -s \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off" start 3>&-; then
      # The folder rides along in the URL as the name the server shows for our connections: `stop` reads it there.
      echo "postgresql+psycopg://postgres@127.0.0.1:$port/postgres?application_name=${folder##*/}" >&3
      return
    fi
  done
  cat "$folder/log"
  exit 1
}

stop() {
  local name=${1##*application_name=}
  [[ $name =~ ^vecassay-postgres-[A-Za-z0-9]{6}$ ]] || { echo "not a URL that this script printed"; exit 2; }
  unprivileged "$(programs)/pg_ctl" -D "/tmp/$name/data" -m immediate -w -s stop
  rm -rf "/tmp/$name"
}

case "${1:-start}" in
  start) start ;;
  stop) stop "${2:?the URL that start printed}" ;;
  *) sed -n 2,5p "$0"; exit 2 ;;
esac
