import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { useGateway } from '../gateway/gateway-context.ts';
import { Icon } from '../parts/icon.tsx';
import { groups, pages } from './page-list.ts';
import { pathOf, pathParts } from './router.ts';
import { openShortcuts } from './shortcuts.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

/** The pages, beside what is shown; behind a button where there is no room. */
export function Navigation(): JSX.Element {
  const gateway = useGateway();
  const [isOpen, setOpen] = useState(false);
  const current = pathParts.value[0] ?? '';
  const path = pathParts.value.join('/');
  useEffect(() => setOpen(false), [path]);
  const raised = gateway.alerts.value.length;
  const { version } = gateway.status.value ?? {};
  return (
    <div
      class={isOpen ? 'side open' : 'side'}
      onKeyDown={({ key }) => {
        if (key === 'Escape') setOpen(false);
      }}
    >
      <div class="brand">
        <a href="/" class="name">
          <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <rect width="32" height="32" rx="7" />
            <path d="M8 16h5l3-7 3 14 2-7h3" />
          </svg>
          Signalbox
        </a>
        <button
          type="button"
          class="quiet menu-button"
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? 'close' : 'menu'} />
          <span class="unseen">Pages</span>
        </button>
      </div>
      <nav id="navigation" aria-label="Pages">
        {groups.map((group) => {
          const inGroup = pages.filter((page) => page.group === group);
          if (inGroup.length === 0) return null;
          return (
            <div class="group" key={group}>
              <h2 id={`group-${group.replace(' ', '-')}`}>{group}</h2>
              <ul aria-labelledby={`group-${group.replace(' ', '-')}`}>
                {inGroup.map(({ name, title, icon }) => (
                  <li key={name}>
                    <a
                      href={pathOf(name)}
                      aria-current={name === current ? 'page' : undefined}
                      onClick={() => setOpen(false)}
                    >
                      <Icon name={icon} />
                      {title}
                      {name === 'alerts' && raised > 0 && (
                        <span class="count">
                          {raised}
                          <span class="unseen"> raised</span>
                        </span>
                      )}
                    </a>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </nav>
      <div class="foot">
        <ThemeSwitch />
        <button type="button" class="quiet" onClick={openShortcuts} title="Keyboard shortcuts (?)">
          <Icon name="help" />
          <span class="unseen">Keyboard shortcuts</span>
        </button>
        {gateway.hasToken.value && (
          <button type="button" class="quiet" onClick={() => gateway.leave()} title="Sign out">
            <Icon name="leave" />
            <span class="unseen">Sign out</span>
          </button>
        )}
        <span class="soft version">{version === undefined ? '' : version}</span>
      </div>
    </div>
  );
}
