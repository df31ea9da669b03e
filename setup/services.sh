#!/usr/bin/env bash
# Finds, or installs where that is possible, what the tests run against: PostgreSQL, Redis, Chromium, pdftotext, node with the
# simulated SMSC, and Kannel, without which its tests are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 || missing+=(postgresql)
command -v redis-server >/dev/null 2>&1 || missing+=(redis-server)
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing+=(chromium)
command -v pdftotext >/dev/null 2>&1 || missing+=(poppler-utils)
command -v npm >/dev/null 2>&1 || missing+=(nodejs npm)
[ -x /usr/sbin/bearerbox ] || command -v bearerbox >/dev/null 2>&1 || missing+=(kannel)

smsc() { # the simulated SMSC's one package, by its lock file
  local folder=tests/emulators/smsc
  [ -d $folder/node_modules/smpp ] && return
  command -v npm >/dev/null 2>&1 || return 0
  npm ci --prefix $folder --no-audit --no-fund --ignore-scripts >var/smsc.log 2>&1 ||
    printf 'The simulated SMSC could not be installed (var/smsc.log): check the network and try again.\n' >&2
}

mkdir -p var
smsc
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  printf 'Installing for the tests: %s …\n' "${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  smsc
else
  printf 'The tests need %s: install them (Debian: sudo apt install %s); tests without their service are skipped.\n' "${missing[*]}" "${missing[*]}" >&2
fi
