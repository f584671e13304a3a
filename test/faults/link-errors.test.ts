import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../src/kernel/index.ts';
import type { ErrorCode } from '../../src/kernel/index.ts';
import type { Link, LinkFactory, LinkFaultRule, ReportedError } from '../../src/links/index.ts';
import { recordProof } from '../support/proof.ts';
import { checkRecovery } from './check-recovery.ts';
import type { LinkFaultCase, Sabotage } from './check-recovery.ts';

/** The errors of an adapter that programs with several threads on one port run into. */
const adapterErrors: readonly { readonly text: string; readonly errno: string }[] = [
  { text: 'Bad file descriptor', errno: 'EBADF' },
  { text: 'Device not configured', errno: 'ENXIO' },
  { text: 'No such device', errno: 'ENODEV' },
  { text: 'Resource temporarily unavailable', errno: 'EAGAIN' },
  { text: 'Connection aborted', errno: 'ECONNABORTED' },
];
const moments = ['open', 'read', 'write'] as const;
const both = ['read', 'write'] as const;

const adapterCases = adapterErrors.flatMap(({ text, errno }) =>
  moments.map((at) => ({ text, errno, at })),
);

type OtherCase = Omit<LinkFaultCase, 'hits' | 'rule'> & {
  readonly what: string;
  readonly rule: Pick<LinkFaultRule, 'at' | 'fault'>;
};

function reported(at: LinkFaultRule['at'], errno: string): OtherCase['rule'] {
  return { at, fault: { kind: 'error', error: { errno } } };
}

/** What other faults of a link are known as. */
const otherCases: readonly OtherCase[] = [
  ...moments.flatMap((at): OtherCase[] => [
    { what: 'EINVAL', rule: reported(at, 'EINVAL'), code: 'LINK_COMMUNICATION', isOfLink: true },
    {
      what: 'ECONNRESET of a network',
      rule: reported(at, 'ECONNRESET'),
      medium: 'network',
      code: 'LINK_COMMUNICATION',
      isOfLink: true,
    },
    { what: 'ETIMEDOUT', rule: reported(at, 'ETIMEDOUT'), code: 'LINK_TIMEOUT', isOfLink: true },
  ]),
  ...(
    [
      ['open', 'close', 'LINK_USB'],
      ['read', 'close', 'LINK_USB'],
      ['open', 'hang', 'LINK_TIMEOUT'],
      ['write', 'hang', 'LINK_TIMEOUT'],
      ['read', 'hang', 'INSTRUMENT_TIMEOUT'],
      ['read', 'short', 'INSTRUMENT_TIMEOUT'],
      ['write', 'short', 'INSTRUMENT_TIMEOUT'],
      ['write', 'garble', 'INSTRUMENT_TIMEOUT'],
      ['read', 'garble', 'REPLY_MALFORMED'],
    ] as const
  ).map(([at, kind, code]): OtherCase => ({
    what: kind,
    rule: { at, fault: { kind } } as OtherCase['rule'],
    code,
    isOfLink: code.startsWith('LINK_'),
  })),
];

/** Opening fails twice, so that the second failure of a spell is seen too. */
function repeated(rule: Pick<LinkFaultRule, 'at' | 'fault'>): LinkFaultRule {
  return { ...rule, times: rule.at === 'open' ? 2 : 1 } as LinkFaultRule;
}

function adapterFault(at: LinkFaultRule['at'], error: ReportedError): LinkFaultRule {
  return repeated({ at, fault: { kind: 'error', error } });
}

let checks = 0;

async function expectRecovery(fault: LinkFaultCase): Promise<void> {
  checks += 1;
  expect(await checkRecovery(fault), JSON.stringify(fault)).toEqual([]);
}

describe('an error of the adapter', () => {
  it.each(adapterCases)(
    '$text ($errno) at $at is known as usb and got over',
    async ({ text, errno, at }) => {
      for (const error of [{ errno }, { text: `OSError: ${text}` }]) {
        for (const hits of both) {
          const rule = adapterFault(at, error);
          await expectRecovery({ rule, hits, code: 'LINK_USB', isOfLink: true });
        }
      }
    },
  );
});

describe('a fault of a link', () => {
  it.each(otherCases)('$what at $rule.at is known as $code and got over', async (fault) => {
    for (const hits of both) await expectRecovery({ ...fault, rule: repeated(fault.rule), hits });
  });
});

/** Links of which each error is turned into another. */
function relabelled(turn: (error: unknown) => unknown): (links: LinkFactory) => LinkFactory {
  const rethrow = (error: unknown): never => {
    throw turn(error);
  };
  return (links) => ({
    address: links.address,
    create: (): Link => {
      const inner = links.create();
      return {
        address: inner.address,
        kind: inner.kind,
        open: async (signal) => await inner.open(signal).catch(rethrow),
        write: async (data, options) => await inner.write(data, options).catch(rethrow),
        read: async (signal) => await inner.read(signal).catch(rethrow),
        close: async () => await inner.close(),
      };
    },
  });
}

function asCode(code: ErrorCode): Sabotage {
  return { links: relabelled((error) => new SignalboxError(code, String(error))) };
}

/** The same link again after it broke. */
function reused(links: LinkFactory): LinkFactory {
  const only = links.create();
  return { address: links.address, create: () => only };
}

/** Links that send every request twice. */
function doubled(links: LinkFactory): LinkFactory {
  return {
    address: links.address,
    create: () => {
      const link = links.create();
      const write = link.write.bind(link);
      link.write = async (data, options) => {
        await write(data, options);
        await write(data, options);
      };
      return link;
    },
  };
}

const usbAtRead = adapterFault('read', { errno: 'EIO' });
const usb = { rule: usbAtRead, code: 'LINK_USB', isOfLink: true } as const;

/** One guard broken in each, and a fault that it guards against. */
const broken: readonly {
  readonly guard: string;
  readonly fault: Omit<LinkFaultCase, 'hits'>;
  readonly hits?: LinkFaultCase['hits'];
  readonly sabotage: Sabotage;
}[] = [
  { guard: 'usb taken for communication', fault: usb, sabotage: asCode('LINK_COMMUNICATION') },
  {
    guard: 'usb at the opening taken for an absent device',
    fault: { ...usb, rule: adapterFault('open', { errno: 'ENODEV' }) },
    sabotage: asCode('PORT_ABSENT'),
  },
  {
    guard: 'communication taken for usb',
    fault: {
      rule: adapterFault('write', { errno: 'EINVAL' }),
      code: 'LINK_COMMUNICATION',
      isOfLink: true,
    },
    sabotage: asCode('LINK_USB'),
  },
  {
    guard: 'a timeout taken for communication',
    fault: {
      rule: adapterFault('read', { errno: 'ETIMEDOUT' }),
      code: 'LINK_TIMEOUT',
      isOfLink: true,
    },
    sabotage: asCode('LINK_COMMUNICATION'),
  },
  {
    guard: 'a changed reply believed',
    fault: {
      rule: { at: 'read', fault: { kind: 'garble' }, times: 1 },
      code: 'REPLY_MALFORMED',
      isOfLink: false,
    },
    sabotage: { isCareless: true },
  },
  {
    guard: 'an error that nobody classed',
    fault: usb,
    sabotage: { links: relabelled((error) => new Error(String(error))) },
  },
  { guard: 'a link used again after it broke', fault: usb, sabotage: { links: reused } },
  { guard: 'a request sent twice', fault: usb, sabotage: { links: doubled } },
  { guard: 'a write repeated', fault: usb, hits: 'write', sabotage: { writesAre: 'safe' } },
  { guard: 'a read not repeated', fault: usb, sabotage: { readsAre: 'once' } },
];

describe('the check of recovery', () => {
  let caught = 0;

  it.each(broken)('finds $guard', async ({ fault, hits = 'read', sabotage }) => {
    const wrong = await checkRecovery({ ...fault, hits }, sabotage);
    expect(wrong).not.toEqual([]);
    caught += 1;
  });

  it('found every guard that was broken', () => {
    expect(caught).toBe(broken.length);
    recordProof({
      promise: 'A write is never repeated unless that is harmless; links recover',
      test: 'an error of the adapter … is known as usb and got over',
      count: checks,
      planted: broken.length,
      caught,
    });
  });
});
