import { readFile } from 'node:fs/promises';
import type { EmailConfig } from '../../config/index.ts';
import { raceAbort, SignalboxError } from '../../kernel/index.ts';
import { readSecret } from './secret.ts';
import { subjectLine, textOf } from './way.ts';
import type { Way, WayMessage } from './way.ts';

/** RFC 8314: submission under TLS from the first byte; RFC 6409: submission; RFC 5321. */
const portOf = { implicit: 465, starttls: 587, none: 25 } as const;

/** Sends messages by e-mail, each over a connection of its own. Its Message-ID is made of the key. */
export class EmailWay implements Way {
  readonly kind = 'email';
  readonly address: string;
  readonly #config: EmailConfig;

  constructor(config: EmailConfig) {
    this.#config = config;
    const { host, tls, port = portOf[tls], to } = config;
    this.address = `${to.join(', ')} by ${host}:${port}`;
  }

  async send(message: WayMessage, signal: AbortSignal): Promise<void> {
    const { createTransport } = await import('nodemailer');
    const { host, tls, port = portOf[tls], username, from, to, timeoutS, caFile } = this.#config;
    const { passwordFile, passwordEnvironment } = this.#config;
    const pass = await readSecret({ file: passwordFile, environment: passwordEnvironment });
    const ca = caFile === undefined ? undefined : await readAuthority(caFile);
    const timeoutMs = timeoutS * 1_000;
    const transport = createTransport({
      host,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      ...(username === undefined ? {} : { auth: { user: username, pass: pass ?? '' } }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(ca === undefined ? {} : { tls: { ca } }),
    });
    const sent = transport.sendMail({
      from,
      to: [...to],
      subject: subjectLine(message),
      text: textOf(message),
      date: new Date(message.atMs),
      messageId: `<${message.key}@${message.gateway}.signalbox>`,
      headers: {
        // RFC 3834: nobody's holiday answers it.
        'Auto-Submitted': 'auto-generated',
        'X-Signalbox-Event': message.event,
        'X-Signalbox-Alert': message.alert.alert,
      },
    });
    try {
      await raceAbort(sent, signal, 'sending an e-mail');
    } catch (error) {
      throw failureOf(error, `${host}:${port}`);
    } finally {
      transport.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** @throws NOTICE_FAILED */
export async function readAuthority(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new SignalboxError('NOTICE_FAILED', `${path} cannot be read: ${code}`);
  }
}

/**
 * 5xx is for good, 4xx for now (RFC 5321, 4.2.1). A sign-in that is refused is to be mended, and then the
 * message is good. What the server said is left out: it may repeat what it was sent.
 */
function failureOf(thrown: unknown, server: string): SignalboxError {
  const { code, responseCode, command } = thrown as {
    readonly code?: string;
    readonly responseCode?: number;
    readonly command?: string;
  };
  const isSignIn = code === 'EAUTH';
  const status = responseCode === undefined ? '' : ` with ${responseCode}`;
  const at = command === undefined ? '' : ` at ${command}`;
  const why = isSignIn
    ? `the sign-in is refused${status}`
    : `${code ?? 'no answer in time'}${at}${status}`;
  const isRefused = !isSignIn && responseCode !== undefined && responseCode >= 500;
  return new SignalboxError(isRefused ? 'NOTICE_REFUSED' : 'NOTICE_FAILED', `${server}: ${why}`, {
    details: { isAnswered: responseCode !== undefined && !isSignIn },
  });
}
