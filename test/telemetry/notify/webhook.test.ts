import { createHmac } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { WebhookConfig } from '../../../src/config/index.ts';
import type { SignalboxError } from '../../../src/kernel/index.ts';
import { WebhookWay } from '../../../src/telemetry/notify/webhook-way.ts';
import { alertOf, noticeOf, receiver, wayOf } from './support.ts';

const atMs = 1_700_000_000_000;
const message = { ...noticeOf(7), gateway: 'lab' };

function webhook(toml: string): WebhookWay {
  return new WebhookWay(wayOf(`kind = "webhook"\n${toml}`) as WebhookConfig, () => atMs);
}

async function failureOf(sending: Promise<void>): Promise<SignalboxError> {
  return await sending.then(
    () => expect.fail('it was taken'),
    (error: unknown) => error as SignalboxError,
  );
}

test('a webhook carries the alert as JSON, with its key, signed as Standard Webhooks have it', async () => {
  await using hook = await receiver();
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-secret-'));
  const secret = Buffer.from('a key of some length').toString('base64');
  writeFileSync(join(folder, 'key'), `whsec_${secret}\n`, { mode: 0o600 });
  process.env['SIGNALBOX_TEST_HOOK_TOKEN'] = 'token-1';
  const way = webhook(
    `url = "${hook.url}"\nsigningKeyFile = "${folder}/key"\ntokenEnvironment = "SIGNALBOX_TEST_HOOK_TOKEN"`,
  );
  await way.send(message, AbortSignal.timeout(5_000));
  const [{ headers, body } = expect.fail()] = hook.received;
  expect(JSON.parse(body)).toMatchObject({
    type: 'alert.raised',
    key: 'life-7-raised',
    gateway: 'lab',
    text: '[critical] Too hot: oven (lab)',
    alert: { id: 7, alert: 'hot', subject: 'oven', value: 80 },
  });
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'idempotency-key': 'life-7-raised',
    'webhook-id': 'life-7-raised',
    'webhook-timestamp': '1700000000',
    authorization: 'Bearer token-1',
  });
  const signed = createHmac('sha256', 'a key of some length')
    .update(`life-7-raised.1700000000.${body}`)
    .digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${signed}`);
  rmSync(folder, { recursive: true });
});

test('what a receiver answers tells whether it is of use to try again', async () => {
  await using hook = await receiver();
  const way = webhook(`url = "${hook.url}"`);
  const cases: [number, string, boolean | undefined][] = [
    [400, 'NOTICE_REFUSED', undefined],
    [410, 'NOTICE_REFUSED', undefined],
    [401, 'NOTICE_FAILED', false],
    [404, 'NOTICE_FAILED', false],
    [302, 'NOTICE_FAILED', false],
    [429, 'NOTICE_FAILED', false],
    [503, 'NOTICE_FAILED', true],
  ];
  for (const [status, code, isAnswered] of cases) {
    hook.answer = (response) =>
      response.writeHead(status, { location: 'http://127.0.0.1:1/', 'retry-after': '7' }).end('no');
    const failure = await failureOf(way.send(message, AbortSignal.timeout(5_000)));
    expect(failure.code).toBe(code);
    expect(failure.details['isAnswered']).toBe(isAnswered);
    if (code === 'NOTICE_FAILED') expect(failure.details['retryAfterMs']).toBe(7_000);
  }
  // Nobody was led elsewhere.
  expect(hook.received).toHaveLength(cases.length);
});

test('a receiver that is not there or never answers is told of without its address', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-secret-'));
  const file = join(folder, 'url');
  await using hook = await receiver();
  hook.answer = () => {};
  for (const url of ['http://127.0.0.1:9/T0KEN', hook.url.replace('hook', 'T0KEN')]) {
    writeFileSync(file, url, { mode: 0o600 });
    const way = webhook(`urlFile = "${file}"`);
    const failure = await failureOf(way.send(message, AbortSignal.timeout(300)));
    expect(failure.code).toBe('NOTICE_FAILED');
    expect(JSON.stringify([failure, way.address, String(failure.cause)])).not.toContain('T0KEN');
  }
  rmSync(folder, { recursive: true });
});

test('a secret that others may read, or that is not there, is not used', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-secret-'));
  const file = join(folder, 'url');
  writeFileSync(file, 'http://127.0.0.1:9/x');
  chmodSync(file, 0o644);
  await using hook = await receiver();
  const cases: [string, RegExp][] = [
    [`urlFile = "${file}"`, /others may read/],
    [`url = "${hook.url}"\ntokenFile = "${folder}/none"`, /ENOENT/],
    [`url = "${hook.url}"\ntokenEnvironment = "SIGNALBOX_TEST_UNSET"`, /is not set/],
  ];
  for (const [toml, why] of cases) {
    const failure = await failureOf(webhook(toml).send(message, AbortSignal.timeout(5_000)));
    expect(failure.message).toMatch(why);
  }
  expect(hook.received).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('an address that can be read on the way, or has a secret in it, is refused by the configuration', () => {
  const refused = (toml: string): string => {
    try {
      wayOf(toml);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(refused('kind = "webhook"\nurl = "http://example.org/x"')).toContain('allowUnencrypted');
  expect(refused('kind = "webhook"\nurl = "http://example.org/x"\nallowUnencrypted = true')).toBe(
    '',
  );
  expect(refused('kind = "webhook"\nurl = "https://example.org/x?token=abc"')).toContain('urlFile');
  expect(refused('kind = "webhook"\nurl = "https://a:b@example.org/x"')).toContain(
    'without a user',
  );
  expect(refused('kind = "webhook"')).toContain('exactly one');
  expect(refused('kind = "mqtt"\nurl = "mqtt://broker.example.org"')).toContain('allowUnencrypted');
  expect(refused('kind = "mqtt"\nurl = "mqtt://localhost"')).toBe('');
  const mail = 'kind = "email"\nfrom = "a@b.c"\nto = ["d@e.f"]';
  expect(refused(`${mail}\nhost = "mail.example.org"\ntls = "none"`)).toContain('allowUnencrypted');
  expect(refused(`${mail}\nhost = "mail.example.org"`)).toBe('');
  expect(refused(mail.replace('d@e.f', 'd@e.f, x@y.z'))).toContain('an address');
  expect(refused(`${mail}\nhost = "h"\npassword = "x"`)).toContain("unknown key 'password'");
});

test('a receiver gets no secret of a value', async () => {
  await using hook = await receiver();
  const alert = alertOf({ title: 'Line\r\nbreak' });
  await webhook(`url = "${hook.url}"`).send({ ...message, alert }, AbortSignal.timeout(5_000));
  expect(JSON.parse(hook.received[0]?.body ?? '')).toMatchObject({
    text: '[critical] Line break: oven (lab)',
  });
});
