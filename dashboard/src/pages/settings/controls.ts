// How one value is edited: what fits its type, its limits and its unit.
import { make } from '../../parts/elements.ts';
import { choicesOf, kindOf, limitsOf, unitOf, variantsOf } from './schema.ts';
import { isTable } from './values.ts';
import type { Form } from './form.ts';
import type { Schema } from './schema.ts';

interface Place {
  readonly id: string;
  readonly path: readonly string[];
  readonly schema: Schema;
  readonly form: Form;
  readonly isRequired: boolean;
  readonly mark: () => void;
}

interface Control {
  readonly element: HTMLElement;
  readonly help: string;
  readonly isGroup: boolean;
}

/** What is edited with, and what helps to do it. */
export function control(place: Place): Control {
  const { schema, path, form } = place;
  const kind = kindOf(schema);
  const fallback = form.draft.fallback(path) ?? schema.default;
  const own = form.draft.value(path);
  const help = [schema.description, limitsOf(schema), defaultWords(own, fallback, kind)]
    .filter((each) => each !== undefined && each !== '')
    .join(' · ');
  switch (kind) {
    case 'choice':
      return { element: select(place, fallback), help, isGroup: false };
    case 'switch':
      return { element: checkBox(place, fallback), help, isGroup: false };
    case 'days':
      return { element: checkBoxes(place, fallback), help, isGroup: true };
    case 'lines':
      return {
        element: lines(place, fallback),
        help: `${help === '' ? '' : `${help} · `}one a line`,
        isGroup: false,
      };
    case 'json':
      return {
        element: json(place, fallback),
        help: `${help === '' ? '' : `${help} · `}JSON`,
        isGroup: false,
      };
    default:
      return { element: input(place, kind, fallback), help, isGroup: false };
  }
}

function defaultWords(own: unknown, fallback: unknown, kind: string) {
  if (own === undefined || fallback === undefined || own === fallback) return '';
  return kind === 'number' || kind === 'text' ? 'empty for the default' : '';
}

/**
 * Tells of a change.
 * @param value undefined for the default
 */
function put({ form, path, mark }: Place, value: unknown): void {
  form.draft.set(path, value);
  mark();
  form.changed();
}

/** What all controls have. */
function common({ id, form, isRequired }: Place) {
  return {
    id,
    disabled: form.isReadOnly,
    'aria-describedby': `${id}-help ${id}-problem`,
    'aria-required': isRequired ? 'true' : undefined,
  };
}

function input(place: Place, kind: string, fallback: unknown) {
  const { path, schema, form } = place;
  const own = form.draft.value(path);
  const isKept = isTable(own);
  const [only = {}] = variantsOf(schema);
  const unit = unitOf(path.at(-1) ?? '');
  const isNumber = kind === 'number';
  const made = make('input', {
    ...common(place),
    type: isKept ? 'password' : isNumber ? 'number' : 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    value: isKept || own === undefined ? '' : shown(own),
    placeholder: isKept ? 'kept secret; type to replace it' : shown(fallback),
    ...(isNumber
      ? {
          step: only.type === 'integer' ? '1' : 'any',
          inputmode: only.type === 'integer' ? 'numeric' : 'decimal',
          min: limit(only.minimum),
          max: limit(only.maximum),
        }
      : {}),
  });
  made.addEventListener('input', () => {
    if (isKept && made.value === '') put(place, own);
    else put(place, made.value === '' ? undefined : typed(made, kind));
  });
  return unit === undefined
    ? made
    : make('span', { class: 'with-unit' }, made, make('span', { class: 'soft' }, unit));
}

function limit(value: number | undefined) {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER
    ? undefined
    : String(value);
}

function typed(field: HTMLInputElement, kind: string) {
  if (kind === 'number')
    return Number.isNaN(field.valueAsNumber) ? field.value : field.valueAsNumber;
  if (kind !== 'scalar') return field.value;
  if (/^(?:true|false)$/.test(field.value)) return field.value === 'true';
  const number = Number(field.value);
  return field.value.trim() !== '' && Number.isFinite(number) ? number : field.value;
}

function select(place: Place, fallback: unknown) {
  const { path, schema, form, isRequired } = place;
  const own = form.draft.value(path);
  const choices = choicesOf(schema) ?? [];
  const none = fallback === undefined ? '–' : `${shown(fallback)} (default)`;
  const made = make(
    'select',
    common(place),
    ...(isRequired && own !== undefined ? [] : [make('option', { value: '' }, none)]),
    ...choices.map((choice) =>
      make('option', { value: JSON.stringify(choice), selected: choice === own }, String(choice)),
    ),
  );
  made.addEventListener('change', () =>
    put(place, made.value === '' ? undefined : JSON.parse(made.value)),
  );
  return made;
}

function checkBox(place: Place, fallback: unknown) {
  const own = place.form.draft.value(place.path);
  const made = make('input', {
    ...common(place),
    type: 'checkbox',
    checked: (own ?? fallback) === true,
  });
  made.addEventListener('change', () => put(place, made.checked));
  return made;
}

/** Any of a few: the days of a week. */
function checkBoxes(place: Place, fallback: unknown) {
  const { id, path, schema, form } = place;
  const own = form.draft.value(path) ?? fallback;
  const chosen = Array.isArray(own) ? own : [];
  const choices = choicesOf(schema.items ?? {}) ?? [];
  const boxes = choices.map((choice, at) => {
    const box = make('input', {
      type: 'checkbox',
      id: at === 0 ? id : undefined,
      checked: chosen.includes(choice),
      disabled: form.isReadOnly,
    });
    return { choice, box };
  });
  const made = make(
    'div',
    { class: 'row', role: 'group', 'aria-labelledby': `${id}-label` },
    ...boxes.map(({ choice, box }) => make('label', { class: 'inline' }, box, String(choice))),
  );
  made.addEventListener('change', () =>
    put(
      place,
      boxes.filter(({ box }) => box.checked).map(({ choice }) => choice),
    ),
  );
  return made;
}

/** A list of texts or numbers. */
function lines(place: Place, fallback: unknown) {
  const { path, schema, form } = place;
  const own = form.draft.value(path);
  const items = Array.isArray(own) ? own : [];
  const isNumbers = kindOf(schema.items ?? {}) === 'number';
  const made = make(
    'textarea',
    {
      ...common(place),
      rows: String(Math.max(1, items.length)),
      spellcheck: 'false',
      placeholder: Array.isArray(fallback) ? fallback.join('\n') : '',
    },
    items.join('\n'),
  );
  made.addEventListener('input', () => {
    const texts = made.value.split('\n').filter((line) => line.trim() !== '');
    const value = isNumbers
      ? texts.map((text) => (Number.isNaN(Number(text)) ? text : Number(text)))
      : texts;
    put(place, value.length === 0 ? undefined : value);
  });
  return made;
}

function json(place: Place, fallback: unknown) {
  const own = place.form.draft.value(place.path);
  const made = make(
    'textarea',
    {
      ...common(place),
      rows: '3',
      spellcheck: 'false',
      class: 'code',
      placeholder: fallback === undefined ? '' : JSON.stringify(fallback),
    },
    own === undefined ? '' : JSON.stringify(own, undefined, 1),
  );
  made.addEventListener('input', () => {
    try {
      put(place, made.value.trim() === '' ? undefined : JSON.parse(made.value));
      made.setCustomValidity('');
    } catch {
      made.setCustomValidity('This is no JSON.');
    }
  });
  made.addEventListener('blur', () => made.reportValidity());
  return made;
}

function shown(value: unknown) {
  if (value === undefined || value === '') return '';
  return typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value);
}
