import { expect, test } from 'vitest';
import { parseConfig } from '../../../src/config/index.ts';
import type { NotifyConfig } from '../../../src/config/index.ts';
import { AlertLedger, Ways } from '../../../src/telemetry/index.ts';
import { AlertFolder } from '../alerts/support.ts';
import { alertOf, noticeOf, receiver } from './support.ts';

function waysIn(toml: string): Readonly<Record<string, NotifyConfig>> {
  return parseConfig(toml, 'lab.toml').notify;
}

const three = (url: string): string => `
[notify.all]
kind = "webhook"
url = "${url}/all"
tells = ["raised", "reminded", "cleared", "acknowledged"]
[notify.grave]
kind = "webhook"
url = "${url}/grave"
severityLeast = "critical"
alerts = ["h*"]
[notify.off]
enabled = false
kind = "webhook"
url = "${url}/off"
`;

test('a way is told what it wants to be told: by severity, name and event', () => {
  using folder = new AlertFolder();
  using ledger = new AlertLedger(folder.path);
  const ways = new Ways({ gateway: 'lab', store: ledger, life: 'life' });
  ways.configure(waysIn(three('http://127.0.0.1:9')), () => []);
  const critical = alertOf();
  expect(ways.route('raised', critical, undefined)).toEqual(['all', 'grave']);
  expect(ways.route('acknowledged', critical, undefined)).toEqual(['all']);
  expect(ways.route('raised', alertOf({ severity: 'warning' }), undefined)).toEqual(['all']);
  expect(ways.route('raised', alertOf({ alert: 'cold' }), undefined)).toEqual(['all']);
  expect(ways.route('raised', critical, ['grave', 'off'])).toEqual(['grave']);
  expect(ways.route('raised', critical, [])).toEqual([]);
  expect(ways.route('cleared', alertOf({ isOccurrence: true }), undefined)).toEqual([]);
});

test('a way that never answers keeps no other from being told', async () => {
  await using hook = await receiver();
  hook.answer = (response, { url }) => {
    if (url === '/hook/all') response.writeHead(204).end();
  };
  using folder = new AlertFolder();
  using ledger = new AlertLedger(folder.path);
  await using ways = new Ways({ gateway: 'lab', store: ledger, life: 'life' });
  ways.configure(waysIn(three(hook.url)), () => []);
  await expect.poll(() => ways.status()).toHaveLength(2);
  for (const number of [1, 2, 3]) {
    ways.take([noticeOf(number, { way: 'grave' }), noticeOf(number, { way: 'all' })]);
  }
  await expect
    .poll(() => ways.status())
    .toMatchObject([
      { name: 'all', state: 'idle', sent: 3 },
      { name: 'grave', state: 'sending', waiting: 3 },
    ]);
});

test('a way that is changed goes on with what waits for it; what waits for one that is gone is dropped', async () => {
  await using hook = await receiver();
  using folder = new AlertFolder();
  using ledger = new AlertLedger(folder.path);
  await using ways = new Ways({ gateway: 'lab', store: ledger, life: 'life' });
  ways.configure(waysIn(three('http://127.0.0.1:9')), () => []);
  await expect.poll(() => ways.status()).toHaveLength(2);
  const atMs = Date.now();
  const notices = [noticeOf(1, { way: 'grave', atMs }), noticeOf(1, { way: 'all', atMs })];
  ledger.write({
    alerts: [],
    baselines: [],
    droppedBaselines: [],
    forgottenRules: [],
    identities: [],
    silences: [],
    endedSilences: [],
    notices,
  });
  ways.take(notices);
  await expect
    .poll(() => ways.status())
    .toMatchObject([{ state: 'failing' }, { state: 'failing' }]);
  const { all } = waysIn(three(hook.url));
  ways.configure(all === undefined ? {} : { all }, () => []);
  await expect.poll(() => hook.received.map(({ url }) => url)).toEqual(['/hook/all']);
  expect(ledger.notices('grave')).toEqual([]);
});

test('a trial says of each way whether it works, and what is wrong', async () => {
  await using hook = await receiver();
  hook.answer = (response, { url }) => response.writeHead(url === '/hook/all' ? 200 : 403).end();
  using folder = new AlertFolder();
  using ledger = new AlertLedger(folder.path);
  await using ways = new Ways({ gateway: 'lab', store: ledger, life: 'life' });
  ways.configure(waysIn(three(hook.url)), () => []);
  expect(await ways.test('ada')).toMatchObject([
    { way: 'all', passed: true },
    { way: 'grave', passed: false, error: { code: 'NOTICE_FAILED', details: { status: 403 } } },
  ]);
  expect(await ways.test('ada', 'all')).toEqual([{ way: 'all', passed: true }]);
  await expect(ways.test('ada', 'al')).rejects.toThrow('did you mean all');
  expect(JSON.parse(hook.received[0]?.body ?? '')).toMatchObject({ event: 'test' });
});
