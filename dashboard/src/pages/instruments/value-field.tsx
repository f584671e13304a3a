import type { JSX } from 'preact';

import type { ParameterReport } from '../../../../src/client/index.ts';

interface Properties {
  readonly id: string;
  readonly parameter: ParameterReport;
  readonly typed: string;
  readonly isInvalid: boolean;
  readonly describedBy: string;
  readonly change: (typed: string) => void;
}

/** The control that suits a parameter: a number, a choice, on or off, a text, bytes. */
export function ValueField({
  id,
  parameter,
  typed,
  isInvalid,
  describedBy,
  change,
}: Properties): JSX.Element {
  const { type, choices, texts, longest } = parameter;
  const common = { id, 'aria-describedby': describedBy, 'aria-invalid': isInvalid } as const;
  const options =
    type === 'boolean'
      ? [
          ['true', 'on'],
          ['false', 'off'],
        ]
      : choices === undefined
        ? texts?.map((text) => [text, text])
        : Object.entries(choices);
  if (options !== undefined) {
    const isKnown = options.some(([value]) => value === typed);
    return (
      <select
        {...common}
        value={typed}
        onChange={({ currentTarget }) => change(currentTarget.value)}
      >
        {!isKnown && <option value={typed}>{typed === '' ? 'choose' : typed}</option>}
        {options.map(([value = '', title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    );
  }
  const isNumber = type === 'integer' || type === 'float';
  return (
    <input
      {...common}
      // A field of numbers would swallow what it does not understand; the check tells of it.
      type="text"
      inputMode={type === 'integer' ? 'numeric' : isNumber ? 'decimal' : 'text'}
      class={isNumber ? 'number' : 'text'}
      autocomplete="off"
      spellcheck={false}
      value={typed}
      {...(type === 'string' && longest !== undefined ? { maxLength: longest } : {})}
      onInput={({ currentTarget }) => change(currentTarget.value)}
      onKeyDown={(event) => {
        if (!isNumber || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
        const next = stepped(parameter, typed, event.key === 'ArrowUp' ? 1 : -1);
        if (next === undefined) return;
        event.preventDefault();
        change(next);
      }}
    />
  );
}

/**
 * The next number up or down: by one for whole numbers, else by one of the last digit that was typed.
 * Stays within the limits.
 */
export function stepped(
  { type, minimum = -Infinity, maximum = Infinity }: ParameterReport,
  typed: string,
  direction: 1 | -1,
): string | undefined {
  const value = Number(typed);
  if (typed.trim() === '' || !Number.isFinite(value)) return undefined;
  const places = type === 'integer' ? 0 : (typed.split('.')[1]?.length ?? 0);
  const next = value + direction / 10 ** places;
  return Math.min(maximum, Math.max(minimum, next)).toFixed(Math.min(places, 20));
}
