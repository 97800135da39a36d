#!/bin/bash
# Analyse a cargo run: missing crates, type mismatches, borrow checker, trait bounds, unused imports.
#
#   cargo build 2>&1 | hooks/post-rust.sh            the output goes through, the analysis follows on stderr
#   hooks/post-rust.sh EXIT_CODE <LOG       the same for a log; the exit status is EXIT_CODE
#   source hooks/post-rust.sh               in bash or zsh: analyze_cargo "$output" "$exit_code"
#
# In a pipe the exit status is 0, as of `cat`: `set -o pipefail` (or ${PIPESTATUS[0]}) gives that of the head.

# The folder of this file, whether it is sourced or executed.
__healkit_hooks=${BASH_SOURCE:-$0}
case $__healkit_hooks in */*) __healkit_hooks=${__healkit_hooks%/*} ;; *) __healkit_hooks=. ;; esac
# shellcheck source=/dev/null
. "$__healkit_hooks/shell.sh"

# analyze_cargo OUTPUT [EXIT_CODE]: what went wrong, by kind, and what fixes it.
__healkit_analyze_cargo() {
  \builtin printf '%s\n' "${1-}" | __healkit_detect cargo "${2:--}"
}
\builtin typeset -f analyze_cargo >/dev/null || analyze_cargo() { __healkit_analyze_cargo "$@"; }

case ${BASH_SOURCE-} in
"$0")
  __healkit_detect cargo "${1:--}" pipe
  exit "${1:-0}"
  ;;
esac
