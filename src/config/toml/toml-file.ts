import { parseDocument, patch } from '@decimalturn/toml-patch';
import { SignalboxError } from '../../kernel/index.ts';
import { Lines } from '../lines.ts';
import { frozen, isSame, isTable } from '../store/table.ts';
import type { KeyPath, Table } from '../store/table.ts';
import { editSections } from './toml-edit.ts';
import { sectionsOf } from './toml-section.ts';
import type { Section } from './toml-section.ts';

/** A TOML text with what it says. Never changed: an edit makes another one. */
export class TomlFile {
  readonly text: string;
  readonly value: Table;
  readonly #sections: readonly Section[];
  #lines: Lines | undefined;

  private constructor(text: string, value: Table, sections: readonly Section[]) {
    this.text = text;
    this.value = value;
    this.#sections = sections;
  }

  /** @param path names it in errors. @throws CONFIG_UNREADABLE with the line */
  static parse(text: string, path: string): TomlFile {
    try {
      const { sections, value } = sectionsOf(text);
      if (hasPrototypeKey(value)) throw new PrototypeKeyError(text);
      return new TomlFile(text, frozen(value), sections);
    } catch (cause) {
      const { line } = cause as { line?: number };
      const [first = '', ...rest] = (cause as Error).message.split('\n');
      const reason = rest.at(-1) ?? first;
      throw new SignalboxError('CONFIG_UNREADABLE', `${path}:${line ?? 1}: ${reason}`, {
        details: { path, line },
        cause,
      });
    }
  }

  /** The line of a value, or of the innermost table around it that is there. */
  lineOf(path: KeyPath): number {
    this.#lines ??= new Lines(parseDocument(this.text));
    return this.#lines.of(path);
  }

  /**
   * The text that says `value`, in which only what differs has changed: comments, order and layout of
   * all else stay. What is taken away takes its own comments along.
   * @throws INTERNAL when no text was found that says exactly that
   */
  edit(value: Table): { readonly file: TomlFile; readonly removedComments: readonly string[] } {
    if (isSame(this.value, value)) return { file: this, removedComments: [] };
    const sections = this.#edited(value);
    const text = sections.map((each) => each.text).join('');
    const kept = new Set(sections);
    const before = this.#sections.filter((each) => !kept.has(each));
    const known = new Set(this.#sections);
    const after = sections.filter((each) => !known.has(each));
    return {
      file: new TomlFile(text, frozen(value), sections),
      removedComments: missing(commentsOf(before), commentsOf(after)),
    };
  }

  /** By sections, which is exact and quick; a layout that this cannot do is left to the whole editor. */
  #edited(value: Table): readonly Section[] {
    try {
      return editSections(this.#sections, this.value, value);
    } catch {
      return editWhole(this.text, value);
    }
  }
}

/** What this key sets is no setting, but what all objects have. */
const prototypeKey = '__proto__';

class PrototypeKeyError extends Error {
  readonly line: number;

  constructor(text: string) {
    super(`${prototypeKey} is no key of a configuration`);
    this.line = text.slice(0, Math.max(0, text.indexOf(prototypeKey))).split('\n').length;
  }
}

/** Whether such a key is anywhere in a value; a parser may have taken it for the prototype of a table. */
function hasPrototypeKey(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasPrototypeKey);
  if (!isTable(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Object.hasOwn(value, prototypeKey)) return true;
  if (prototype !== null && prototype !== Object.prototype) return true;
  return Object.values(value).some(hasPrototypeKey);
}

/** Edits the text as a whole. */
function editWhole(text: string, value: Table): readonly Section[] {
  const { sections, value: read } = sectionsOf(patch(text, value));
  if (isSame(read, value)) return sections;
  throw new SignalboxError('INTERNAL', 'a change of the configuration would not read back');
}

function commentsOf(sections: readonly Section[]): string[] {
  return sections.flatMap(({ comments }) => comments);
}

function missing(before: readonly string[], after: readonly string[]): string[] {
  const left = [...after];
  return before.filter((comment) => {
    const at = left.indexOf(comment);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
