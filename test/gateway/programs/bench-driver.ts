/** A driver for Node: one module for a process and for a thread. */
import { serveWorker } from '../../../src/links/worker/serve/worker-api.ts';

let level = 1;

serveWorker({
  name: 'node driver',
  version: '2.0',
  functions: {
    level: () => level,
    setLevel: (params: { value: number }) => {
      level = params.value;
    },
    image: () => new Uint8Array([1, 2, 3]),
    echo: (params: { value: unknown }) => params.value,
  },
});
