import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../../src/kernel/index.ts';
import type { Owner } from '../../../src/kernel/index.ts';
import type { TracedRequest } from '../../../src/ports/index.ts';
import { startTracing } from '../../../src/telemetry/index.ts';
import type * as telemetryRoom from '../../../src/telemetry/index.ts';
import { Plantation } from '../../support/plantation.ts';
import { OtlpReceiver } from './otlp-receiver.ts';
import type { ReceivedSpan } from './otlp-receiver.ts';

const owner: Owner = {
  id: '1',
  program: 'sweep.py',
  pid: 7,
  user: 'ada',
  door: 'http',
  sinceMs: 0,
};
const request: TracedRequest = {
  port: 'bus',
  kind: 'transaction',
  label: 'read node 3 fMeasure',
  scope: 'node 3',
  owner,
  priority: 'interactive',
};
const traceId = '0af7651916cd43dd8448eb211c80319c';

/** A request that is tried two times and fails, as a part of what its caller follows. */
async function isFollowed(start: typeof startTracing): Promise<void> {
  await using receiver = await OtlpReceiver.start();
  {
    await using tracing = await start({
      endpoint: receiver.endpoint,
      headers: {},
      sampleShare: 1,
      serviceName: 'bench',
      version: '0',
    });
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    const door = tracing.incoming({ name: 'GET /', attributes: {}, traceparent });
    const done = Promise.withResolvers<void>();
    door.run(() => {
      const work = tracing.within('read', {}, async () => {
        const port = tracing.request(request);
        port?.begun();
        await Promise.resolve();
        port?.failed('INSTRUMENT_TIMEOUT');
        port?.begun();
        port?.ended(new SignalboxError('INSTRUMENT_TIMEOUT', 'no reply'));
      });
      work.then(done.resolve, done.reject);
    });
    await done.promise;
    door.end({}, false);
  }
  const named = (name: string): ReceivedSpan => {
    const found = receiver.trace(traceId).find((span) => span.name === name);
    expect(found, name).toBeDefined();
    return found as ReceivedSpan;
  };
  expect(named('read').parentSpanId).toBe(named('GET /').spanId);
  const transact = named('transact bus');
  expect(transact.parentSpanId).toBe(named('read').spanId);
  expect(transact.status).toBe(2);
  expect(transact.attributes).toMatchObject({
    'signalbox.attempts': 2,
    'signalbox.outcome': 'INSTRUMENT_TIMEOUT',
    'signalbox.owner.user': 'ada',
  });
  const parts = receiver.childrenOf(transact).map(({ name, attributes }) => {
    return `${name} ${String(attributes['signalbox.outcome'])}`;
  });
  expect(parts.toSorted()).toEqual([
    'exchange INSTRUMENT_TIMEOUT',
    'exchange INSTRUMENT_TIMEOUT',
    'wait ok',
    'wait ok',
  ]);
}

const bugs = [
  {
    bug: 'what is asked from within is no part of it',
    file: 'tracing/open-telemetry.ts',
    find: 'return this.#here.getStore() ?? ROOT_CONTEXT;',
    replace: 'return ROOT_CONTEXT;',
  },
  {
    bug: 'what the caller follows is not taken up',
    file: 'tracing/open-telemetry.ts',
    find: 'this.#propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)',
    replace: 'ROOT_CONTEXT',
  },
  {
    bug: 'a try that failed is not ended',
    file: 'tracing/request-spans.ts',
    find: '    this.#end(code);\n',
    replace: '',
  },
  {
    bug: 'waits for another try are left out',
    file: 'tracing/request-spans.ts',
    find: "    if (this.#failedMs !== undefined) this.#begin('wait', {}, this.#failedMs);\n",
    replace: '',
  },
  {
    bug: 'what waits is lost at the end',
    file: 'tracing/open-telemetry.ts',
    find: 'this.#provider.shutdown().catch(() => {})',
    replace: 'Promise.resolve()',
  },
];

describe('a request that is followed', () => {
  it('is told of whole, with each of its tries', async () => {
    await isFollowed(startTracing);
  });

  it.each(bugs)('is not when $bug', async (mutant) => {
    using plantation = new Plantation();
    const room = await plantation.plant<typeof telemetryRoom>('telemetry', mutant);
    await expect(isFollowed(room.startTracing)).rejects.toThrow();
  });
});
