#!/usr/bin/env bash
# Makes sure the browser tests have a Chromium: one on the PATH, else Debian's package, else Playwright's own download.
# Where Debian's package is installed, so is the one without windows, in which the tests take less time.
set -euo pipefail
bin=${1:?folder of the virtual environment\'s programs}

found() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null; }

if found >/dev/null; then exit 0; fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "Installing Debian's chromium for the browser tests ..."
  if apt-get update -qq && { install chromium chromium-headless-shell || install chromium; } && found >/dev/null; then
    exit 0
  fi
fi
echo "No chromium on the PATH; trying Playwright's own download ..."
if "$bin/playwright" install chromium; then exit 0; fi
cat >&2 <<'TEXT'
The browser tests need Chromium and none could be installed. Do one of these, then run make test again:
  - Debian or Ubuntu:  sudo apt-get install chromium
  - anything else:     .venv/bin/playwright install chromium
To run everything but the browser tests: .venv/bin/python -m pytest -m "not browser"
TEXT
exit 1
