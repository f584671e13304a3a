// `npm run check`: all that `npm test` does before it runs a test.
import { runChecks } from './checks.mjs';
import { needNodeToRun } from './node-version.mjs';

needNodeToRun();
process.exitCode = runChecks() ? 0 : 1;
