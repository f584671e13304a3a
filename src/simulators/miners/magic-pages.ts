import { missing, page } from './axe-os-api.ts';
import type { MinerAnswer } from './axe-os-api.ts';
import type { MinerState } from './miner-state.ts';

/** The pages of a Magic Miner. */
export function magicPage(state: MinerState, method: string, path: string): MinerAnswer {
  if (method === 'POST' && path === '/restart') {
    return { ...page('<p>Restarting</p>'), after: 'restart' };
  }
  if (method !== 'GET') return missing();
  switch (path) {
    case '/':
      return page(
        layout(
          `<span class="hashrate">${(state.hashRate / 1_000).toFixed(2)} TH/s</span>
           <span class="temperature">${state.temperature.toFixed(1)} °C</span>
           <span class="uptime">${clock(state.uptimeSeconds)}</span>`,
        ),
      );
    case '/status':
      return page(
        layout(
          `<span class="fan">${state.fanPercent} % (${state.fanPercent * 50} RPM)</span>
           <span data-id="shares">Accepted: ${state.acceptedShares} Rejected: ${state.rejectedShares}</span>`,
        ),
      );
    case '/system':
      return page(
        layout(
          `<td class="model">${state.nature.model}</td><td class="firmware">1.0.4</td>
           <td class="mac">${state.mac.replaceAll(/(..)(?=.)/g, '$1:')}</td>
           <td class="hostname">bg02-${state.number}</td>`,
        ),
      );
    default:
      return missing();
  }
}

/** A page that says nothing of mining. */
export function strangePage(method: string, path: string): MinerAnswer {
  if (method !== 'GET' || path !== '/') {
    return { status: 404, type: 'text/html', body: '<h1>Not Found</h1>' };
  }
  return page(
    '<!doctype html><title>Printer</title><h1 class="model">LaserWriter</h1><p>Ready.</p>',
  );
}

function layout(body: string): string {
  return `<!doctype html><html><head><title>Magic Miner</title></head><body>${body}</body></html>`;
}

function clock(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const rest = seconds % 86_400;
  const time = `${two(Math.floor(rest / 3_600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  return days === 0 ? time : `${days}d ${time}`;
}
