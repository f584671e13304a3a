/** The pages of the dashboard: each is at `/NAME`, and what it shows of one thing at `/NAME/…`. */
export const pageNames = [
  'instruments',
  'plots',
  'miners',
  'alerts',
  'ports',
  'leases',
  'alarms',
  'diagnosis',
  'add',
  'settings',
] as const;

/** One address of each page of the dashboard. */
export const dashboardPaths: readonly string[] = ['/', ...pageNames.map((name) => `/${name}`)];

const names: ReadonlySet<string> = new Set(pageNames);

/** Whether a page is at a path. All of them are the same file, which tells nothing of the laboratory. */
export function isPagePath(path: string): boolean {
  return path === '/' || names.has(path.split('/')[1] ?? '');
}

/** Where the files are that pages load. */
export const assetPrefix = '/assets/';
