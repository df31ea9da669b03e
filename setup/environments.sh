#!/usr/bin/env bash
# Makes both environments from their locks, or leaves them alone when they match. Arguments: run | test.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}
needed_mib=4500

stop() { printf '\nstopped: %s\n' "$1" >&2; exit 1; }
step() { printf '%s\n' "$1" >&2; }

find_python() {
  for candidate in python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  if command -v uv >/dev/null 2>&1; then
    uv python find 3.11 2>/dev/null || { uv python install -q 3.11 2>/dev/null && uv python find 3.11 2>/dev/null; } || true
  fi
}

match() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
sum() { cat "$@" | sha256sum | cut -d' ' -f1; }

service_mark="$(sum uv.lock pyproject.toml) $purpose"
rasa_mark=$(sum setup/rasa.lock)
service_done=no; rasa_done=no
if match .venv/.made-from "$service_mark" || { [ "$purpose" = run ] && match .venv/.made-from "$(sum uv.lock pyproject.toml) test"; }; then service_done=yes; fi
if match .venv-rasa/.made-from "$rasa_mark"; then rasa_done=yes; fi
if [ $service_done = yes ] && [ $rasa_done = yes ]; then exit 0; fi

python=$(find_python)
[ -n "$python" ] || stop "Python 3.11 was not found. Install it (Debian: apt install python3.11 python3.11-venv; macOS: brew install python@3.11) and try again."
free=$(df -Pm . | awk 'NR==2 {print $4}')
[ "$free" -ge "$needed_mib" ] || stop "the disk is nearly full: $free MiB free here, $needed_mib MiB are needed."

mkdir -p var
log=var/environments.log
: > "$log"
run() { # run <what> <command...>: one line while it works, the cause in one line when it fails
  local what=$1; shift
  local began=$SECONDS
  if ! "$@" >>"$log" 2>&1; then
    if grep -qiE 'dns|connect|resolve|network|timed out' "$log"; then stop "$what: the package index could not be reached. Check the network and try again (details: $log)."; fi
    if grep -qi 'no space left' "$log"; then stop "$what: the disk is full (details: $log)."; fi
    stop "$what failed (details: $log)."
  fi
  step "  $what: done in $((SECONDS - began)) s"
}

if command -v uv >/dev/null 2>&1; then
  uv=$(command -v uv)
else
  if [ ! -x .venv/bin/uv ]; then
    step "Making .venv with uv in it …"
    [ -x .venv/bin/python ] || run "making .venv" "$python" -m venv .venv
    run "installing uv" .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r setup/uv.lock
  fi
  uv=.venv/bin/uv
fi

if [ $service_done = no ]; then
  step "Installing the service's environment (.venv) …"
  groups=(--no-default-groups)
  [ "$purpose" = test ] && groups=(--no-default-groups --group dev)
  run "service environment" env UV_PYTHON="$python" "$uv" sync --frozen --inexact --compile-bytecode "${groups[@]}"
  echo "$service_mark" > .venv/.made-from
fi
if [ $rasa_done = no ]; then
  step "Installing the Rasa environment (.venv-rasa, about 2.5 GB; a minute or two) …"
  [ -x .venv-rasa/bin/python ] || run "making .venv-rasa" "$uv" venv --python "$python" .venv-rasa
  run "Rasa environment" env VIRTUAL_ENV="$PWD/.venv-rasa" "$uv" pip sync --compile-bytecode --require-hashes setup/rasa.lock
  echo "$rasa_mark" > .venv-rasa/.made-from
fi
