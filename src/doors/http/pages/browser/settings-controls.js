// How one value is edited: what fits its type, its limits and its unit.
import { make } from './elements.js';
import { choicesOf, kindOf, limitsOf, unitOf, variantsOf } from './settings-schema.js';
import { isTable } from './settings-values.js';

/**
 * @typedef {import('./settings-form.js').Form} Form
 * @typedef {import('./settings-schema.js').Schema} Schema
 * @typedef {{
 *   id: string, path: readonly string[], schema: Schema, form: Form, isRequired: boolean, mark: () => void,
 * }} Place
 * @typedef {{ element: HTMLElement, help: string, isGroup: boolean }} Control
 */

/**
 * What is edited with, and what helps to do it.
 *
 * @param {Place} place
 * @returns {Control}
 */
export function control(place) {
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

/**
 * @param {unknown} own
 * @param {unknown} fallback
 * @param {string} kind
 */
function defaultWords(own, fallback, kind) {
  if (own === undefined || fallback === undefined || own === fallback) return '';
  return kind === 'number' || kind === 'text' ? 'empty for the default' : '';
}

/**
 * Tells of a change.
 *
 * @param {Place} place
 * @param {unknown} value undefined for the default
 */
function put({ form, path, mark }, value) {
  form.draft.set(path, value);
  mark();
  form.changed();
}

/**
 * What all controls have.
 *
 * @param {Place} place
 */
function common({ id, form, isRequired }) {
  return {
    id,
    disabled: form.isReadOnly,
    'aria-describedby': `${id}-help ${id}-problem`,
    'aria-required': isRequired ? 'true' : undefined,
  };
}

/**
 * @param {Place} place
 * @param {string} kind
 * @param {unknown} fallback
 */
function input(place, kind, fallback) {
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

/** @param {number | undefined} value */
function limit(value) {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER
    ? undefined
    : String(value);
}

/**
 * @param {HTMLInputElement} field
 * @param {string} kind
 */
function typed(field, kind) {
  if (kind === 'number')
    return Number.isNaN(field.valueAsNumber) ? field.value : field.valueAsNumber;
  if (kind !== 'scalar') return field.value;
  if (/^(?:true|false)$/.test(field.value)) return field.value === 'true';
  const number = Number(field.value);
  return field.value.trim() !== '' && Number.isFinite(number) ? number : field.value;
}

/**
 * @param {Place} place
 * @param {unknown} fallback
 */
function select(place, fallback) {
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

/**
 * @param {Place} place
 * @param {unknown} fallback
 */
function checkBox(place, fallback) {
  const own = place.form.draft.value(place.path);
  const made = make('input', {
    ...common(place),
    type: 'checkbox',
    checked: (own ?? fallback) === true,
  });
  made.addEventListener('change', () => put(place, made.checked));
  return made;
}

/**
 * Any of a few: the days of a week.
 *
 * @param {Place} place
 * @param {unknown} fallback
 */
function checkBoxes(place, fallback) {
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

/**
 * A list of texts or numbers.
 *
 * @param {Place} place
 * @param {unknown} fallback
 */
function lines(place, fallback) {
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

/**
 * @param {Place} place
 * @param {unknown} fallback
 */
function json(place, fallback) {
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

/** @param {unknown} value */
function shown(value) {
  if (value === undefined || value === '') return '';
  return typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value);
}
