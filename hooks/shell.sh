#!/bin/bash
# healkit in bash (3.2 and later) and zsh: what self-healing.sh gives when it is sourced, and what `healkit init` prints.
#
# After a command that went well nothing is started: a few variables are compared. After a failure Python is asked once;
# it prints at most one line on stderr. Nothing here prints anything itself or defines a name without `__healkit_`.

# The folder that holds the package: above hooks/ in a checkout, three above it in an installed package.
if [[ -z ${__healkit_root-} ]]; then
  case ${__healkit_hooks:=.} in
  /*) ;;
  .) __healkit_hooks=$PWD ;;
  *) __healkit_hooks=$PWD/$__healkit_hooks ;;
  esac
  __healkit_root=${__healkit_hooks%/*}
  [[ -f $__healkit_root/healkit/__init__.py ]] || __healkit_root=${__healkit_hooks%/*/*/*}
fi

# Fill in __healkit_python (a real Python 3.11 or later) unless it is known; on macOS /usr/bin/python3 may open a dialog.
__healkit_find() {
  [[ -z ${ZSH_VERSION-} ]] || \builtin emulate -L sh
  [[ ! -x ${__healkit_python-} ]] || \builtin return 0
  \builtin local name found
  for name in python3.13 python3.12 python3.11 python3; do
    found=$(PATH=${PATH:-/bin}:/opt/homebrew/bin:/usr/local/bin:/usr/bin \builtin command -v "$name")
    [[ $found == /* && ${OSTYPE-}$found != darwin*/usr/bin/* ]] || continue
    __healkit_python=$("$found" -I -S -c 'import sys
if sys.version_info >= (3, 11): print(getattr(sys, "_base_executable", "") or sys.executable)' 2>/dev/null </dev/null)
    [[ ! -x $__healkit_python ]] || \builtin return 0
  done
  __healkit_python=''
  \builtin return 1
}

# __healkit_run MODULE [ARGUMENT ...]: run main() of a module of healkit.
__healkit_run() {
  __healkit_find || {
    \builtin printf '%s\n' 'healkit: no Python 3.11 or later was found' >&2
    \builtin return 125
  }
  \builtin command "$__healkit_python" -I -S -c 'import sys
sys.path.insert(0, sys.argv.pop(1))
module = __import__(sys.argv.pop(1), fromlist=["main"])
sys.exit(module.main(sys.argv[1:]))' "$__healkit_root" "$@"
}

# Is healkit off, or is this a shell inside one of its own runs? Starts nothing.
__healkit_is_off() {
  [[ ${HEALKIT_OFF:-0} == 0 && -z ${HEALKIT_ACTIVE-} ]] || \builtin return 0
  \builtin local state below # as in self-healing.sh
  state='' below=''
  [[ ${HOME-} != /*[!/]* ]] || state=$HOME below=/.local/state/healkit
  [[ ${XDG_STATE_HOME-} != /* ]] || state=$XDG_STATE_HOME below=/healkit
  [[ ${HEALKIT_HOME-} != /* ]] || state=$HEALKIT_HOME below=/state
  [[ ${HEALKIT_STATE_DIR-} != /* ]] || state=$HEALKIT_STATE_DIR below=''
  [[ -e $state$below/off ]]
}

# __healkit_ask failed|passed: hand the command over; texts go by the environment, which other users cannot see.
__healkit_ask() {
  _HEALKIT_COMMAND=${__healkit_command:0:2000} _HEALKIT_SINCE=${__healkit_since:0:8000} \
    _HEALKIT_NAMES=${__healkit_names:0:60000} __healkit_run healkit.prompt "$1" "$__healkit_code" "$__healkit_session" \
    "${__healkit_pointed:-0}"
}

# The names that only the shell knows, for "did you mean".
__healkit_list_names() {
  if [[ -n ${ZSH_VERSION-} ]]; then
    \builtin emulate -L zsh
    \builtin eval '__healkit_names="${(kj: :)functions} ${(kj: :)aliases} ${(kj: :)builtins}"'
  else
    __healkit_names=$(\builtin compgen -A function -A alias -A builtin -A keyword)
  fi
}

# A command failed: __healkit_code and __healkit_command say which. 130, 141, 143, 148: a person or a pipe ended it.
__healkit_failed() {
  [[ -z ${ZSH_VERSION-} ]] || \builtin emulate -L sh
  case $__healkit_code in 130 | 141 | 143 | 148) \builtin return ;; esac
  ! __healkit_is_off || \builtin return 0
  __healkit_names=''
  [[ $__healkit_code != 127 ]] || __healkit_list_names
  __healkit_ask failed </dev/null
  case $? in # what prompt.py answers: worth an episode, the pointer was shown
  10) __healkit_open ;;
  11) __healkit_pointed=1 && __healkit_open ;;
  esac
  __healkit_names=''
}

__healkit_open() {
  __healkit_open_command=$__healkit_command __healkit_open_arg=${__healkit_arg-} __healkit_open_number=${__healkit_number-}
  __healkit_since='' __healkit_left=50 __healkit_fresh=1
}

# A command went well while an earlier failure waits for its fix: is it the same command, or the same program right after it?
__healkit_passed() {
  [[ -z ${ZSH_VERSION-} ]] || \builtin emulate -L sh
  \builtin local fresh=${__healkit_fresh-}
  __healkit_left=$((__healkit_left - 1)) __healkit_fresh=''
  if [[ $__healkit_command == "$__healkit_open_command" ]]; then
    __healkit_open_command=''
    __healkit_is_off || (__healkit_ask passed </dev/null >/dev/null 2>&1 &)
  elif [[ -n $fresh && ${__healkit_command%% *} == "${__healkit_open_command%% *}" ]]; then
    __healkit_since=''
    __healkit_is_off || (__healkit_ask passed </dev/null >/dev/null 2>&1 &)
  elif [[ $__healkit_left -lt 1 ]]; then
    __healkit_open_command=''
  elif [[ -n $__healkit_command && ${#__healkit_since} -lt 4000 ]]; then
    __healkit_since=$__healkit_since$'\036'"0 $__healkit_command"
  fi
}

# zsh, and bash with bash-preexec: the shell says what it is about to run.
__healkit_preexec() {
  __healkit_command=${1-} __healkit_ran=1
}

__healkit_precmd() {
  __healkit_code=$?
  if [[ -n ${__healkit_ran-} ]]; then
    __healkit_ran=''
    if [[ $__healkit_code != 0 ]]; then
      __healkit_failed
    elif [[ -n ${__healkit_open_command-} ]]; then
      __healkit_passed
    fi
  fi
  \builtin return "$__healkit_code"
}

# bash alone: the history says what ran, and only after a failure, or when it may be the failed command again.
__healkit_prompt() {
  __healkit_code=$? __healkit_arg=$_
  case $BASH_VERSION in
  [1-3].* | 4.[0-3].*) [[ $__healkit_code == 0 && -z ${__healkit_open_command-} ]] || __healkit_look_closely ;;
  *)
    # count of command lines : number in the history; both known without starting anything
    __healkit_now=${__healkit_places@P}
    if [[ -z ${__healkit_last-} || ${__healkit_now%:*} == "${__healkit_last%:*}" ]]; then
      __healkit_last=$__healkit_now # nothing ran: the first prompt, or an empty line
    elif [[ $__healkit_code != 0 ]]; then
      __healkit_look
    elif [[ -n ${__healkit_open_command-} ]]; then
      __healkit_look_back
    fi
    __healkit_last=$__healkit_now
    ;;
  esac
  __healkit_seconds=$SECONDS
  \builtin return "$__healkit_code"
}

# Read the last COUNT commands from the history: all into __healkit_since, the last one into __healkit_command.
__healkit_read() {
  __healkit_since=$(HISTTIMEFORMAT=$'\036%s ' \builtin history "$1" 2>/dev/null)
  __healkit_command=${__healkit_since##*$'\036'}
  __healkit_stamp=${__healkit_command%% *}
  __healkit_command=${__healkit_command#* }
}

# A failure. A line that the history did not take is either the last one again (bash sees its last word), or private.
__healkit_look() {
  __healkit_number=${__healkit_now#*:}
  if [[ $__healkit_number == "${__healkit_last#*:}" && $__healkit_now != 1:1 ]]; then # 1 is an empty history, too
    [[ -n ${__healkit_open_command-} && $__healkit_number == "${__healkit_open_number-}" ]] || \builtin return 0
    [[ $__healkit_arg == "${__healkit_open_arg-}" ]] || \builtin return 0
  fi
  __healkit_read "$(__healkit_count)"
  # where other shells' lines were just read in, the last one may be theirs
  [[ ${PROMPT_COMMAND[*]-} != *'history -'[nr]* || ${__healkit_command##*[[:space:]]} == "$__healkit_arg" ]] || \builtin return 0
  __healkit_failed
}

__healkit_count() {
  \builtin local count
  count=$((__healkit_number - ${__healkit_open_number:-$__healkit_number} + 1))
  [[ $count -gt 0 && $count -lt 13 ]] || count=12
  [[ -n ${__healkit_open_command-} && ${PROMPT_COMMAND[*]-} != *'history -'[nr]* ]] || count=1
  \builtin printf %s "$count"
}

# A success while a failure waits: only a line with the same last word can be the failed one again; the first line after
# it may be the same one put right.
__healkit_look_back() {
  __healkit_left=$((__healkit_left - 1))
  [[ $__healkit_left -gt 0 ]] || __healkit_open_command=''
  [[ -n ${__healkit_fresh-} || $__healkit_arg == "${__healkit_open_arg-}" ]] || \builtin return 0
  __healkit_number=${__healkit_now#*:}
  [[ $__healkit_number != "${__healkit_last#*:}" || $__healkit_number == "${__healkit_open_number-}" ]] || \builtin return 0
  __healkit_read "$(__healkit_count)"
  if [[ -n ${__healkit_fresh-} || $__healkit_command == "$__healkit_open_command" ]]; then __healkit_passed; fi
  __healkit_fresh=''
}

# bash before 4.4 does not tell whether a line ran: the last entry counts if it is new and younger than the last prompt.
__healkit_look_closely() {
  \builtin local number
  [[ $__healkit_code != 0 || $__healkit_arg == "${__healkit_open_arg-}" ]] || \builtin return 0
  __healkit_read 1
  number=${__healkit_since%%$'\036'*}
  number=${number//[!0-9]/}
  [[ -n $number && $number != "${__healkit_last-}" && $__healkit_stamp != *[!0-9]* ]] || \builtin return 0
  [[ -n ${__healkit_seconds-} ]] || {
    __healkit_last=$number
    \builtin return 0
  }
  [[ $(($(\builtin command date +%s) - __healkit_stamp)) -lt $((SECONDS - __healkit_seconds)) ]] || \builtin return 0
  __healkit_last=$number __healkit_number=$number
  if [[ $__healkit_code != 0 ]]; then
    __healkit_failed
  else
    __healkit_since=''
    __healkit_passed
  fi
}

# __healkit_detect VERB [ARGUMENT ...]: the output on stdin, the answer on stdout.
__healkit_detect() {
  __healkit_run healkit.cli.shell "$@"
}

# detect_error_type OUTPUT: print the category, and leave it in $error_type for suggest_fix.
__healkit_detect_error_type() {
  __healkit_output=${1-}
  error_type=$(\builtin printf '%s\n' "$__healkit_output" | __healkit_detect category)
  \builtin printf '%s\n' "$error_type"
}

# suggest_fix CATEGORY [OUTPUT]: what fixes it, in the output that was asked about last, else in the variable `output`.
__healkit_suggest_fix() {
  \builtin printf '%s\n' "${2-${__healkit_output-${output-}}}" | __healkit_detect suggest "${1-}"
}

# main EXIT_CODE OUTPUT: nothing for a success; else what failed and what fixes it.
__healkit_main() {
  [[ ${1:-0} != 0 ]] || \builtin return 0
  __healkit_output=${2-}
  \builtin printf '%s\n' "$__healkit_output" | __healkit_detect explain "$1"
}

# The names of the documentation, where nobody has a function of that name; and the prompt.
__healkit_offer() {
  \builtin local name
  for name in main detect_error_type suggest_fix; do
    \builtin typeset -f "$name" >/dev/null || \builtin eval "function $name { __healkit_$name \"\$@\"; }"
  done
  __healkit_start
}

# Hook into the prompt, once, beside whatever is there.
__healkit_hook() {
  if [[ -n ${ZSH_VERSION-} ]]; then
    \builtin autoload -Uz add-zsh-hook
    add-zsh-hook preexec __healkit_preexec
    add-zsh-hook precmd __healkit_precmd
  elif [[ -n ${bash_preexec_imported-}${__bp_imported-} ]]; then
    [[ " ${precmd_functions[*]-} " != *' __healkit_precmd '* ]] || \builtin return 0
    preexec_functions+=(__healkit_preexec)
    precmd_functions+=(__healkit_precmd)
  elif [[ ${PROMPT_COMMAND[*]-} != *__healkit_prompt* ]]; then
    case $BASH_VERSION in
    [1-4].* | 5.0*) PROMPT_COMMAND=__healkit_prompt${PROMPT_COMMAND:+$'\n'$PROMPT_COMMAND} ;;
    # each entry sees the same $? and PIPESTATUS; the first one is what an assignment to PROMPT_COMMAND replaces
    *) PROMPT_COMMAND=("${PROMPT_COMMAND[0]-}" __healkit_prompt "${PROMPT_COMMAND[@]:1}") ;;
    esac
  fi
}

# __healkit_start [STATUS]: once a shell; returns STATUS.
__healkit_start() {
  if [[ -z ${__healkit_started[*]-} ]]; then # a list, because `set -a` cannot export one to the shells inside
    __healkit_started=(1)
    __healkit_session=shell-$$-$RANDOM __healkit_places='\#:\!' __healkit_since='' __healkit_command='' __healkit_names=''
    __healkit_last='' __healkit_open_command='' __healkit_ran='' __healkit_pointed='' __healkit_seconds=''
    case $- in *i*) __healkit_hook ;; esac
  fi
  \builtin return "${1:-0}"
}
