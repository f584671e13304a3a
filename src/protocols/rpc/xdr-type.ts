import { SignalboxError } from '../../kernel/index.ts';
import type { XdrReader } from './xdr-reader.ts';
import type { XdrWriter } from './xdr-writer.ts';

/** How values of one type go over the wire, both ways. */
export interface XdrType<Value> {
  /** @throws LINK_PROTOCOL when what comes is no such value */
  read(reader: XdrReader): Value;
  /** @throws VALUE_OUT_OF_RANGE when the value does not fit */
  write(writer: XdrWriter, value: Value): void;
}

/** Nothing: procedures without arguments or results. Section 4.16. */
export const xdrVoid: XdrType<undefined> = {
  read: () => undefined,
  write: () => {},
};

export const xdrInt: XdrType<number> = {
  read: (reader) => reader.int(),
  write: (writer, value) => writer.int(value),
};

export const xdrUnsigned: XdrType<number> = {
  read: (reader) => reader.unsigned(),
  write: (writer, value) => writer.unsigned(value),
};

export const xdrHyper: XdrType<bigint> = {
  read: (reader) => reader.hyper(),
  write: (writer, value) => writer.hyper(value),
};

export const xdrUnsignedHyper: XdrType<bigint> = {
  read: (reader) => reader.unsignedHyper(),
  write: (writer, value) => writer.unsignedHyper(value),
};

export const xdrBool: XdrType<boolean> = {
  read: (reader) => reader.bool(),
  write: (writer, value) => writer.bool(value),
};

/** Opaque data behind its length. @param most bytes that there may be */
export function xdrOpaque(most: number): XdrType<Uint8Array> {
  return {
    read: (reader) => reader.opaque(most),
    write: (writer, value) => writer.opaque(value, most),
  };
}

/** Opaque data of a length that both sides know. */
export function xdrFixedOpaque(bytes: number): XdrType<Uint8Array> {
  return {
    read: (reader) => reader.fixedOpaque(bytes),
    write(writer, value) {
      if (value.length !== bytes) throw misfit(`${value.length} bytes where ${bytes} are due`);
      writer.fixedOpaque(value);
    },
  };
}

/** A string behind its length. @param most bytes that there may be */
export function xdrString(most: number): XdrType<string> {
  return {
    read: (reader) => reader.string(most),
    write: (writer, value) => writer.string(value, most),
  };
}

/** Names for numbers; another number is an error. Section 4.3. */
export function xdrEnum<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
): XdrType<Name> {
  const names = new Map(Object.entries<number>(numbers).map(([name, number]) => [number, name]));
  return {
    read(reader) {
      const number = reader.int();
      const name = names.get(number);
      if (name !== undefined) return name as Name;
      const known = [...names].map(([number, name]) => `${number} (${name})`).join(', ');
      throw new SignalboxError('LINK_PROTOCOL', `XDR data: ${number} is none of ${known}`);
    },
    write: (writer, value) => writer.int(numbers[value]),
  };
}

/** Items behind their number. Section 4.13. @param most items that there may be */
export function xdrArray<Item>(item: XdrType<Item>, most: number): XdrType<readonly Item[]> {
  return {
    read(reader) {
      const items: Item[] = [];
      for (let left = reader.count(most); left > 0; left -= 1) items.push(item.read(reader));
      return items;
    },
    write(writer, items) {
      writer.count(items.length, most);
      for (const each of items) item.write(writer, each);
    },
  };
}

/** Items of which each is announced by a truth value: optional data that chains. Section 4.19. */
export function xdrList<Item>(item: XdrType<Item>, most: number): XdrType<readonly Item[]> {
  return {
    read(reader) {
      const items: Item[] = [];
      while (reader.bool()) {
        if (items.length === most) {
          throw new SignalboxError('LINK_PROTOCOL', `XDR data: a list of more than ${most} items`);
        }
        items.push(item.read(reader));
      }
      return items;
    },
    write(writer, items) {
      if (items.length > most) throw misfit(`a list of ${items.length} where ${most} is the most`);
      for (const each of items) {
        writer.bool(true);
        item.write(writer, each);
      }
      writer.bool(false);
    },
  };
}

/** Fields one after the other, in the order in which they are named here. Section 4.14. */
export function xdrStruct<Struct extends object>(fields: {
  readonly [Name in keyof Struct]-?: XdrType<Struct[Name]>;
}): XdrType<Struct> {
  const entries = Object.entries(fields) as [keyof Struct, XdrType<Struct[keyof Struct]>][];
  return {
    read(reader) {
      const struct: Partial<Struct> = {};
      for (const [name, type] of entries) struct[name] = type.read(reader);
      return struct as Struct;
    },
    write(writer, value) {
      for (const [name, type] of entries) type.write(writer, value[name]);
    },
  };
}

function misfit(what: string): SignalboxError {
  return new SignalboxError('VALUE_OUT_OF_RANGE', what);
}
