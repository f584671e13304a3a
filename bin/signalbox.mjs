#!/usr/bin/env node
// Plain JavaScript that any Node reads, so that one that is too old gets a clear line.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(`signalbox needs Node.js 24 or later; this is ${process.versions.node}.\n`);
  process.exit(2);
}
await import('../dist/cli/main.js');
