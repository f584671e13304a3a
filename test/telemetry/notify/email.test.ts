import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { expect, test } from 'vitest';
import type { EmailConfig } from '../../../src/config/index.ts';
import type { SignalboxError } from '../../../src/kernel/index.ts';
import { EmailWay } from '../../../src/telemetry/notify/email-way.ts';
import { alertOf, noticeOf, wayOf } from './support.ts';

const message = { ...noticeOf(7), gateway: 'lab' };

/** A mail server on 127.0.0.1. */
interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: { from: string; to: string[]; text: string; isSecure: boolean; user: unknown }[];
  /** Refuses recipients with this. */
  refusal: { code: number; text: string } | undefined;
}

async function mailServer(
  options: {
    readonly user?: string;
    readonly password?: string;
    readonly secure?: boolean;
    readonly key?: string;
    readonly cert?: string;
  } = {},
): Promise<MailServer> {
  const { user, password, secure = false, key, cert } = options;
  const server = new SMTPServer({
    secure,
    ...(key === undefined || cert === undefined ? {} : { key, cert }),
    authOptional: user === undefined,
    disabledCommands: user === undefined ? ['AUTH'] : [],
    onAuth: (auth, _session, callback) => {
      if (auth.username === user && auth.password === password) callback(null, { user });
      else callback(new Error('Invalid username or password'));
    },
    onRcptTo: (_address, _session, callback) => {
      const { refusal } = made;
      if (refusal === undefined) callback();
      else callback(Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        made.mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
          isSecure: session.secure,
          user: session.user,
        });
        callback();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const made: MailServer = {
    port: (server.server.address() as AddressInfo).port,
    mails: [],
    refusal: undefined,
    [Symbol.asyncDispose]: async () => {
      await new Promise<void>((resolve) => {
        server.close(resolve);
      });
    },
  };
  return made;
}

function mail(toml: string): EmailWay {
  return new EmailWay(
    wayOf(
      `kind = "email"\nhost = "127.0.0.1"\nfrom = "lab@example.org"\nto = ["ada@example.org", "bob@example.org"]\n${toml}`,
    ) as EmailConfig,
  );
}

async function failureOf(sending: Promise<void>): Promise<SignalboxError> {
  return await sending.then(
    () => expect.fail('it was taken'),
    (error: unknown) => error as SignalboxError,
  );
}

test('an e-mail says what is wrong, to all, with a Message-ID made of its key', async () => {
  await using server = await mailServer();
  const way = mail(`port = ${server.port}\ntls = "none"`);
  const alert = alertOf({ title: 'Too hot\r\nBcc: eve@example.org', message: 'oven: 80 °C' });
  await way.send({ ...message, alert }, AbortSignal.timeout(10_000));
  const [received = expect.fail()] = server.mails;
  expect(received).toMatchObject({
    from: 'lab@example.org',
    to: ['ada@example.org', 'bob@example.org'],
  });
  expect(received.text).toContain('Message-ID: <life-7-raised@lab.signalbox>');
  expect(received.text).toContain('Auto-Submitted: auto-generated');
  expect(received.text).toMatch(/^Subject: \[critical\] Too hot Bcc: eve@example.org: oven/m);
  expect(received.text).not.toMatch(/^Bcc/im);
});

test('a password is taken from the environment and never told, also where it is wrong', async () => {
  await using server = await mailServer({ user: 'lab', password: 'right-horse' });
  process.env['SIGNALBOX_TEST_MAIL'] = 'wrong-horse';
  const way = mail(
    `port = ${server.port}\ntls = "starttls"\nusername = "lab"\npasswordEnvironment = "SIGNALBOX_TEST_MAIL"`,
  );
  // Its certificate is signed by nobody whom the system knows: nothing is sent to it.
  const untrusted = await failureOf(way.send(message, AbortSignal.timeout(10_000)));
  expect(untrusted.code).toBe('NOTICE_FAILED');
  const plain = mail(
    `port = ${server.port}\ntls = "none"\nusername = "lab"\npasswordEnvironment = "SIGNALBOX_TEST_MAIL"`,
  );
  const wrong = await failureOf(plain.send(message, AbortSignal.timeout(10_000)));
  expect(wrong.code).toBe('NOTICE_FAILED');
  expect(JSON.stringify([wrong, String(wrong.cause), plain.address])).not.toContain('horse');
  expect(server.mails).toEqual([]);
});

test('a server that refuses for good is not asked again, one that does for now is', async () => {
  await using server = await mailServer();
  const way = mail(`port = ${server.port}\ntls = "none"`);
  server.refusal = { code: 550, text: 'no such user' };
  const refused = await failureOf(way.send(message, AbortSignal.timeout(10_000)));
  expect(refused.code).toBe('NOTICE_REFUSED');
  server.refusal = { code: 451, text: 'try later' };
  const later = await failureOf(way.send(message, AbortSignal.timeout(10_000)));
  expect([later.code, later.details['isAnswered']]).toEqual(['NOTICE_FAILED', true]);
});

test('a server that asks for TLS that it has not, or is not there, gets nothing', async () => {
  await using server = await mailServer();
  const way = mail(`port = ${server.port}\ntls = "implicit"\ntimeoutS = 2`);
  expect((await failureOf(way.send(message, AbortSignal.timeout(10_000)))).code).toBe(
    'NOTICE_FAILED',
  );
  const gone = mail('port = 9\ntls = "none"');
  expect((await failureOf(gone.send(message, AbortSignal.timeout(10_000)))).code).toBe(
    'NOTICE_FAILED',
  );
  expect(server.mails).toEqual([]);
});

test('a certificate that is trusted by name of its file lets mail through, under TLS in both ways', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-ca-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost,IP:127.0.0.1',
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  );
  process.env['SIGNALBOX_TEST_MAIL'] = 'right-horse';
  for (const tls of ['implicit', 'starttls']) {
    await using server = await mailServer({
      user: 'lab',
      password: 'right-horse',
      secure: tls === 'implicit',
      key: readFileSync(key, 'utf8'),
      cert: readFileSync(cert, 'utf8'),
    });
    const way = mail(
      `port = ${server.port}\ntls = "${tls}"\nusername = "lab"\npasswordEnvironment = "SIGNALBOX_TEST_MAIL"\ncaFile = "${cert}"`,
    );
    await way.send(message, AbortSignal.timeout(10_000));
    expect(server.mails).toMatchObject([{ isSecure: true, user: 'lab' }]);
  }
  rmSync(folder, { recursive: true });
});
