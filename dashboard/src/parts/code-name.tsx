import type { JSX } from 'preact';

interface Properties {
  /** `INSTRUMENT_TIMEOUT` */
  readonly code: string;
  readonly isBad?: boolean;
}

/** The code of an error, which is broken between its words where there is no room. */
export function CodeName({ code, isBad = false }: Properties): JSX.Element {
  const [first = '', ...rest] = code.split('_');
  return (
    <code class={isBad ? 'name bad' : 'name'}>
      {first}
      {rest.map((word) => (
        <>
          _<wbr />
          {word}
        </>
      ))}
    </code>
  );
}
