#!/bin/bash -p
# healkit: settings below are filled in by 'healkit install'
# (HEALKIT_PYTHON and HEALKIT_ROOT; a plugin leaves them unset and they are found at the end of this file)
#
# The gate between Claude Code and healkit: `self-healing.sh EVENT` with the hook's payload on stdin. It runs after
# every tool call, so Python starts only where there may be something to say. stdout holds healkit's answer or nothing,
# stdin is always drained, exit 0. Works with bash 3.2; -p makes bash ignore BASH_ENV and exported functions.

# Sourced, by bash or zsh: shell.sh beside this file has the functions, and $? stays what it was.
case ${BASH_SOURCE-} in
"$0") ;;
*)
  __healkit_code=$? __healkit_hooks=${BASH_SOURCE:-${ZSH_VERSION:+$0}}
  # shellcheck source=/dev/null
  case $__healkit_hooks in
  */self-healing.sh) __healkit_hooks=${__healkit_hooks%/*} && . "$__healkit_hooks/shell.sh" && __healkit_offer ;;
  self-healing.sh) __healkit_hooks=. && . ./shell.sh && __healkit_offer ;;
  esac
  \return "$__healkit_code"
  ;;
esac

exec 2>/dev/null
shopt -s execfail
set -f
LC_ALL=C
event=${1-} session=${CLAUDE_CODE_SESSION_ID-} needed='' payload='' more='' words='' known=()

# The state folder, as healkit/paths.py finds it; nothing can stand below /dev/null, so that means "none".
state='' below=''
[[ ${HOME-} != /*[!/]* ]] || state=$HOME below=/.local/state/healkit
[[ ${XDG_STATE_HOME-} != /* ]] || state=$XDG_STATE_HOME below=/healkit
[[ ${HEALKIT_HOME-} != /* ]] || state=$HEALKIT_HOME below=/state
[[ ${HEALKIT_STATE_DIR-} != /* ]] || state=$HEALKIT_STATE_DIR below=''
while [[ $state == */ ]]; do state=${state%/}; done
state=$state$below
state=${state:-/dev/null}

# An episode is open: a command failed in this session, and what happens now may be its fix.
episode() { [[ -n $session && $session != *[!A-Za-z0-9_-]* && -e $state/open/$session ]]; }

# Some command of this project always fails: a file named by the project's folder has words that such a command holds.
walls() {
  [[ -d $state/walls ]] && cd -P . || return
  set -- "$PWD"
  while [[ -n $1 && -z $words ]]; do
    words=$state/walls/${1//\//%}
    [[ -f $words && -O $words ]] || words=''
    set -- "${1%/*}"
  done
}

[[ ${HEALKIT_OFF:-0} == 0 && -z ${HEALKIT_ACTIVE-} && ! -e $state/off ]] || event=off
case $event in
PostToolUseFailure | SessionStart | SessionEnd) needed=1 ;;
PostToolUse) ! episode || needed=1 ;;
PreToolUse) walls ;;
esac

# A success, and no episode that we know of yet: read 64 kB of the payload and look into it.
if [[ -z $needed ]]; then
  case $BASH_VERSION in
  [1-3].* | 4.0*) payload=$(/bin/cat) ;; # read -N is new in bash 4.1
  *) IFS= read -r -N 65536 payload && more=1 ;;
  esac
  head=${payload:0:2048}
  if [[ -z $session && $head == *'"session_id":"'* ]]; then
    session=${head#*'"session_id":"'}
    session=${session%%\"*}
    [[ $event != PostToolUse ]] || ! episode || needed=1
  fi
  # A masked failure (`cmd; true`) is a success that says one of these; a file that was edited may say anything.
  set -- 'Traceback (most recent call last)' 'error[E' 'error TS' 'npm ERR!' 'npm error' 'command not found' \
    ModuleNotFoundError FAILED 'panicked at' 'fatal: ' 'No such file or directory' 'Cannot find module'
  if [[ -f $state/gate && -O $state/gate ]]; then
    IFS=$'\n' read -r -d '' -a known <"$state/gate"
    set -- "${known[@]}"
  fi
  [[ $event == PostToolUse && $head != *'"tool_name":"'[EMNW]* ]] || set -- # Edit, MultiEdit, NotebookEdit, Write
  if [[ -n $words ]]; then
    IFS=$'\n' read -r -d '' -a known <"$words"
    set -- "${known[@]}"
  fi
  while [[ -z $needed && $# -gt 0 ]]; do
    # shellcheck disable=SC2254 # the stars are meant; twelve at once, because a loop over them costs twice the time
    case $payload in
    ${1+*"$1"*} | ${2+*"$2"*} | ${3+*"$3"*} | ${4+*"$4"*} | ${5+*"$5"*} | ${6+*"$6"*}) needed=1 ;;
    ${7+*"$7"*} | ${8+*"$8"*} | ${9+*"$9"*} | ${10+*"${10}"*} | ${11+*"${11}"*} | ${12+*"${12}"*}) needed=1 ;;
    esac
    shift 12 || break
  done
  if [[ -z $needed ]]; then
    [[ -z $more ]] || /bin/cat >/dev/null
    exit 0
  fi
fi

# The interpreter: the installer's, else the one found before, else a search. What is kept is the real one behind
# shims and environments. On macOS /usr/bin/python3 may be a stub that opens a dialog.
fits() { [[ ${HEALKIT_PYTHON-} == /* && -f $HEALKIT_PYTHON && -x $HEALKIT_PYTHON ]]; }
if ! fits; then
  [[ ${CLAUDE_PLUGIN_DATA-} != /* ]] || state=$CLAUDE_PLUGIN_DATA
  [[ ! -f $state/python || ! -O $state/python ]] || read -r HEALKIT_PYTHON <"$state/python"
fi
if ! fits; then
  IFS=$'\n'
  for found in $(PATH=${PATH:-/bin}:/opt/homebrew/bin:/usr/local/bin:/usr/bin type -aP python3.13 python3.12 python3.11 python3); do
    [[ $found == /* && $OSTYPE$found != darwin*/usr/bin/* ]] || continue
    HEALKIT_PYTHON=$("$found" -I -S -c 'import sys
if sys.version_info >= (3, 11): print(getattr(sys, "_base_executable", "") or sys.executable)' </dev/null)
    ! fits || break
  done
  ! fits || (umask 077 && /bin/mkdir -p "$state" && printf '%s\n' "$HEALKIT_PYTHON" >"$state/python")
fi
self=$0
[[ $self == /* ]] || self=$PWD/$self
HEALKIT_ROOT=${HEALKIT_ROOT-${self%/*/*}}

# Python leaves by _exit: nothing that goes wrong in it shows, and its own tidying up would cost a fifth of its start.
set -- "$HEALKIT_PYTHON" -I -S -c 'import posix, sys
try:
    sys.path.insert(0, sys.argv.pop(1))
    from healkit import bundle
    bundle.load()
    from healkit.hook import main
    main()
    sys.stdout.flush()
finally:
    posix._exit(0)' "$HEALKIT_ROOT" "$event"
if fits; then
  [[ -n $payload ]] || exec "$@"
  { printf %s "$payload" && [[ -z $more ]] || /bin/cat; } | "$@"
fi
/bin/cat >/dev/null
exit 0
