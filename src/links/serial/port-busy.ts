import { SignalboxError, sleep, systemClock } from '../../kernel/index.ts';
import { describeOpenProgram, findOpenPrograms } from '../linux/open-programs.ts';
import type { OpenProgram } from '../linux/open-programs.ts';

/** A program that is still there after so long has the device open; others only looked in. */
const secondLookMs = 50;

/**
 * Makes sure that no other program has the device open, without touching it. A program that takes no
 * lock would not keep us out, but each of the two would take bytes that are for the other.
 * @throws PORT_BUSY, CANCELLED
 */
export async function checkFree(path: string, address: string, signal: AbortSignal): Promise<void> {
  const first = await rivals(path);
  if (first.length === 0) return;
  await sleep(systemClock, secondLookMs, signal);
  const second = await rivals(path);
  const held = second.filter(({ pid }) => first.some((program) => program.pid === pid));
  if (held.length > 0) throw heldBy(held, address);
}

/** PORT_BUSY with the programs that hold the device: in words, and as `details.holders`. */
export async function portBusyError(path: string, address: string): Promise<SignalboxError> {
  const { programs, hidden } = await findOpenPrograms(path);
  const others = programs.filter(({ isOtherEnd }) => !isOtherEnd);
  // Whoever stands for the device may hold its client's side as well, as we ourselves may.
  const holders = others.length > 0 ? others : programs;
  if (holders.length > 0) return heldBy(holders, address);
  const details = { address, holders };
  if (hidden > 0) {
    return new SignalboxError(
      'PORT_BUSY',
      `${address} is held by a program of another user, which this user may not see`,
      {
        details,
        nextStep: `See who holds it with \`sudo fuser -v ${path}\`, and stop that program.`,
      },
    );
  }
  return new SignalboxError('PORT_BUSY', `${address} is held by another program`, { details });
}

async function rivals(path: string): Promise<readonly OpenProgram[]> {
  const { programs } = await findOpenPrograms(path);
  // What this process has open already is found by its lock.
  return programs.filter(({ pid, isOtherEnd }) => pid !== process.pid && !isOtherEnd);
}

function heldBy(holders: readonly OpenProgram[], address: string): SignalboxError {
  const who = holders.map(describeOpenProgram).join(', ');
  return new SignalboxError('PORT_BUSY', `${address} is held by ${who}`, {
    details: { address, holders },
    nextStep: 'Stop that program, or give it a virtual port of the gateway.',
  });
}
