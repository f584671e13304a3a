import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Emitter } from '../../src/kernel/index.ts';

interface Events {
  readonly said: string;
  readonly done: number;
}

describe('an emitter', () => {
  it('tells each listener of its event, in the order in which they came', () => {
    const emitter = new Emitter<Events>();
    const heard: string[] = [];
    emitter.on('said', (text) => heard.push(`first ${text}`));
    emitter.on('said', (text) => heard.push(`second ${text}`));
    emitter.on('done', () => heard.push('done'));
    emitter.emit('said', 'hello');
    expect(heard).toEqual(['first hello', 'second hello']);
  });

  it('tells nobody who was taken away, and knows when nobody listens', () => {
    const emitter = new Emitter<Events>();
    let heard = 0;
    expect(emitter.has('said')).toBe(false);
    {
      using _listener = emitter.on('said', () => (heard += 1));
      expect(emitter.has('said')).toBe(true);
      expect(emitter.has('done')).toBe(false);
    }
    expect(emitter.has('said')).toBe(false);
    emitter.emit('said', 'hello');
    expect(heard).toBe(0);
  });

  it('goes on with the next when one throws, and reports it', () => {
    const reported: unknown[] = [];
    const emitter = new Emitter<Events>((error, event) => reported.push([event, error]));
    const failure = new Error('no');
    let heard = 0;
    emitter.on('done', () => {
      throw failure;
    });
    emitter.on('done', () => (heard += 1));
    emitter.emit('done', 1);
    expect(heard).toBe(1);
    expect(reported).toEqual([['done', failure]]);
  });

  it('tells one that comes while an event is given out from the next event on', () => {
    const emitter = new Emitter<Events>();
    const heard: number[] = [];
    const again = (): void => {
      emitter.on('done', (value) => {
        heard.push(value);
        again();
      });
    };
    again();
    emitter.emit('done', 1);
    expect(heard).toEqual([1]);
    emitter.emit('done', 2);
    expect(heard).toEqual([1, 2, 2]);
  });

  it('tells one no more that goes while an event is given out', () => {
    const emitter = new Emitter<Events>();
    const heard: string[] = [];
    const stack = new DisposableStack();
    emitter.on('done', () => stack.dispose());
    stack.use(emitter.on('done', () => heard.push('gone')));
    emitter.on('done', () => heard.push('stays'));
    emitter.emit('done', 1);
    expect(heard).toEqual(['stays']);
  });

  it('counts the same function twice when it was added twice', () => {
    const emitter = new Emitter<Events>();
    let heard = 0;
    const listener = (): void => void (heard += 1);
    const first = emitter.on('done', listener);
    emitter.on('done', listener);
    emitter.emit('done', 1);
    expect(heard).toBe(2);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    emitter.emit('done', 1);
    expect(heard).toBe(3);
  });

  it('has exactly those listeners that came and did not go', () => {
    const steps = fc.array(fc.oneof(fc.constant('add'), fc.nat(20)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (all) => {
        const emitter = new Emitter<Events>();
        const heard = new Set<number>();
        const listening: { readonly number: number; readonly end: Disposable }[] = [];
        for (const [number, step] of all.entries()) {
          if (step === 'add') {
            const end = emitter.on('done', () => heard.add(number));
            listening.push({ number, end });
          } else {
            const [gone] = listening.splice(step % Math.max(1, listening.length), 1);
            gone?.end[Symbol.dispose]();
          }
          heard.clear();
          emitter.emit('done', 0);
          expect([...heard]).toEqual(listening.map((each) => each.number));
          expect(emitter.has('done')).toBe(listening.length > 0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
