import { SignalboxError } from '../../kernel/index.ts';

type Kind = 'query' | 'insert' | 'update' | 'delete';

const words: Readonly<Record<Kind, readonly string[]>> = {
  query: ['SELECT', 'WITH', 'VALUES', 'EXPLAIN', 'PRAGMA', 'SHOW'],
  insert: ['INSERT', 'REPLACE', 'WITH'],
  update: ['UPDATE', 'WITH'],
  delete: ['DELETE', 'WITH'],
};

/** A statement does what the name of its operation says. @throws BAD_ARGUMENT */
export function checkKind(kind: Kind, sql: string): void {
  const [, word = ''] = /^\s*(\w+)/.exec(sql) ?? [];
  if (words[kind].includes(word.toUpperCase())) return;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `${kind} takes a statement that begins with ${words[kind].join(' or ')}, not '${word}'`,
  );
}
