#!/usr/bin/env node
import { greet } from '@space/core';
import { title } from '@space/core/names';
import { word } from '#words';

console.log(greet(title(process.argv[2] ?? word)));
