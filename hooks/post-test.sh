#!/bin/bash
# Analyse a pytest run: collection errors, assertion failures, timeouts.
#
#   pytest 2>&1 | hooks/post-test.sh            the output goes through, the analysis follows on stderr
#   hooks/post-test.sh EXIT_CODE <LOG       the same for a log; the exit status is EXIT_CODE
#   source hooks/post-test.sh               in bash or zsh: analyze_pytest "$output" "$exit_code"
#
# In a pipe the exit status is 0, as of `cat`: `set -o pipefail` (or ${PIPESTATUS[0]}) gives that of the head.

# The folder of this file, whether it is sourced or executed.
__healkit_hooks=${BASH_SOURCE:-$0}
case $__healkit_hooks in */*) __healkit_hooks=${__healkit_hooks%/*} ;; *) __healkit_hooks=. ;; esac
# shellcheck source=/dev/null
. "$__healkit_hooks/shell.sh"

# analyze_pytest OUTPUT [EXIT_CODE]: what went wrong, by kind, and what fixes it.
__healkit_analyze_pytest() {
  \builtin printf '%s\n' "${1-}" | __healkit_detect pytest "${2:--}"
}
\builtin typeset -f analyze_pytest >/dev/null || analyze_pytest() { __healkit_analyze_pytest "$@"; }

case ${BASH_SOURCE-} in
"$0")
  __healkit_detect pytest "${1:--}" pipe
  exit "${1:-0}"
  ;;
esac
