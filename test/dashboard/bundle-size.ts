import { loadDashboard } from '../../src/doors/http/dashboard/dashboard-files.ts';

/** How many bytes all of the dashboard is as a browser loads it: what it needs first and what later. */
export async function bundleBytes(): Promise<number> {
  const files = await loadDashboard();
  const sizes = files.map((file) => file.for('br, gzip').data.length);
  return sizes.reduce((sum, size) => sum + size, 0);
}
