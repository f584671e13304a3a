import { setImmediate as turnOfLoop } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import { tcpLinkFactory } from '../../../src/links/index.ts';
import type { TcpLinkOptions } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import type { PortOptions } from '../../../src/ports/index.ts';
import { openTimeoutMs, reopenLongestMs } from '../../../src/ports/link-keeper.ts';
import { writeTimeoutMs } from '../../../src/ports/wire.ts';
import { ask, owner } from '../../support/line-transaction.ts';
import { RunningProgram } from '../running-program.ts';
import { eachLine, LoopbackServer } from './loopback-server.ts';

/** Longer than a busy machine takes; what must not be waited for is left to the clock. */
const patientMs = 20_000;

function portTo(link: TcpLinkOptions, options: Partial<PortOptions> = {}): Port {
  const port = new Port({ name: 'bus', link: tcpLinkFactory(link), ...options });
  port.open();
  return port;
}

async function send(port: Port, text: string, program = text): Promise<string> {
  const repeat = text.startsWith('?') ? 'safe' : 'never';
  const transaction = ask(text, { timeoutMs: patientMs, repeat });
  return await port.transact(transaction, owner(program), { waitMs: patientMs });
}

function echo(client: Socket): void {
  eachLine(client, (line) => client.write(`re ${line}\n`));
}

describe('a port on TCP', () => {
  it('keeps its clients while its server is away, and serves them when it is back', async () => {
    const first = await LoopbackServer.listen(echo);
    await using port = portTo(first.options);
    expect(await send(port, '?before')).toBe('re ?before');
    await first[Symbol.asyncDispose]();
    await expect.poll(() => port.status().reason).toContain('ECONNREFUSED');
    expect(port.status()).toMatchObject({ state: 'recovering' });
    expect(port.status().reason).toContain(first.address);

    const texts = ['?a', '!b', '?c', '!d'];
    const answers = Promise.all(texts.map(async (text) => await send(port, text)));
    expect(port.status().queue.length).toBe(texts.length);
    const log: string[] = [];
    await using _again = await LoopbackServer.listen((client) => {
      eachLine(client, (line) => {
        log.push(line);
        client.write(`re ${line}\n`);
      });
    }, first.options.port);
    expect(await answers).toEqual(texts.map((text) => `re ${text}`));
    expect(log).toEqual(texts);
    expect(port.statistics()).toMatchObject({ reconnects: 1, retries: 0 });
    expect(Object.keys(port.statistics().linkFailuresByCode)).toEqual(['LINK_COMMUNICATION']);
  });

  it('says of a request that gives up how the link stands and what to do', async () => {
    const server = await LoopbackServer.listen(echo);
    await server[Symbol.asyncDispose]();
    const clock = new ManualClock(undefined, turnOfLoop);
    await using port = portTo(server.options, { clock });
    await expect.poll(() => port.status().reason).toContain('ECONNREFUSED');
    const waiting = port.transact(ask('?v'), owner(), { waitMs: 10 });
    waiting.catch(() => {});
    await clock.advance(10);
    await expect(waiting).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringContaining(server.address),
      nextStep: expect.stringContaining('something listens there'),
    });
  });

  it('reads anew after a reset in the middle of a reply, but repeats no write', async () => {
    const log: string[] = [];
    await using server = await LoopbackServer.listen((client) => {
      eachLine(client, (line) => {
        const isFirst = !log.includes(line);
        log.push(line);
        if (!isFirst || line === '?warm-up') client.write(`re ${line}\n`);
        // The half must have gone before the reset, which drops what waits.
        else client.write('half a re', () => setTimeout(() => client.resetAndDestroy(), 5));
      });
    });
    await using port = portTo(server.options);
    await send(port, '?warm-up');
    expect(await send(port, '?a')).toBe('re ?a');
    await expect(send(port, '!b')).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      message: expect.stringContaining(server.address),
      details: { cause: 'LINK_COMMUNICATION', address: server.address, errno: 'ECONNRESET' },
    });
    expect(log).toEqual(['?warm-up', '?a', '?a', '!b']);
    expect(port.statistics().linkFailuresByCode).toEqual({ LINK_COMMUNICATION: 2 });
  });

  it('serves each request of a server that ends its half after every reply', async () => {
    await using server = await LoopbackServer.listen((client) => {
      eachLine(client, (line) => client.end(`re ${line}\n`));
    });
    await using port = portTo(server.options);
    for (const text of ['?a', '?b', '?c']) expect(await send(port, text)).toBe(`re ${text}`);
    expect(server.clients.length).toBeGreaterThanOrEqual(3);
  });

  it('takes a reply that comes byte by byte, and gives each to its own request', async () => {
    await using server = await LoopbackServer.listen((client) => {
      let written = Promise.resolve();
      const drip = async (text: string): Promise<void> => {
        for (const byte of Buffer.from(text)) {
          client.write(Buffer.of(byte));
          await turnOfLoop();
        }
      };
      eachLine(client, (line) => void (written = written.then(() => drip(`re ${line}\n`))));
    });
    await using port = portTo(server.options);
    const texts = Array.from({ length: 20 }, (_, index) => `?request number ${index}`);
    const answers = await Promise.all(texts.map((text) => send(port, text)));
    expect(answers).toEqual(texts.map((text) => `re ${text}`));
    expect(port.statistics().quarantined).toBe(0);
  });

  it('gives a server that reads nothing so long, then says so and connects anew', async () => {
    await using server = await LoopbackServer.listen((client) => {
      if (server.clients.length === 1) client.pause();
      else echo(client);
    });
    const clock = new ManualClock(undefined, turnOfLoop);
    await using port = portTo(server.options, { clock });
    await expect.poll(() => port.status().state).toBe('open');
    const huge = ask('!huge', {
      timeoutMs: patientMs,
      attempt: () => ({
        request: Buffer.alloc(2 ** 27),
        reader: { push: () => ({ kind: 'more' }) },
      }),
    });
    const failed = port.transact(huge, owner());
    failed.catch(() => {});
    const waiting = send(port, '?next');
    await clock.advance(writeTimeoutMs - 1);
    expect(port.status().state).toBe('open');
    await clock.advance(1);
    await expect(failed).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      message: expect.stringContaining(`${server.address} took no bytes`),
      details: { cause: 'LINK_TIMEOUT', address: server.address, writeTimeoutMs },
    });
    await clock.advance(reopenLongestMs);
    expect(await waiting).toBe('re ?next');
    expect(port.statistics().linkFailuresByCode).toEqual({ LINK_TIMEOUT: 1 });
  });

  it('gives a connection that never completes so long, then says so and tries again', async () => {
    await using silent = await RunningProgram.start(
      new URL('../programs/full_backlog.py', import.meta.url),
      [],
    );
    const clock = new ManualClock(undefined, turnOfLoop);
    const tcpPort = Number(silent.said);
    await using port = portTo({ host: '127.0.0.1', port: tcpPort }, { clock });
    await clock.advance(openTimeoutMs - 1);
    expect(port.status().state).toBe('opening');
    await clock.advance(1);
    await expect.poll(() => port.status().state).toBe('recovering');
    expect(port.status().reason).toContain(`tcp://127.0.0.1:${tcpPort} could not be opened`);
    expect(port.statistics().linkFailuresByCode).toEqual({ LINK_TIMEOUT: 1 });
  });

  it('that is closed while it connects ends at once', async () => {
    await using silent = await RunningProgram.start(
      new URL('../programs/full_backlog.py', import.meta.url),
      [],
    );
    // Time stands still, so nothing but the closing can end it.
    const clock = new ManualClock();
    const port = portTo({ host: '127.0.0.1', port: Number(silent.said) }, { clock });
    await port.close();
    expect(port.status().state).toBe('closed');
    expect(clock.pendingCount).toBe(0);
  });

  it('that is closed in the moment in which its link breaks stays closed', async () => {
    await using server = await LoopbackServer.listen(echo);
    await using other = await LoopbackServer.listen(echo);
    const port = portTo(server.options);
    await send(port, '?hello');
    const closed = Promise.withResolvers<void>();
    port.events.on('state', ({ state }) => {
      if (state === 'recovering') closed.resolve(port.close());
    });
    server.clients[0]?.destroy();
    await closed.promise;
    for (let visit = 0; visit < 5; visit += 1) {
      await using visitor = portTo(other.options);
      await send(visitor, '?hello');
    }
    expect(port.status().state).toBe('closed');
    expect(server.clients.length).toBe(1);
  });

  it('pauses before each new try at a server that turns it away', async () => {
    await using server = await LoopbackServer.listen((client) => client.destroy());
    await using other = await LoopbackServer.listen(echo);
    const clock = new ManualClock(undefined, turnOfLoop);
    await using port = portTo(server.options, { clock });
    // Once at once: it may have broken by chance.
    for (let turns = 2; turns <= 8; turns += 1) {
      await expect.poll(() => port.status().state).toBe('recovering');
      // Others connect and are answered meanwhile; it does not, as long as time stands still.
      for (let visit = 0; visit < 5; visit += 1) {
        await using visitor = portTo(other.options);
        await send(visitor, '?hello');
      }
      expect(server.clients.length).toBe(turns);
      await clock.advance(reopenLongestMs);
      await expect.poll(() => server.clients.length).toBe(turns + 1);
    }
  });
});
