import { describe, expect, it } from 'vitest';
import * as links from '../../src/links/index.ts';
import type { LinkFaultRule, ReportedError } from '../../src/links/index.ts';
import * as ports from '../../src/ports/index.ts';
import { Plantation } from '../support/plantation.ts';
import type { Mutant } from '../support/plantation.ts';
import { recordProof } from '../support/proof.ts';
import { checkRecovery } from './check-recovery.ts';
import type { CheckedParts, LinkFaultCase } from './check-recovery.ts';

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

/** A bug in the source of a room, and a fault that shows it. */
interface PlantedBug extends Mutant {
  readonly room: 'links' | 'ports';
  readonly shownBy: LinkFaultCase;
}

const usbAtRead: LinkFaultCase = {
  rule: adapterFault('read', { errno: 'EIO' }),
  hits: 'read',
  code: 'LINK_USB',
  isOfLink: true,
};

const bugs: readonly PlantedBug[] = [
  {
    bug: 'the numbers of adapter errors are not known',
    room: 'links',
    file: 'link-error.ts',
    find: 'if (adapterErrors.includes(errno))',
    replace: 'if (false)',
    shownBy: usbAtRead,
  },
  {
    bug: 'the texts of adapter errors are not known',
    room: 'links',
    file: 'link-error.ts',
    find: 'if (adapterTexts.some((known) => lower.includes(known)))',
    replace: 'if (false)',
    shownBy: { ...usbAtRead, rule: adapterFault('open', { text: 'Device not configured' }) },
  },
  {
    bug: 'a network has an adapter',
    room: 'links',
    file: 'link-error.ts',
    find: "if (medium === 'network') return",
    replace: 'if (false) return',
    shownBy: {
      ...usbAtRead,
      rule: repeated(reported('write', 'ECONNRESET')),
      medium: 'network',
      code: 'LINK_COMMUNICATION',
    },
  },
  {
    bug: 'what took too long is no matter of time',
    room: 'links',
    file: 'link-error.ts',
    find: "ETIMEDOUT: 'LINK_TIMEOUT',\n  ESOCK",
    replace: 'ESOCK',
    shownBy: { ...usbAtRead, rule: repeated(reported('read', 'ETIMEDOUT')), code: 'LINK_TIMEOUT' },
  },
  {
    bug: 'after a malformed reply the wire is not brought into step',
    room: 'ports',
    file: 'conductor.ts',
    find: 'if (!replyOutstanding.includes(error.code)',
    replace: "if (error.code === 'REPLY_MALFORMED'",
    shownBy: {
      rule: { at: 'read', fault: { kind: 'garble' }, times: 1 },
      hits: 'read',
      code: 'REPLY_MALFORMED',
      isOfLink: false,
    },
  },
  {
    bug: 'a link that broke is not opened again',
    room: 'ports',
    file: 'link-keeper.ts',
    find: 'void this.#comeBack(error);',
    replace: '',
    shownBy: usbAtRead,
  },
  {
    bug: 'a link that could not be opened is not tried again',
    room: 'ports',
    file: 'link-keeper.ts',
    find: 'this.#timer = this.#clock.schedule(delayMs, () => this.open());',
    replace: '',
    shownBy: { ...usbAtRead, rule: adapterFault('open', { errno: 'ENODEV' }) },
  },
  {
    bug: 'failures of the link are not counted',
    room: 'ports',
    file: 'port-record.ts',
    find: '(this.#linkFailures[code] ?? 0) + 1',
    replace: '0',
    shownBy: usbAtRead,
  },
  {
    bug: 'a write is repeated as a read is',
    room: 'ports',
    file: 'settlement.ts',
    find: "repeat === 'safe' && isTransient(error)",
    replace: "(isTransient(error) || error.code === 'OUTCOME_UNKNOWN')",
    shownBy: { ...usbAtRead, hits: 'write' },
  },
  {
    bug: 'a read is not repeated',
    room: 'ports',
    file: 'settlement.ts',
    find: "repeat === 'safe' && isTransient(error)",
    replace: 'false',
    shownBy: usbAtRead,
  },
  {
    bug: 'a write that is not taken is cut off, and the link kept',
    room: 'ports',
    file: 'wire.ts',
    find: '    if (this.#isBroken || this.#life.signal.aborted) return;',
    replace: "    if (this.#isBroken || failure.code === 'LINK_TIMEOUT') return;",
    shownBy: {
      ...usbAtRead,
      rule: { at: 'write', fault: { kind: 'hang' }, times: 1 },
      code: 'LINK_TIMEOUT',
    },
  },
];

async function partsWith(plantation: Plantation, bug: PlantedBug): Promise<CheckedParts> {
  if (bug.room === 'ports') {
    return { links, ports: await plantation.plant<CheckedParts['ports']>('ports', bug) };
  }
  return { ports, links: await plantation.plant<CheckedParts['links']>('links', bug) };
}

describe('the check of recovery', () => {
  let caught = 0;

  it.each(bugs)('shows when $bug', async (bug) => {
    using plantation = new Plantation();
    expect(await checkRecovery(bug.shownBy)).toEqual([]);
    expect(await checkRecovery(bug.shownBy, await partsWith(plantation, bug))).not.toEqual([]);
    caught += 1;
  });

  it('shows all that was planted', () => {
    expect(caught).toBe(bugs.length);
    recordProof({
      promise: 'A write is never repeated unless that is harmless; links recover',
      test: 'an error of the adapter … is known as usb and got over',
      count: checks,
      planted: bugs.length,
      caught,
    });
  });
});
