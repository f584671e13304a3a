import { createConnection } from 'node:net';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { OtlpReceiver } from '../telemetry/tracing/otlp-receiver.ts';
import type { ReceivedSpan } from '../telemetry/tracing/otlp-receiver.ts';
import { GatewayBench } from './gateway-bench.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const msInNs = 1_000_000n;
const callerSpan = 'b7ad6b7169203331';

function laboratory(endpoint: string, more = ''): string {
  return `
    [tracing]
    endpoint = "${endpoint}"
    serviceName = "bench"
    ${more}
    [simulators.bus]
    kind = "propar"
    nodes = [{ address = 3 }]
    [simulators.meter]
    kind = "multimeter"
    [ports.bus]
    simulator = "bus"
    protocol = "propar"
    timeoutMs = 50
    [ports.meter]
    simulator = "meter"
    protocol = "lines"
    [instruments.nitrogen]
    port = "bus"
    driver = "bronkhorst"
    node = 3
    [instruments.gone]
    port = "bus"
    driver = "bronkhorst"
    node = 9
    [instruments.multimeter]
    port = "meter"
    driver = "scpi"
    socket = 0
  `;
}

async function read(
  url: string,
  instrument: string,
  headers: Record<string, string>,
): Promise<number> {
  const path = `/api/v1/instruments/${instrument}/parameters/setpoint`;
  return (
    await fetch(`${url}${path}`, { headers: { 'signalbox-program': 'sweep.py', ...headers } })
  ).status;
}

const sampled = { traceparent: `00-${traceId}-${callerSpan}-01` };

function named(spans: readonly ReceivedSpan[], name: RegExp): ReceivedSpan {
  const found = spans.filter((span) => name.test(span.name));
  expect(found, `${name} of ${spans.map((span) => span.name).join(', ')}`).toHaveLength(1);
  return found[0] as ReceivedSpan;
}

describe('a request that is followed', () => {
  it('is a part of what its caller follows: door, instrument, port, wait and exchange', async () => {
    await using receiver = await OtlpReceiver.start();
    await using bench = await GatewayBench.start(laboratory(receiver.endpoint));
    const { url } = bench.client();
    expect(await read(url, 'nitrogen', sampled)).toBe(200);
    await expect.poll(() => receiver.trace(traceId).length).toBeGreaterThanOrEqual(5);
    const spans = receiver.trace(traceId);
    const door = named(spans, /^GET /);
    expect(door).toMatchObject({
      name: 'GET /api/v1/instruments/:instrument/parameters/:parameter',
      parentSpanId: callerSpan,
      kind: 2,
      service: 'bench',
      attributes: { 'signalbox.door': 'http', 'http.response.status_code': 200 },
    });
    const instrument = named(receiver.childrenOf(door), /^read nitrogen setpoint$/);
    expect(instrument.attributes).toMatchObject({
      'signalbox.instrument': 'nitrogen',
      'signalbox.parameter': 'setpoint',
      'signalbox.driver': 'bronkhorst',
      'signalbox.port': 'bus',
      'signalbox.outcome': 'ok',
      'signalbox.owner.program': 'sweep.py',
    });
    const transact = receiver
      .childrenOf(instrument)
      .find(({ attributes }) => String(attributes['signalbox.request']).includes('setpoint'));
    expect(transact).toMatchObject({
      name: 'transact bus',
      status: 0,
      attributes: {
        'signalbox.scope': 'node 3',
        'signalbox.outcome': 'ok',
        'signalbox.attempts': 1,
        'signalbox.owner.program': 'sweep.py',
        'signalbox.owner.door': 'http',
      },
    });
    const parts = receiver.childrenOf(transact as ReceivedSpan);
    expect(parts.map(({ name }) => name)).toEqual(['wait', 'exchange']);
    for (const part of parts) {
      // OpenTelemetry begins a span at a whole ms.
      expect(part.startNs).toBeGreaterThanOrEqual((transact as ReceivedSpan).startNs - msInNs);
      expect(part.endNs).toBeLessThanOrEqual((transact as ReceivedSpan).endNs + msInNs);
      expect(part.endNs).toBeGreaterThanOrEqual(part.startNs);
    }
  });

  it('shows each try, with a wait before it, and how it failed', async () => {
    await using receiver = await OtlpReceiver.start();
    await using bench = await GatewayBench.start(laboratory(receiver.endpoint));
    const { url } = bench.client();
    expect(await read(url, 'gone', sampled)).toBe(504);
    const transacts = (): ReceivedSpan[] =>
      receiver.trace(traceId).filter(({ name }) => name === 'transact bus');
    await expect.poll(() => transacts().length).toBeGreaterThan(0);
    const [transact] = transacts() as [ReceivedSpan];
    expect(transact).toMatchObject({
      status: 2,
      attributes: { 'signalbox.outcome': 'INSTRUMENT_TIMEOUT', 'signalbox.attempts': 3 },
    });
    const parts = receiver.childrenOf(transact);
    expect(parts.map(({ name }) => name)).toEqual([
      'wait',
      'exchange',
      'wait',
      'exchange',
      'wait',
      'exchange',
    ]);
    const exchanges = parts.filter(({ name }) => name === 'exchange');
    expect(exchanges.map(({ attributes }) => attributes['signalbox.attempt'])).toEqual([1, 2, 3]);
    expect(exchanges.map(({ attributes }) => attributes['signalbox.outcome'])).toEqual(
      Array(3).fill('INSTRUMENT_TIMEOUT'),
    );
    const door = named(receiver.trace(traceId), /^GET /);
    expect(door).toMatchObject({ status: 2, attributes: { 'http.response.status_code': 504 } });
  });

  it('begins a trace of its own where the caller follows nothing, or says nonsense', async () => {
    await using receiver = await OtlpReceiver.start();
    await using bench = await GatewayBench.start(laboratory(receiver.endpoint));
    const { url } = bench.client();
    for (const traceparent of ['', 'nonsense', `00-${'0'.repeat(32)}-${callerSpan}-01`]) {
      expect(await read(url, 'nitrogen', { traceparent })).toBe(200);
    }
    const doors = (): ReceivedSpan[] => receiver.spans.filter(({ kind }) => kind === 2);
    await expect.poll(() => doors().length).toBe(3);
    expect(new Set(doors().map((span) => span.traceId)).size).toBe(3);
    for (const { parentSpanId } of doors()) expect(parentSpanId).toBeUndefined();
  });

  it('is not told of when its caller does not follow it', async () => {
    await using receiver = await OtlpReceiver.start();
    await using bench = await GatewayBench.start(laboratory(receiver.endpoint));
    const { url } = bench.client();
    const unsampled = { traceparent: `00-${traceId}-${callerSpan}-00` };
    expect(await read(url, 'nitrogen', unsampled)).toBe(200);
    const other = { traceparent: `00-${traceId.replace('0af', '1af')}-${callerSpan}-01` };
    expect(await read(url, 'nitrogen', other)).toBe(200);
    await expect
      .poll(() => receiver.trace(traceId.replace('0af', '1af')).length)
      .toBeGreaterThan(0);
    expect(receiver.trace(traceId)).toEqual([]);
  });

  it('is followed from the session of a raw socket too, and from a live connection', async () => {
    await using receiver = await OtlpReceiver.start();
    await using bench = await GatewayBench.start(laboratory(receiver.endpoint));
    const [, , port] = bench.address('multimeter-socket').split('::');
    const socket = createConnection({ host: '127.0.0.1', port: Number(port) });
    socket.write('*IDN?\n');
    await once(socket, 'data');
    socket.destroy();
    using live = await bench.client().connect();
    await live.read('nitrogen', 'setpoint');
    const spans = (): string[] => receiver.spans.map(({ name }) => name);
    await expect.poll(spans).toContain('session socket');
    await expect.poll(spans).toContain('live read');
    const session = named(receiver.spans, /^session socket$/);
    const transact = named(receiver.childrenOf(session), /^transact meter$/);
    expect(receiver.childrenOf(transact).map(({ name }) => name)).toEqual(['wait', 'exchange']);
    const request = named(receiver.spans, /^live read$/);
    expect(receiver.childrenOf(request).map(({ name }) => name)).toEqual([
      'read nitrogen setpoint',
    ]);
  });

  it('tells requests that run at the same time apart', async () => {
    await using receiver = await OtlpReceiver.start();
    await using bench = await GatewayBench.start(laboratory(receiver.endpoint));
    const { url } = bench.client();
    const ids = Array.from({ length: 20 }, (_, index) => `${traceId.slice(0, 30)}${10 + index}`);
    await Promise.all(
      ids.map(
        async (id) => await read(url, 'nitrogen', { traceparent: `00-${id}-${callerSpan}-01` }),
      ),
    );
    for (const id of ids) {
      await expect.poll(() => receiver.trace(id).some(({ kind }) => kind === 2)).toBe(true);
      const spans = receiver.trace(id);
      const door = named(spans, /^GET /);
      const instrument = named(receiver.childrenOf(door), /^read /);
      const transacts = receiver.childrenOf(instrument);
      expect(transacts.length).toBeGreaterThan(0);
      for (const each of transacts) expect(each.traceId).toBe(id);
    }
  });
});

describe('a collector', () => {
  it('that is away keeps nothing from working, and is told of once', async () => {
    await using receiver = await OtlpReceiver.start();
    receiver.status = 400;
    await using bench = await GatewayBench.start(laboratory(receiver.endpoint));
    const client = new SignalboxClient({ url: bench.client().url, program: 'sweep.py' });
    for (let index = 0; index < 5; index += 1) await client.read('nitrogen', 'setpoint');
    await expect.poll(() => receiver.requests).toBeGreaterThan(0);
    receiver.status = 200;
    await client.read('nitrogen', 'setpoint');
    await expect.poll(() => receiver.spans.length).toBeGreaterThan(0);
    const log = (): readonly string[] =>
      readFileSync(bench.file('state/signalbox.log'), 'utf8').match(/takes (?:no )?traces/g) ?? [];
    await expect.poll(log).toEqual(['takes no traces', 'takes traces']);
  });

  it('gets what is not sent yet when the gateway ends, with the token that it asks for', async () => {
    await using receiver = await OtlpReceiver.start();
    const bench = new GatewayBench(laboratory(receiver.endpoint, `tokenFile = "FOLDER/token"`));
    writeFileSync(bench.file('token'), 'secret-of-the-collector\n');
    await bench.gateway.start();
    await bench.client().read('nitrogen', 'setpoint');
    await bench[Symbol.asyncDispose]();
    expect(receiver.spans.map(({ name }) => name)).toContain('read nitrogen setpoint');
    expect(receiver.headers[0]).toMatchObject({
      authorization: 'Bearer secret-of-the-collector',
    });
  });
});
