#!/bin/sh
set -eu
cd "$(dirname "$0")/.."
test "$(./calc '1 + 2 * 3')" = 7
test "$(./calc '(1 + 2) * -3')" = -9
test "$(./calc 'sqrt(16) / abs(-2)')" = 2
test "$(./calc '7 - 2 - 1' 'floor 2.5' | tr '\n' ' ')" = "4 2 "
if ./calc '1 +' 2>/dev/null; then exit 1; fi
if ./calc 'nothing(3)' 2>/dev/null; then exit 1; fi
