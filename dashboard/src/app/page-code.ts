import type { ComponentType } from 'preact';

import type { PageName } from './page-list.ts';

/** What a page is given. */
export interface PageProps {
  /** What follows the page's own name in the path: `['bus']` of `/ports/bus`. */
  readonly parts: readonly string[];
}

type Load = () => Promise<{ readonly default: ComponentType<PageProps> }>;

/** How the code of each page is loaded, when it is shown first. */
export const pageCode: Readonly<Record<PageName, Load>> = {
  '': async () => await import('../pages/overview/overview-page.tsx'),
  instruments: async () => await import('../pages/instruments/instruments-page.tsx'),
  plots: async () => await import('../pages/plots/plots-page.tsx'),
  miners: async () => await import('../pages/miners/miners-page.tsx'),
  alerts: async () => await import('../pages/alerts/alerts-page.tsx'),
  add: async () => await import('../pages/add/add-page.tsx'),
  ports: async () => await import('../pages/ports/ports-page.tsx'),
  leases: async () => await import('../pages/leases/leases-page.tsx'),
  alarms: async () => await import('../pages/alarms/alarms-page.tsx'),
  diagnosis: async () => await import('../pages/diagnosis/diagnosis-page.tsx'),
  settings: async () => await import('../pages/settings/settings-page.tsx'),
};
