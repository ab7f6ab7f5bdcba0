#!/usr/bin/env bash
# Run a command with VECASSAY_TEST_POSTGRES set: tests/with_postgres.sh python -m pytest
# Without a server, and none to be had, the command runs all the same and the tests that need one skip.
set -euo pipefail
here=$(dirname "$0")
if [ -z "${VECASSAY_TEST_POSTGRES:-}" ] && url=$("$here/start_postgres.sh"); then
  trap '"$here/start_postgres.sh" stop "$url"' EXIT
  export VECASSAY_TEST_POSTGRES=$url
fi
"$@"
