import type { Owner } from '../kernel/index.ts';
import type { Port } from '../ports/index.ts';

/** Does what a client of a session asked for, in a span of its own where what is asked is followed. */
export async function inSession<Result>(
  { tracer, name }: Port,
  by: Owner,
  label: string,
  run: () => Promise<Result>,
): Promise<Result> {
  if (tracer === undefined) return await run();
  const attributes = {
    'signalbox.port': name,
    'signalbox.request': label,
    'signalbox.owner.program': by.program,
    'signalbox.owner.door': by.door,
  };
  return await tracer.within(`session ${by.door}`, attributes, run);
}
