import { parseConfig } from '../../config/index.ts';
import type { Config } from '../../config/index.ts';
import { checkSomebodyThere, needConsent } from '../consent.ts';
import type { Laboratory } from '../../gateway/index.ts';
import { textOf, withLaboratory, writeWhole } from './write-laboratory.ts';

/** A configuration that what is found is added to. */
export class LaboratoryFile {
  readonly path: string;
  /** What it has; undefined when there is no such file yet. */
  readonly config: Config | undefined;
  readonly #before: string | undefined;
  readonly #isAgreed: boolean;

  private constructor(
    path: string,
    facts: { readonly before: string | undefined; readonly isAgreed: boolean },
  ) {
    this.path = path;
    this.#before = facts.before;
    this.#isAgreed = facts.isAgreed || facts.before === undefined;
    this.config = facts.before === undefined ? undefined : parseConfig(facts.before, path);
  }

  /**
   * Reads it, when it is there.
   * @param isAgreed whether it may be added to without asking
   * @throws CONFIG_INVALID, CONFIG_UNREADABLE; BAD_ARGUMENT when nobody could be asked
   */
  static async open(path: string, isAgreed: boolean): Promise<LaboratoryFile> {
    const file = new LaboratoryFile(path, { before: await textOf(path), isAgreed });
    if (!file.#isAgreed) checkSomebodyThere(file.#question);
    return file;
  }

  /** @throws CANCELLED when the person does not want it; CONFIG_UNREADABLE */
  async add(laboratory: Laboratory, signal: AbortSignal): Promise<void> {
    const text = withLaboratory(this.#before, laboratory, this.path);
    if (!this.#isAgreed) await needConsent(this.#question, signal);
    await writeWhole(this.path, text, this.#before);
  }

  get #question(): string {
    return `${this.path} is there already. Add this to it?`;
  }
}
