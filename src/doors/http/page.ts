import { createHash } from 'node:crypto';

const style = `
:root{color-scheme:light dark;--ink:light-dark(#16202b,#e6edf3);--soft:light-dark(#5b6877,#8fa1b3);
--line:light-dark(#dde3ea,#2a3541);--card:light-dark(#fff,#151c24);--back:light-dark(#f4f6f8,#0d1218);
--good:light-dark(#11703c,#4cc38a);--bad:light-dark(#b3261e,#ff8a80);--busy:light-dark(#8a5a00,#f0b849)}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
header,main,footer{max-width:70rem;margin:auto;padding:1rem clamp(.75rem,3vw,2rem)}
header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline}
h1{font-size:1.35rem;margin:0;letter-spacing:-.01em}h2{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.25rem 0}.soft,footer{color:var(--soft)}
.table{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.5rem .8rem;border-top:1px solid var(--line)}
thead th{border-top:0;font-weight:600;font-size:.8rem;color:var(--soft)}
tbody th{font-weight:600}td ul{margin:0;padding-left:1.1rem}
.good{color:var(--good)}.bad{color:var(--bad)}.busy{color:var(--busy)}
code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:1rem 0}
input,button{font:inherit;padding:.4rem .7rem;border:1px solid var(--line);border-radius:.4rem;background:var(--card);color:inherit}
a{color:inherit}[hidden]{display:none}
@media(max-width:40rem){thead{display:none}tr{display:block;border-top:1px solid var(--line);padding:.4rem 0}
tbody tr:first-child{border-top:0}th,td{display:block;border:0;padding:.1rem .8rem}
td::before{content:attr(data-label) ": ";color:var(--soft)}}
`;

const script = `
const $ = (id) => document.getElementById(id);
let token = '', busy = false;
const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};
const who = (owner) => owner.program + (owner.pid ? ' (pid ' + owner.pid + ')' : '')
  + (owner.host ? ' at ' + owner.host : '') + ' by ' + owner.door;
const since = (ms) => ms < 1000 ? Math.round(ms) + ' ms' : ms < 120000 ? Math.round(ms / 1000) + ' s'
  : Math.round(ms / 60000) + ' min';
const list = (items) => {
  if (items.length === 0) return element('span', 'nobody', 'soft');
  const all = element('ul');
  for (const item of items.slice(0, 20)) all.append(element('li', item));
  if (items.length > 20) all.append(element('li', 'and ' + (items.length - 20) + ' more'));
  return all;
};
const row = (head, cells) => {
  const line = element('tr'), first = element('th', head);
  first.scope = 'row';
  // Rows are blocks on a narrow screen, which would take their meaning from a screen reader.
  line.setAttribute('role', 'row');
  first.setAttribute('role', 'rowheader');
  line.append(first);
  for (const [label, content] of cells) {
    const cell = element('td');
    cell.setAttribute('role', 'cell');
    cell.dataset.label = label;
    cell.append(content);
    line.append(cell);
  }
  return line;
};
const colour = { open: 'good', released: 'busy', opening: 'busy', recovering: 'busy' };
const portRow = (port) => row(port.name, [
  ['State', element('span', port.state + (port.reason ? ': ' + port.reason : ''), colour[port.state] ?? 'bad')],
  ['On the wire', port.serving ? port.serving.label : element('span', 'nothing', 'soft')],
  ['Held by', list(port.leases.map((lease) => who(lease.owner) + (lease.scope ? ', ' + lease.scope : '')
    + ', for ' + since(Date.now() - lease.sinceMs)))],
  ['In line', list(port.queue.map((each) => who(each.owner) + ': ' + each.label + ', ' + since(each.waitedMs)))],
  ['Link', element('code', port.address)],
]);
const instrumentRow = (each) => row(each.name, [
  ['Family', each.family], ['Port', each.port + (each.scope ? ', ' + each.scope : '')],
  ['Parameters', String(each.parameters)],
  ['Actions', each.actions.map((action) => action.name).join(', ') || '–'],
]);
const doorRow = (door) => row(door.name, [
  ['Kind', door.kind], ['Address', element('code', door.address)], ['Inside', list(door.clients.map(who))],
]);
const show = (status) => {
  $('version').textContent = status.version + ', running for ' + since(Date.now() - status.sinceMs);
  $('ports').replaceChildren(...status.ports.map(portRow));
  $('instruments').replaceChildren(...status.instruments.map(instrumentRow));
  $('doors').replaceChildren(...status.doors.map(doorRow));
};
const refresh = async () => {
  if (busy || document.hidden) return;
  busy = true;
  try {
    const headers = { 'signalbox-program': 'status page' };
    if (token) headers.authorization = 'Bearer ' + token;
    const answer = await fetch('/api/v1/status', { headers, signal: AbortSignal.timeout(5000) });
    const body = await answer.json();
    if (answer.ok) show(body);
    $('trouble').textContent = answer.ok ? '' : body.error.message + '. ' + body.error.nextStep;
    $('enter').hidden = answer.status !== 401;
  } catch {
    $('trouble').textContent = 'The gateway does not answer.';
  }
  busy = false;
};
$('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  token = $('token').value.trim();
  void refresh();
});
document.addEventListener('visibilitychange', refresh);
setInterval(refresh, 1000);
void refresh();
`;

function table(id: string, title: string, columns: readonly string[]): string {
  const heads = columns
    .map((column) => `<th scope="col" role="columnheader">${column}</th>`)
    .join('');
  return `<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
<div class="table"><table role="table" aria-labelledby="${id}-title"><thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup" id="${id}"></tbody></table></div></section>`;
}

/** A page that shows ports, holders, queues, instruments and doors as they are now. */
export const page: string = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Signalbox</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,"><style>${style}</style></head><body>
<header><h1>Signalbox</h1><span class="soft" id="version"></span></header>
<main><p id="trouble" class="bad" role="status"></p>
<form id="enter" hidden><label for="token">Token</label>
<input id="token" type="password" autocomplete="off" required><button>Enter</button></form>
${table('ports', 'Ports', ['Port', 'State', 'On the wire', 'Held by', 'In line', 'Link'])}
${table('instruments', 'Instruments', ['Instrument', 'Family', 'Port', 'Parameters', 'Actions'])}
${table('doors', 'Doors', ['Door', 'Kind', 'Address', 'Inside'])}
</main><footer>For programs: <a href="/openapi.json">openapi.json</a></footer>
<script>${script}</script></body></html>
`;

const hash = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Only this page's own script and style run, and only this gateway is asked. */
export const pagePolicy: string = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
