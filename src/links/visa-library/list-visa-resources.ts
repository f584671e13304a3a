import { callSlots } from './call-slots.ts';
import { loadVisaLibrary } from './load-visa-library.ts';
import type { VisaLibrary } from './load-visa-library.ts';
import { visaStatus } from './codes.ts';
import { checkVisa, descriptionBytes, textOf } from './visa-error.ts';

/** More names than a laboratory has; what is beyond is left out. */
export const visaResourcesMost = 1_000;

export interface ListVisaResourcesOptions {
  /** @default the first of the usual names that this machine has */
  readonly libraryPath?: string;
  /** Which ones. VPP-4.3, section 4.4.1. @default '?*INSTR' */
  readonly expression?: string;
}

/**
 * The instruments that a VISA library finds, by their resource names.
 * @throws LINK_COMMUNICATION when there is no such library
 */
export async function listVisaResources({
  libraryPath,
  expression = '?*INSTR',
}: ListVisaResourcesOptions = {}): Promise<readonly string[]> {
  const library = await loadVisaLibrary(libraryPath);
  const wish = { resource: 'a search for instruments', isOpening: true };
  return await callSlots.run(wish, async () => await search(library, expression));
}

async function search(library: VisaLibrary, expression: string): Promise<readonly string[]> {
  const manager: [number] = [0];
  const opened = await library.call('viOpenDefaultRM', manager);
  const [rm] = manager;
  const about = { vi: rm, what: 'looking for instruments' };
  await checkVisa(library, opened, about);
  try {
    const [list, count]: [[number], [number]] = [[0], [0]];
    const name = Buffer.alloc(descriptionBytes);
    const found = await library.call('viFindRsrc', rm, expression, list, count, name);
    if (found === visaStatus.notFound) return [];
    await checkVisa(library, found, about);
    const names = [textOf(name)];
    const wanted = Math.min(count[0], visaResourcesMost);
    while (names.length < wanted) {
      const status = await library.call('viFindNext', list[0], name);
      if (status < 0) break;
      names.push(textOf(name));
    }
    await library.call('viClose', list[0]);
    return names;
  } finally {
    await library.call('viClose', rm);
  }
}
