import { parse, patch } from '@decimalturn/toml-patch';
import { SignalboxError } from '../../kernel/index.ts';
import { editsBetween, formatPath, isSame, isTable, valueAt, withValue } from '../store/table.ts';
import type { Edit, KeyPath, Table } from '../store/table.ts';
import { keyLiteral, literal } from './toml-literal.ts';
import { locations, sectionsOf } from './toml-section.ts';
import type { Row, Section } from './toml-section.ts';

/** Tables deeper than this are written in one line: `[ports.bus]`, and `options = { … }` in it. */
const headerDepthMost = 2;

/** The sections that say `after`, of those that say `before`. */
export function editSections(
  sections: readonly Section[],
  before: Table,
  after: Table,
): readonly Section[] {
  const editor = new Editor(sections);
  for (const edit of editsBetween(before, after)) {
    editor.apply(edit, valueAt(before, edit.path));
  }
  return editor.finish(after);
}

/** Changes sections one by one. */
class Editor {
  #sections: Section[];
  #places: readonly KeyPath[] | undefined;
  /** Whether more changed than values of rows: then the whole is read again. */
  #isRebuilt = false;

  constructor(sections: readonly Section[]) {
    this.#sections = [...sections];
  }

  apply({ path, value }: Edit, before: unknown): void {
    const row = this.#rowOn(path);
    if (row !== undefined) {
      this.#changeRow(row.index, row.row, path.slice(row.depth), value);
      return;
    }
    if (before !== undefined) {
      if (this.#editList(path, before, value)) return;
      this.#remove(path);
    }
    if (value !== undefined) this.#add(path, value);
  }

  finish(after: Table): readonly Section[] {
    if (!this.#isRebuilt) return this.#sections;
    const text = this.#sections.map((each) => each.text).join('');
    const { sections, value } = sectionsOf(text);
    if (isSame(value, after)) return sections;
    throw new SignalboxError('INTERNAL', 'a change of the configuration would not read back');
  }

  /** Where each section is, with the numbers of elements. */
  get #located(): readonly KeyPath[] {
    this.#places ??= [
      [],
      ...locations(this.#sections.flatMap(({ header }) => (header === undefined ? [] : [header]))),
    ];
    return this.#places;
  }

  /** The row whose value is at the path or around it. */
  #rowOn(path: KeyPath): { index: number; row: Row; depth: number } | undefined {
    for (const [index, place] of this.#located.entries()) {
      if (!startsWith(path, place)) continue;
      const rest = path.slice(place.length);
      const row = this.#sections[index]?.rows.find(({ key }) => startsWith(rest, key));
      if (row !== undefined) return { index, row, depth: place.length + row.key.length };
    }
    return undefined;
  }

  #changeRow(index: number, row: Row, inner: KeyPath, value: unknown): void {
    if (inner.length === 0 && value === undefined) {
      this.#removeRow(index, row);
      return;
    }
    const next = inner.length === 0 ? value : withValue(row.value, { path: inner, value });
    const section = this.#sections[index];
    if (section === undefined) return;
    const isScalar = row.kind !== 'inline' && !isTable(next) && !Array.isArray(next);
    if (isScalar) {
      const text = literal(next, row.kind === 'float');
      if (!isSame((parse(`v = ${text}\n`) as Table)['v'], next)) this.#isRebuilt = true;
      this.#replace(index, spliced(section, row, text, next));
      return;
    }
    const text = inlineText(section.text.slice(row.start, row.valueEnd), row.key, next);
    this.#isRebuilt = true;
    this.#rewrite(
      index,
      section.text.slice(0, row.start) + text + section.text.slice(row.valueEnd),
    );
  }

  /** A row goes with the comment behind it, and with those right above it that are for it alone. */
  #removeRow(index: number, row: Row): void {
    const section = this.#sections[index];
    if (section === undefined) return;
    const { text } = section;
    let from = row.lineStart;
    const next = text.slice(row.lineEnd);
    if (/^\s*(?:\r?\n|#|$)/.test(next)) {
      for (let line = lineBefore(text, from); line !== undefined; line = lineBefore(text, from)) {
        if (line.start < section.bodyStart || !/^\s*#/.test(line.text)) break;
        from = line.start;
      }
    }
    this.#isRebuilt = true;
    this.#rewrite(index, text.slice(0, from) + next);
  }

  /** Takes away all sections and rows of a table or a list of tables. */
  #remove(path: KeyPath): void {
    this.#isRebuilt = true;
    const places = this.#located;
    const gone = new Set(places.flatMap((place, index) => (startsWith(place, path) ? index : [])));
    for (const [index, place] of places.entries()) {
      if (gone.has(index) || !startsWith(path, place)) continue;
      const rest = path.slice(place.length);
      for (let found = true; found;) {
        const row = this.#sections[index]?.rows.find(({ key }) => startsWith(key, rest));
        found = row !== undefined;
        if (row !== undefined) this.#removeRow(index, row);
      }
    }
    this.#sections = this.#sections.filter((_, index) => index === 0 || !gone.has(index));
    this.#places = undefined;
  }

  /** Changes a list that is written as `[[path]]`, element by element. */
  #editList(path: KeyPath, before: unknown, after: unknown): boolean {
    if (!isTableList(before) || !isTableList(after) || after.length === 0) return false;
    if (!this.#located.some((place) => startsWith(place, [...path, '0']))) return false;
    let head = 0;
    while (head < before.length && head < after.length && isSame(before[head], after[head])) {
      head += 1;
    }
    let tail = 0;
    const least = Math.min(before.length, after.length) - head;
    while (tail < least && isSame(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
    const paired = Math.min(before.length, after.length) - head - tail;
    for (let at = head; at < head + paired; at += 1) {
      const one = before[at] ?? {};
      for (const edit of editsBetween(one, after[at] ?? {})) {
        const inner = [...path, String(at), ...edit.path];
        this.apply({ path: inner, value: edit.value }, valueAt(one, edit.path));
      }
    }
    for (let at = before.length - tail - 1; at >= head + paired; at -= 1) {
      this.#remove([...path, String(at)]);
    }
    for (let at = head + paired; at < after.length - tail; at += 1) {
      const index = this.#lastOf(at === 0 ? path : [...path, String(at - 1)]);
      const where = at === 0 ? this.#firstOf(path) : index + 1;
      this.#insert(where, blockOf(this.#headerOf(path), after[at] ?? {}, true));
    }
    return true;
  }

  #add(path: KeyPath, value: unknown): void {
    this.#isRebuilt = true;
    const parent = path.slice(0, -1);
    const dotted = this.#dottedIn(parent);
    if (dotted !== undefined) {
      this.#addRow(dotted.index, path.slice(dotted.depth), value, dotted.row);
      return;
    }
    const own = this.#located.findIndex((place) => isSame(place, parent));
    const asBlock =
      (isTable(value) && (path.length <= headerDepthMost || own === -1)) ||
      (isTableList(value) && value.length > 0 && path.length === 1);
    if (asBlock) {
      this.#addBlocks(path, value);
      return;
    }
    if (own >= 0) {
      this.#addRow(own, path.slice(-1), value);
      return;
    }
    // The table is there by its inner tables alone.
    const table = { [path.at(-1) ?? '']: value };
    this.#insert(this.#firstOf(parent), blockOf(this.#headerOf(parent), table, false));
  }

  #addBlocks(path: KeyPath, value: Table | readonly Table[]): void {
    let where = this.#lastOf(path.slice(0, -1)) + 1;
    // A list without elements has no place of its own.
    if (where === 0) where = this.#sections.length;
    for (const each of Array.isArray(value) ? value : [value]) {
      const text = blockOf(this.#headerOf(path), each as Table, Array.isArray(value));
      where += this.#insert(where, text);
    }
  }

  /** What a header says for a path: numbers of elements stand in none, it goes on from the last one. */
  #headerOf(path: KeyPath): KeyPath {
    let depth = 0;
    let header: KeyPath = [];
    for (const [index, place] of this.#located.entries()) {
      if (place.length <= depth || !startsWith(path, place)) continue;
      depth = place.length;
      header = this.#sections[index]?.header?.path ?? [];
    }
    return [...header, ...path.slice(depth)];
  }

  /** A section whose rows make up the table with dotted keys: `parent.name = …`. */
  #dottedIn(parent: KeyPath): { index: number; depth: number; row: Row } | undefined {
    for (const [index, place] of this.#located.entries()) {
      if (!startsWith(parent, place) || parent.length === place.length) continue;
      const rest = parent.slice(place.length);
      const row = this.#sections[index]?.rows.findLast(({ key }) => startsWith(key, rest));
      if (row !== undefined) return { index, depth: place.length, row };
    }
    return undefined;
  }

  #addRow(index: number, key: KeyPath, value: unknown, after?: Row): void {
    const section = this.#sections[index];
    if (section === undefined) return;
    const { text, bodyStart, rows } = section;
    const newLine = newLineOf(this.#sections);
    const last = after ?? rows.at(-1);
    const line = `${keyLiteral(key)} = ${literal(value)}${newLine}`;
    if (last !== undefined) {
      const indent = text.slice(last.lineStart, last.start);
      this.#rewrite(index, insertedLine(text, last.lineEnd, indent + line, newLine));
      return;
    }
    if (section.header !== undefined) {
      this.#rewrite(index, insertedLine(text, bodyStart, line, newLine));
      return;
    }
    // The first setting of all stands below what is said of the whole file.
    const title = /^(?:[^\S\n]*#[^\n]*\n)+(?=[^\S\n]*\r?\n)/.exec(text)?.[0].length ?? 0;
    const isLast = title === 0 && text.trim() === '' && this.#sections.length === 1;
    const gap = isLast ? '' : newLine;
    this.#rewrite(
      index,
      text.slice(0, title) +
        (title > 0 ? newLine : '') +
        line +
        (title > 0 ? '' : gap) +
        text.slice(title),
    );
  }

  /** The last section of a table, with all that is in it; of the root the very last. */
  #lastOf(path: KeyPath): number {
    return this.#located.findLastIndex((place) => startsWith(place, path));
  }

  #firstOf(path: KeyPath): number {
    const first = this.#located.findIndex((place) => startsWith(place, path));
    return first < 0 ? this.#sections.length : first;
  }

  /** Puts a block between sections, with an empty line on both sides. Gives how many it is. */
  #insert(index: number, block: string): number {
    this.#isRebuilt = true;
    const newLine = newLineOf(this.#sections);
    let text = block.replaceAll('\n', newLine);
    if (index < this.#sections.length) text += newLine;
    const before = this.#sections[index - 1];
    const whole = this.#sections
      .slice(0, index)
      .map((each) => each.text)
      .join('');
    let gap = whole === '' || whole.endsWith('\n') ? '' : newLine;
    if (whole.trim() !== '' && !/(?:^|\n)\r?\n$/.test(whole)) gap += newLine;
    if (before !== undefined) {
      this.#sections[index - 1] = { ...before, text: before.text + gap };
    }
    const added = sectionsOf(text).sections.slice(1);
    this.#sections.splice(index, 0, ...added);
    this.#places = undefined;
    return added.length;
  }

  #replace(index: number, section: Section): void {
    this.#sections[index] = section;
  }

  /** Reads one section again. */
  #rewrite(index: number, text: string): void {
    const { sections } = sectionsOf(text);
    const header = this.#sections[index]?.header;
    const read = header === undefined ? sections[0] : sections[1];
    if (read === undefined || sections.length !== (header === undefined ? 1 : 2)) {
      throw new SignalboxError(
        'INTERNAL',
        `a change of ${formatPath(header?.path ?? [])} would not read back`,
      );
    }
    this.#sections[index] = read;
  }
}

function startsWith(path: KeyPath, start: KeyPath): boolean {
  return start.length <= path.length && start.every((part, at) => part === path[at]);
}

function isTableList(value: unknown): value is readonly Table[] {
  return Array.isArray(value) && value.every(isTable);
}

/** A section with one value other; places behind it move along. */
function spliced(section: Section, row: Row, text: string, value: unknown): Section {
  const by = text.length - (row.valueEnd - row.valueStart);
  const moved = (at: number): number => (at >= row.valueEnd ? at + by : at);
  return {
    ...section,
    text: section.text.slice(0, row.valueStart) + text + section.text.slice(row.valueEnd),
    rows: section.rows.map((each) => {
      if (each === row) {
        return {
          ...row,
          value,
          kind: each.kind,
          lineEnd: moved(row.lineEnd),
          valueEnd: moved(row.valueEnd),
        };
      }
      if (each.start < row.start) return each;
      return {
        ...each,
        lineStart: moved(each.lineStart),
        lineEnd: moved(each.lineEnd),
        start: moved(each.start),
        valueStart: moved(each.valueStart),
        valueEnd: moved(each.valueEnd),
      };
    }),
  };
}

/** `key = value` anew, in the layout that it had where that can be kept. */
function inlineText(before: string, key: KeyPath, value: unknown): string {
  try {
    const whole = withValue({}, { path: key, value }) as Table;
    const text = patch(`${before}\n`, whole).replace(/\r?\n$/, '');
    if (isSame(parse(text), whole)) return text;
  } catch {
    // What the editor cannot do in place is written in one line.
  }
  const [name = ''] = /^[^=]*=\s*/.exec(before) ?? [`${keyLiteral(key)} = `];
  return (/["']/.test(name) ? `${keyLiteral(key)} = ` : name) + literal(value);
}

/** A table with its header, and those in it. */
function blockOf(header: KeyPath, table: Table, isElement: boolean): string {
  const rows: string[] = [];
  const blocks: string[] = [];
  for (const [key, value] of Object.entries(table)) {
    const inner = [...header, key];
    if (isTable(value) && inner.length <= headerDepthMost && !isElement) {
      blocks.push(blockOf(inner, value, false));
    } else rows.push(`${keyLiteral([key])} = ${literal(value)}\n`);
  }
  const name = keyLiteral(header);
  const head = isElement ? `[[${name}]]\n` : `[${name}]\n`;
  const isBare = rows.length === 0 && blocks.length > 0;
  return (isBare ? [] : [head + rows.join('')]).concat(blocks).join('\n');
}

function newLineOf(sections: readonly Section[]): string {
  return sections.some(({ text }) => text.includes('\r\n')) ? '\r\n' : '\n';
}

function insertedLine(text: string, at: number, line: string, newLine: string): string {
  const before = text.slice(0, at);
  return before + (before === '' || before.endsWith('\n') ? '' : newLine) + line + text.slice(at);
}

/** The line that ends where another begins. */
function lineBefore(text: string, at: number): { start: number; text: string } | undefined {
  if (at <= 0) return undefined;
  const start = text.lastIndexOf('\n', at - 2) + 1;
  return { start, text: text.slice(start, at) };
}
