#!/bin/sh
name=$1
if [ $name = a ]; then
  echo hello
fi
