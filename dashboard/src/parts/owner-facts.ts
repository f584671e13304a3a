import type { Owner } from '../../../src/kernel/index.ts';

/** The facts that tell one program from another of the same name. */
export function ownerFacts({ pid, user, host, door }: Owner): string {
  const facts = [
    pid === undefined ? undefined : `pid ${pid}`,
    user,
    host === undefined ? undefined : `at ${host}`,
    `by ${door}`,
  ];
  return facts.filter((fact) => fact !== undefined).join(' · ');
}
