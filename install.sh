#!/bin/sh
# Install healkit from the clone that this file lies in; safe to run twice. Nothing outside your home is touched, no
# setting of Claude Code is changed (that is `healkit install`), and only pip's normal index is used.
#   ./install.sh [--demo] [--with uv|pipx|venv]     ./install.sh --uninstall
set -eu
umask 077 # healkit takes no folder of its own that others may write to

die() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 1
}

say() { printf '%s\n' "$1"; }

# Run a command; what it says is shown only if it fails.
quietly() {
  if said=$("$@" 2>&1 </dev/null); then
    return 0
  fi
  printf '%s\n' "$said" >&2
  return 1
}

usage() {
  cat <<'TEXT'
usage: ./install.sh [--demo] [--with uv|pipx|venv]
       ./install.sh --uninstall

Installs healkit from this clone: with uv, else with pipx, else in a virtual
environment of its own. Links healkit and healkit-hook into ~/.local/bin.

  --with WAY    use exactly this way
  --demo        install, then heal a real failing program in a temporary project
  --uninstall   take everything out again; what healkit has learned stays
TEXT
}

# Print the real Python >= 3.11 behind a name: never a version manager's shim, which chooses anew in each folder.
probe() {
  "$1" -I -c 'import os, sys
if sys.version_info >= (3, 11): print(os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable))' \
    2>/dev/null </dev/null
}

# Set $python to a Python that can make virtual environments; remember in $poor one that cannot.
find_python() {
  python='' poor=''
  for name in python3.14 python3.13 python3.12 python3.11 python3; do
    rest=$PATH:
    while [ -n "$rest" ]; do
      dir=${rest%%:*} rest=${rest#*:}
      [ -n "$dir" ] && [ -x "$dir/$name" ] && [ ! -d "$dir/$name" ] || continue
      real=$(probe "$dir/$name") && [ -x "$real" ] || continue
      if "$real" -I -c 'import venv, ensurepip' 2>/dev/null; then
        python=$real
        return
      fi
      poor=${poor:-$real}
    done
  done
}

no_python() {
  [ -z "$poor" ] || die "$poor cannot make virtual environments; on Debian or Ubuntu: sudo apt install ${poor##*/}-venv"
  die "no Python 3.11 or newer was found on PATH; install one (for example python3.12) and run this again"
}

with_uv() {
  command -v uv >/dev/null 2>&1 || return 1
  UV_TOOL_BIN_DIR=$bin UV_PYTHON_DOWNLOADS=never quietly uv tool install --force --reinstall-package healkit \
    ${python:+--python "$python"} "$here"
}

with_pipx() {
  command -v pipx >/dev/null 2>&1 || return 1
  PIPX_BIN_DIR=$bin quietly pipx install --force ${python:+--python "$python"} "$here"
}

with_venv() {
  [ -n "$python" ] || no_python
  for name in healkit healkit-hook; do
    # what is no link is somebody's program
    [ ! -e "$bin/$name" ] || [ -L "$bin/$name" ] || die "$bin/$name is there and is no link; move it away first"
  done
  mkdir -p "$home" "$bin" || die "cannot create $home and $bin"
  if ! "$venv/bin/python" -c 'import pip' 2>/dev/null </dev/null; then
    quietly "$python" -m venv --clear "$venv" || die "$python could not make a virtual environment in $venv"
  fi
  quietly "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "$here" ||
    die "pip could not install healkit (see above); is the package index reachable?"
  for name in healkit healkit-hook; do
    ln -sf "$venv/bin/$name" "$bin/$name" || die "cannot write to $bin"
  done
}

install() {
  find_python
  way=
  for each in ${only:-uv pipx venv}; do
    if "with_$each"; then
      way=$each
      break
    fi
    [ -z "$only" ] || die "installing with $each did not work (see above, or it is not there)"
    ! command -v "$each" >/dev/null 2>&1 || say "$each could not install healkit; trying the next way."
  done
  [ -n "$way" ] || die "healkit could not be installed"
  "$bin/healkit" --version >/dev/null || die "healkit is installed in $bin but does not start (see above)"
  say "healkit is installed (with $way): $bin/healkit and $bin/healkit-hook"
  case :$PATH: in
  *":$bin:"*) ;;
  *) say "Not on your PATH yet: add $bin to it, for example with: export PATH=\"$bin:\$PATH\"" ;;
  esac
  say "No settings of Claude Code were changed. In a project, run: healkit install"
}

uninstall() {
  if [ -x "$bin/healkit" ]; then
    "$bin/healkit" uninstall --all || say "The hooks could not be taken out of the settings; they are silent without healkit."
  fi
  ! command -v uv >/dev/null 2>&1 || UV_TOOL_BIN_DIR=$bin uv tool uninstall healkit >/dev/null 2>&1 || :
  ! command -v pipx >/dev/null 2>&1 || PIPX_BIN_DIR=$bin pipx uninstall healkit >/dev/null 2>&1 || :
  for name in healkit healkit-hook; do
    case $(readlink "$bin/$name" 2>/dev/null || :) in
    "$venv"/*) rm -f "$bin/$name" ;;
    esac
  done
  [ ! -d "$venv" ] || rm -rf "$venv"
  rmdir "$home" 2>/dev/null || :
  say "healkit is uninstalled."
  for kept in "$home" "${XDG_STATE_HOME:-$HOME/.local/state}/healkit"; do
    [ ! -d "$kept" ] || say "Your own patterns or what healkit has learned stay in $kept"
  done
}

# healkit may still be taking notes in there, in the background.
clear_demo() {
  for _ in 1 2 3 4 5; do
    rm -rf "$work" 2>/dev/null || :
    sleep 1
    [ -e "$work" ] || return 0
  done
}

# Show the main job on a program that really fails: named, fixed, proven. Through a file, because a pipe would hide the exit code.
demo() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/healkit-demo.XXXXXX")
  trap clear_demo EXIT
  trap 'exit 130' INT TERM
  [ -n "$python" ] || no_python
  mkdir "$work/shop"
  : >"$work/shop/__init__.py"
  cat >"$work/shop/pricing.py" <<'TEXT'
def total_price(items):
    return sum(price * count for price, count in items)
TEXT
  cat >"$work/shop/__main__.py" <<'TEXT'
from shop.prices import total_price

print("to pay:", total_price([(3, 2), (4, 1)]))
TEXT
  say ""
  say "A program imports total_price from shop.prices; it lives in shop.pricing:"
  say ""
  say "\$ healkit run --fix --yes -- python -m shop"
  code=0
  (cd "$work" && HEALKIT_STATE_DIR="$work/state" "$bin/healkit" run --fix --yes -- "$python" -B -m shop) >"$work/said" 2>&1 ||
    code=$?
  cat "$work/said"
  [ "$code" -eq 0 ] || die "the program should have been healed, but ended with exit code $code; please report it"
  grep -q '^healkit: healed' "$work/said" || die "healkit did not heal this failure; please report it"
}

main() {
  action=install only='' want_demo=''
  while [ $# -gt 0 ]; do
    case $1 in
    --demo) want_demo=1 ;;
    --uninstall) action=uninstall ;;
    --with)
      [ $# -gt 1 ] || die "--with needs uv, pipx or venv"
      only=$2
      shift
      ;;
    --with=*) only=${1#--with=} ;;
    -h | --help)
      usage
      return
      ;;
    *)
      usage >&2
      exit 2
      ;;
    esac
    shift
  done
  case $only in '' | uv | pipx | venv) ;; *) die "--with needs uv, pipx or venv, not $only" ;; esac
  case ${HOME-} in /*) ;; *) die "HOME is not set to a folder" ;; esac
  here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
  [ -f "$here/pyproject.toml" ] || die "this file must lie in a clone of healkit"
  bin=$HOME/.local/bin
  home=${XDG_DATA_HOME:-$HOME/.local/share}/healkit
  venv=$home/venv
  "$action"
  [ -z "$want_demo" ] || [ "$action" = uninstall ] || demo
}

main "$@"
