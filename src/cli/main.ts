#!/usr/bin/env node
import { clearOften } from './clear-often.ts';

// Before anything else is loaded: what has grown does not shrink again.
clearOften();
const { runProgram } = await import('./run-program.ts');
await runProgram(process.argv.slice(2));
