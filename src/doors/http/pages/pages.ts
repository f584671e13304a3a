/** A page for people. What it shows it asks for itself, over the API. */
export interface Page {
  readonly path: string;
  readonly title: string;
  /** The module in `browser/` that fills it. */
  readonly script: string;
  /** What is in its `<main>` before that. */
  readonly main: string;
}

function table(id: string, title: string, columns: readonly string[]): string {
  const heads = columns
    .map((column) => `<th scope="col" role="columnheader">${column}</th>`)
    .join('');
  return `<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
<div class="table"><table role="table" aria-labelledby="${id}-title"><thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup" id="${id}"></tbody></table></div></section>`;
}

function section(id: string, title: string, content: string): string {
  return `<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${content}</section>`;
}

const previewForm = `<form id="preview" class="row">
<label>Minute, hour, day, month, weekday
<input id="preview-cron" type="text" maxlength="200" placeholder="0 6 * * 1-5" autocomplete="off" spellcheck="false"></label>
<label>Time zone <input id="preview-zone" type="text" maxlength="64" placeholder="Europe/Vienna" autocomplete="off" spellcheck="false"></label>
</form><ol id="preview-times" class="times" aria-live="polite"></ol>`;

const saveBar = `<p id="saved" class="good" role="status"></p>
<div id="bar" class="bar" role="region" aria-label="Unsaved changes" hidden><strong id="count" role="status"></strong>
<label for="why">Why</label><input id="why" maxlength="500" autocomplete="off" placeholder="for the history">
<button type="button" id="discard">Discard</button><button type="button" id="save" class="main">Save</button></div>`;

export const pages: readonly Page[] = [
  {
    path: '/alarms',
    title: 'Alarms',
    script: 'alarms.js',
    main: [
      '<div id="missed" class="banner bad" role="alert" hidden></div><div id="done" class="banner" role="status" hidden></div>',
      section('alarms', 'Alarms', '<ul class="cards" id="alarms"></ul>'),
      '<p><button type="button" id="add-alarm" class="main">Add an alarm</button></p>',
      `<div id="players-part" hidden>${section('players', 'Players', '<ul class="cards" id="players"></ul>')}</div>`,
      section('jobs', 'Jobs', '<ul class="cards" id="jobs"></ul>'),
      '<p class="soft">Jobs are made and changed under <a href="/settings">Settings</a>.</p>',
      section('preview', 'When would it run?', previewForm),
      table('runs', 'Runs', ['Run', 'What', 'Due', 'State', 'Why', 'Took', 'By', 'Steps']),
      '<dialog id="alarm-form"></dialog><dialog id="dry-run"></dialog>',
    ].join('\n'),
  },
  {
    path: '/settings',
    title: 'Settings',
    script: 'settings.js',
    main: [
      '<div id="banner" class="banner" role="status" hidden></div>',
      '<div id="form"></div>',
      '<section aria-labelledby="history-title"><h2 id="history-title">History</h2><ol id="revisions" class="revisions"></ol></section>',
      saveBar,
    ].join('\n'),
  },
];

/** The addresses of pages, which tell nothing of the laboratory. */
export const pagePaths: readonly string[] = pages.map(({ path }) => path);

/** A page as a browser gets it. */
export function htmlOf({ path, title, script, main }: Page): string {
  const links = [{ path: '/', title: 'Dashboard' }, ...pages]
    .map((each) => {
      const current = each.path === path ? ' aria-current="page"' : '';
      return `<a href="${each.path}"${current}>${each.title}</a>`;
    })
    .join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title} · Signalbox</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/page.css">
<script type="module" src="/assets/${script}"></script></head><body>
<header><h1>Signalbox</h1><nav aria-label="Pages">${links}</nav><span class="soft" id="version"></span></header>
<main><p id="trouble" class="bad" role="status"></p>
<form id="enter" class="row" hidden><label for="token">Token</label>
<input id="token" type="password" autocomplete="off" required><button>Enter</button></form>
${main}
</main><footer>For programs: <a href="/openapi.json">openapi.json</a></footer></body></html>
`;
}

/** Only the scripts and styles of this gateway run, and only it is asked. */
export const pagePolicy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
