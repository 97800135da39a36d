#!/bin/sh
set -e
if true; then
  echo built
fi
