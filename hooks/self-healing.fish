# healkit in fish (3.0 and later): `source hooks/self-healing.fish`, or `healkit init fish | source`.
#
# After a command that went well nothing is started: two variables are compared. After a failure Python is asked once; it
# prints at most one line on stderr. Nothing here prints anything itself; $status stays what it was.

set -g __healkit_code $status
if not set -q __healkit_root
    set -g __healkit_root (string replace -r '/[^/]*$' '' -- (builtin realpath (status dirname)))
    test -f $__healkit_root/healkit/__init__.py
    or set -g __healkit_root (string replace -r '(/[^/]*){2}$' '' -- $__healkit_root)
end

# Fill in __healkit_python (a real Python 3.11 or later) unless it is known; on macOS /usr/bin/python3 may open a dialog.
function __healkit_find
    test -n "$__healkit_python" -a -x "$__healkit_python"
    and return 0
    for name in python3.13 python3.12 python3.11 python3
        for found in (begin; set -lx PATH $PATH /opt/homebrew/bin /usr/local/bin /usr/bin; command -s $name; end)
            string match -q '/usr/bin/*' -- $found; and test (command uname) = Darwin; and continue
            set -g __healkit_python ($found -I -S -c 'import sys
if sys.version_info >= (3, 11): print(getattr(sys, "_base_executable", "") or sys.executable)' 2>/dev/null </dev/null)
            test -n "$__healkit_python" -a -x "$__healkit_python"
            and return 0
        end
    end
    set -g __healkit_python
    return 1
end

# __healkit_run MODULE [ARGUMENT ...]: run main() of a module of healkit.
function __healkit_run
    if not __healkit_find
        echo 'healkit: no Python 3.11 or later was found' >&2
        return 125
    end
    command $__healkit_python -I -S -c 'import sys
sys.path.insert(0, sys.argv.pop(1))
module = __import__(sys.argv.pop(1), fromlist=["main"])
sys.exit(module.main(sys.argv[1:]))' $__healkit_root $argv
end

# Is healkit off, or is this a shell inside one of its own runs? Starts nothing.
function __healkit_is_off
    test -n "$HEALKIT_OFF" -a "$HEALKIT_OFF" != 0 -o -n "$HEALKIT_ACTIVE"
    and return 0
    set -l state $HOME/.local/state/healkit # as in self-healing.sh
    string match -q '/*' -- $XDG_STATE_HOME; and set state $XDG_STATE_HOME/healkit
    string match -q '/*' -- $HEALKIT_HOME; and set state $HEALKIT_HOME/state
    string match -q '/*' -- $HEALKIT_STATE_DIR; and set state $HEALKIT_STATE_DIR
    test -e $state/off
end

# __healkit_ask failed|passed CODE COMMAND: texts go by the environment, which other users cannot see.
function __healkit_ask
    set -lx _HEALKIT_COMMAND (string sub -l 2000 -- $argv[3] | string collect)
    set -lx _HEALKIT_SINCE (string sub -l 8000 -- $__healkit_since | string collect)
    set -lx _HEALKIT_NAMES
    test $argv[2] = 127; and set _HEALKIT_NAMES (string join ' ' -- (functions -n | string split ', ') (builtin -n))
    __healkit_run healkit.prompt $argv[1] $argv[2] $__healkit_session (set -q __healkit_pointed; and echo 1; or echo 0)
end

function __healkit_open
    set -g __healkit_open_command $argv[1]
    set -g __healkit_since ''
    set -g __healkit_left 50
    set -g __healkit_fresh 1
end

function __healkit_failed
    contains -- $argv[1] 130 141 143 148; and return
    set -q fish_private_mode; and return
    __healkit_is_off; and return
    __healkit_ask failed $argv[1] $argv[2] </dev/null
    switch $status # what prompt.py answers: worth an episode, the pointer was shown
        case 10
            __healkit_open $argv[2]
        case 11
            set -g __healkit_pointed 1
            __healkit_open $argv[2]
    end
end

# A command went well while an earlier failure waits for its fix: is it the same command, or the same program right after it?
function __healkit_passed
    set -l fresh $__healkit_fresh
    set -g __healkit_fresh ''
    set -g __healkit_left (math $__healkit_left - 1)
    if test "$argv[1]" = "$__healkit_open_command"
        set -e __healkit_open_command
        __healkit_is_off; or __healkit_ask passed 0 $argv[1] </dev/null >/dev/null 2>&1
    else if test -n "$fresh"; and test (string split -m1 ' ' -- $argv[1])[1] = (string split -m1 ' ' -- $__healkit_open_command)[1]
        __healkit_is_off; or __healkit_ask passed 0 $argv[1] </dev/null >/dev/null 2>&1
    else if test $__healkit_left -lt 1
        set -e __healkit_open_command
    else if not set -q fish_private_mode; and test (string length -- "$__healkit_since") -lt 4000
        set -g __healkit_since "$__healkit_since"\x1e"0 $argv[1]"
    end
end

# detect_error_type OUTPUT: print the category, and leave it in $error_type for suggest_fix.
function __healkit_detect_error_type
    set -g __healkit_output (string join \n -- $argv | string collect)
    set -g error_type (printf '%s\n' $__healkit_output | __healkit_run healkit.cli.shell category)
    echo $error_type
end

# suggest_fix CATEGORY [OUTPUT]: what fixes it, in the output that was asked about last, else in the variable `output`.
function __healkit_suggest_fix
    set -l said $output
    set -q __healkit_output; and set said $__healkit_output
    set -q argv[2]; and set said $argv[2..-1]
    printf '%s\n' $said | __healkit_run healkit.cli.shell suggest "$argv[1]"
end

# main EXIT_CODE OUTPUT: nothing for a success; else what failed and what fixes it.
function __healkit_main
    test "$argv[1]" = 0; and return 0
    set -g __healkit_output (string join \n -- $argv[2..-1] | string collect)
    printf '%s\n' $__healkit_output | __healkit_run healkit.cli.shell explain "$argv[1]"
end

# The names of the documentation, where nobody has a function of that name.
function __healkit_offer
    functions -q main; or function main
        __healkit_main $argv
    end
    functions -q detect_error_type; or function detect_error_type
        __healkit_detect_error_type $argv
    end
    functions -q suggest_fix; or function suggest_fix
        __healkit_suggest_fix $argv
    end
end

function __healkit_start
    string match -q "shell-$fish_pid-*" -- $__healkit_session; and return
    set -g __healkit_session shell-$fish_pid-(random)
    set -g __healkit_since ''
    status is-interactive; or return
    function __healkit_postexec --on-event fish_postexec
        set -l code $status
        if test $code != 0
            __healkit_failed $code $argv[1]
        else if set -q __healkit_open_command
            __healkit_passed $argv[1]
        end
    end
end

__healkit_start
function __healkit_return
    return $__healkit_code
end
__healkit_offer
__healkit_return
