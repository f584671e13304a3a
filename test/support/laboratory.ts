import { SignalboxError, systemClock } from '../../src/kernel/index.ts';
import type { Clock } from '../../src/kernel/index.ts';
import { Instrument } from '../../src/instruments/index.ts';
import type { Action, Driver, Identity, Parameter, Value } from '../../src/instruments/index.ts';
import { Port } from '../../src/ports/index.ts';
import type { Transaction } from '../../src/ports/index.ts';
import { mapReply } from '../../src/protocols/index.ts';
import type { Directory, Door } from '../../src/doors/door.ts';
import { ask } from './line-transaction.ts';
import { MemoryBench } from './memory-link.ts';

const parameters: readonly Parameter[] = [
  { name: 'voltage', title: 'Voltage', number: 1, type: 'float', access: 'read', unit: 'V' },
  {
    name: 'level',
    title: 'Level',
    number: 2,
    type: 'integer',
    access: 'read-write',
    minimum: 0,
    maximum: 100,
  },
  { name: 'reset', title: 'Reset', type: 'boolean', access: 'write' },
];

/** A driver for an instrument that speaks in lines. */
class LineDriver implements Driver {
  readonly family = 'line';
  readonly parameters = parameters;
  readonly actions: readonly Action[] = [
    {
      name: 'count',
      title: 'Counts up to a number',
      arguments: [{ name: 'to', title: 'How far', type: 'integer', access: 'write' }],
      run: async (values, context) => {
        const steps = Number(values['to']);
        for (let step = 1; step <= steps; step += 1) {
          await context.transact(this.query(`STEP ${step}`));
          context.progress(step / steps, `step ${step}`);
        }
        return steps;
      },
    },
  ];
  readonly scope: string;

  constructor(scope: string) {
    this.scope = scope;
  }

  parameter(nameOrNumber: string | number): Parameter | undefined {
    return parameters.find(({ name, number }) => name === nameOrNumber || number === nameOrNumber);
  }

  read(parameter: Parameter): Transaction<Value> {
    const { name } = parameter;
    const { scope } = this;
    const reply = ask(`${scope} GET ${name}`, { scope, repeat: 'safe' });
    return {
      ...reply,
      merge: { key: `${scope} ${name}` },
      attempt: () => {
        const { request, reader } = reply.attempt();
        if (reader === undefined) throw new SignalboxError('INTERNAL', 'no reader');
        return { request, reader: mapReply(reader, Number) };
      },
    };
  }

  write(parameter: Parameter, value: Value): Transaction<void> {
    const { name, minimum = 0, maximum = 1 } = parameter;
    if (Number(value) < minimum || Number(value) > maximum) {
      throw new SignalboxError('VALUE_OUT_OF_RANGE', `${name} is from ${minimum} to ${maximum}`);
    }
    const { scope } = this;
    return ask(`${scope} SET ${name} ${String(value)}`, { scope }) as Transaction<never>;
  }

  identify(): Transaction<Identity> {
    const { scope } = this;
    return ask(`${scope} ID`, { scope }) as unknown as Transaction<Identity>;
  }

  query(message: string): Transaction<string> {
    const { scope } = this;
    return ask(`${scope} ${message}`, { scope });
  }
}

/** A port with two instruments, `dmm` and `source`, on a scripted link. */
export interface Laboratory extends AsyncDisposable {
  readonly bench: MemoryBench;
  readonly port: Port;
  readonly directory: Directory & { readonly doors: Door[] };
}

/** @param clock by which leases and waits end */
export function laboratory(clock: Clock = systemClock): Laboratory {
  const values = new Map<string, string>([['level', '7']]);
  const bench = new MemoryBench((request, side) => {
    const [, verb, name = '', value = ''] = request.trim().split(' ');
    if (verb === 'SILENT') return;
    if (verb === 'SET') values.set(name, value);
    const shown = verb === 'GET' ? (values.get(name) ?? '1.5') : request.trim();
    setTimeout(() => side.reply(`${shown}\n`), 1);
  });
  const port = new Port({ name: 'bus', link: bench, clock });
  port.open();
  const instruments = ['dmm', 'source'].map(
    (name, index) => new Instrument({ name, driver: new LineDriver(`node-${index}`), port }),
  );
  return {
    bench,
    port,
    directory: {
      ports: new Map([[port.name, port]]),
      instruments: new Map(instruments.map((instrument) => [instrument.name, instrument])),
      doors: [],
      subsystems: () => [],
    },
    [Symbol.asyncDispose]: async () => await port.close(),
  };
}
