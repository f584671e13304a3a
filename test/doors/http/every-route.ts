import { loadDashboard } from '../../../src/doors/http/dashboard/dashboard-files.ts';
import { dashboardPaths } from '../../../src/doors/http/dashboard/page-paths.ts';
import { rawRequest } from './raw-request.ts';

/** One way to come in. */
export interface Way {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const filled: Readonly<Record<string, string>> = {
  port: 'bus',
  instrument: 'dmm',
  parameter: 'voltage',
  action: 'count',
  lease: 'bus-1',
  task: 'task-1',
};

const json = { 'content-type': 'application/json' };
const upgrade = {
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** What a browser shows and loads. */
export async function everyPage(): Promise<readonly string[]> {
  const files = await loadDashboard();
  const assets = files.filter(({ path }) => path !== 'index.html').map(({ path }) => `/${path}`);
  const oneThing = dashboardPaths.filter((path) => path !== '/').map((path) => `${path}/one`);
  return [...dashboardPaths, ...oneThing, ...assets];
}

/** Every route of the API's own description, and what is beside it: page, nothing, nonsense. */
export async function everyRoute(url: string, token?: string): Promise<readonly Way[]> {
  const { host } = new URL(url);
  const headers = { host, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const { text } = await rawRequest({ url, path: '/openapi.json', headers });
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
  const described = Object.entries(paths).flatMap(([template, operations]) =>
    Object.keys(operations).map((operation) => {
      const path = template.replace(/\{(\w+)\}/g, (_all, name: string) => filled[name] ?? 'x');
      const method = operation.toUpperCase();
      return { method, path, headers: method === 'GET' ? {} : json };
    }),
  );
  return [
    ...described,
    ...(await everyPage()).map((path) => ({ method: 'GET', path, headers: {} })),
    { method: 'GET', path: '/nothing/here', headers: {} },
    { method: 'POST', path: '/nothing/here', headers: json },
    { method: 'GET', path: '/%zz', headers: {} },
    { method: 'GET', path: '/api/v1/live', headers: upgrade },
    { method: 'GET', path: '/ws', headers: upgrade },
    { method: 'GET', path: '/api/v1/ports', headers: upgrade },
    { method: 'GET', path: '/nothing/here', headers: upgrade },
  ];
}
