import { serveWorker } from '../../src/links/worker/serve/worker-api.ts';

serveWorker({ name: 'echo', functions: { echo: (params) => params } });
