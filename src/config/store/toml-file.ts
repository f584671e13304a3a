import { parseDocument, patch } from '@decimalturn/toml-patch';
import { SignalboxError } from '../../kernel/index.ts';
import { lineOf } from '../line-of.ts';
import { frozen, isSame } from './table.ts';
import type { KeyPath, Table } from './table.ts';

/** A TOML text with what it says. Never changed: an edit makes another one. */
export class TomlFile {
  readonly text: string;
  readonly value: Table;

  private constructor(text: string, value: Table) {
    this.text = text;
    this.value = value;
  }

  /** @param path names it in errors. @throws CONFIG_UNREADABLE with the line */
  static parse(text: string, path: string): TomlFile {
    try {
      return new TomlFile(text, frozen(parseDocument(text).toJsObject as Table));
    } catch (cause) {
      const { line } = cause as { line?: number };
      const [first = '', ...rest] = (cause as Error).message.split('\n');
      throw new SignalboxError(
        'CONFIG_UNREADABLE',
        `${path}:${line ?? 1}: ${rest.at(-1) ?? first}`,
        {
          details: { path, line },
          cause,
        },
      );
    }
  }

  /** The line of a value, or of the innermost table around it that is there. */
  lineOf(path: KeyPath): number {
    return lineOf(parseDocument(this.text), path);
  }

  /** The text in which only what differs between the two values has changed. */
  edit(value: Table): TomlFile {
    if (isSame(this.value, value)) return this;
    const text = patch(this.text, value);
    return new TomlFile(text, value);
  }
}
