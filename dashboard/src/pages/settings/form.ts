// The form for a configuration, made from its schema: sections, tables, lists and values.
import { make } from '../../parts/elements.ts';
import { control } from './controls.ts';
import { choicesOf, discriminatorOf, kindOf, labelOf, variantFor, variantsOf } from './schema.ts';
import { isTable, nameOf } from './values.ts';
import type { Path } from './values.ts';
import type { Schema } from './schema.ts';
import type { Draft } from './draft.ts';

/** What the form does its work with. */
export interface Form {
  readonly draft: Draft;
  readonly isReadOnly: boolean;
  /** A value was changed. */
  readonly changed: () => void;
  /** The form has other fields now. */
  readonly rebuilt: (focus: Path) => void;
}

/** Names that people may choose. */
const namePattern = '[A-Za-z][A-Za-z0-9_\\-]{0,63}';

/** The sections of the whole configuration. */
export function sections(schema: Schema, form: Form): HTMLElement[] {
  return Object.entries(schema.properties ?? {}).map(([key, inner]) => {
    const path = [key];
    const value = form.draft.value(path);
    const count = kindOf(inner) === 'record' && isTable(value) ? Object.keys(value).length : 0;
    const summary = make('summary', {}, make('h2', {}, labelOf(key)));
    if (count > 0) summary.append(make('span', { class: 'soft' }, String(count)));
    if (form.draft.differs(path)) summary.append(make('span', { class: 'busy' }, 'changed'));
    return make(
      'details',
      { class: 'section', id: `section-${key}`, 'data-path': nameOf(path) },
      summary,
      body(path, inner, form, false),
    );
  });
}

/** What is inside of a table, record or list; of all else the field itself. */
function body(path: Path, schema: Schema, form: Form, isRequired: boolean): HTMLElement {
  const kind = kindOf(schema);
  if (kind === 'table') return table(path, schema, form, isRequired);
  if (kind === 'record') return record(path, schema, form);
  if (kind === 'list') return list(path, schema, form);
  return field(path, schema, form, isRequired);
}

function table(path: Path, schema: Schema, form: Form, isRequired: boolean) {
  const isOptional = !isRequired && schema.default === undefined && path.length > 0;
  const isAbsent = form.draft.value(path) === undefined;
  const holder = make('div', { class: 'table-fields', 'data-path': nameOf(path) });
  if (isOptional && isAbsent) {
    holder.append(
      make('p', { class: 'soft' }, 'Not used.'),
      button('Add', form, () => {
        form.draft.set(path, {});
        form.rebuilt(path);
      }),
    );
    return holder;
  }
  const variants = variantsOf(schema);
  const key = discriminatorOf(variants);
  const variant = variantFor(variants, form.draft.value(path));
  if (key !== undefined) holder.append(kindField(path, key, variants, form));
  for (const [name, inner] of Object.entries(variant.properties ?? {})) {
    if (name === key) continue;
    const at = [...path, name];
    const needed = variant.required?.includes(name) ?? false;
    const isNested = ['table', 'record', 'list'].includes(kindOf(inner));
    holder.append(
      isNested
        ? make('fieldset', {}, make('legend', {}, labelOf(name)), body(at, inner, form, needed))
        : field(at, inner, form, needed),
    );
  }
  if (isOptional) {
    holder.append(
      button(`Remove ${labelOf(path.at(-1) ?? '')}`, form, () => {
        form.draft.set(path, undefined);
        form.rebuilt(path);
      }),
    );
  }
  return holder;
}

/** Of which kind a table is: its other fields depend on it. */
function kindField(path: Path, key: string, variants: readonly Schema[], form: Form) {
  const choices = {
    enum: variants.flatMap((each) => choicesOf(each.properties?.[key] ?? {}) ?? []),
  };
  return field(
    [...path, key],
    choices,
    { ...form, changed: () => form.rebuilt([...path, key]) },
    true,
  );
}

/** Tables with names that people choose. */
function record(path: Path, schema: Schema, form: Form) {
  const inner = isTable(schema.additionalProperties) ? schema.additionalProperties : {};
  const value = form.draft.value(path);
  const names = isTable(value) ? Object.keys(value) : [];
  const isOfTables = ['table', 'record'].includes(kindOf(inner));
  const what = path.length === 1 ? singular(labelOf(path[0] ?? '')) : 'entry';
  return make(
    'div',
    { class: 'record', 'data-path': nameOf(path) },
    ...names.map((name) =>
      isOfTables ? entry([...path, name], inner, form) : scalarEntry([...path, name], inner, form),
    ),
    adder(path, inner, form, {
      what,
      isNamed: true,
      pattern: path.length === 1 && path[0] !== 'gasFactors' ? namePattern : undefined,
    }),
  );
}

function entry(path: Path, schema: Schema, form: Form) {
  const name = path.at(-1) ?? '';
  const summary = make('summary', {}, make('h3', {}, name));
  if (form.draft.differs(path)) summary.append(make('span', { class: 'busy' }, 'changed'));
  return make(
    'details',
    { class: 'entry', 'data-path': nameOf(path) },
    summary,
    make('div', { class: 'row' }, renamer(path, form), remover(path, form)),
    body(path, schema, form, true),
  );
}

function scalarEntry(path: Path, schema: Schema, form: Form) {
  return make('div', { class: 'row' }, field(path, schema, form, true), remover(path, form));
}

/** Tables in an order. */
function list(path: Path, schema: Schema, form: Form) {
  const value = form.draft.value(path) ?? form.draft.fallback(path);
  const items = Array.isArray(value) ? value : [];
  const inner = schema.items ?? {};
  const what = singular(labelOf(path.at(-1) ?? '')).toLowerCase();
  return make(
    'div',
    { class: 'record', 'data-path': nameOf(path) },
    ...items.map((_item, at) =>
      make(
        'fieldset',
        { class: 'entry', 'data-path': nameOf([...path, String(at)]) },
        make('legend', {}, `${what} ${at + 1}`),
        body([...path, String(at)], inner, form, true),
        remover([...path, String(at)], form),
      ),
    ),
    adder(path, inner, form, { what, isNamed: false, pattern: undefined }),
  );
}

/** One value with its label, what is allowed, and room for what is wrong with it. */
function field(path: Path, schema: Schema, form: Form, isRequired: boolean) {
  const key = path.at(-1) ?? '';
  const id = `field-${nameOf(path)}`;
  const { element, help, isGroup } = control({ id, path, schema, form, isRequired, mark });
  const label = isGroup
    ? make('span', { class: 'label', id: `${id}-label` }, labelOf(key))
    : make('label', { for: id, class: 'label' }, labelOf(key));
  const holder = make('div', { class: 'field', 'data-path': nameOf(path) }, label, element);
  if (help !== '') holder.append(make('p', { class: 'help soft', id: `${id}-help` }, help));
  holder.append(make('p', { class: 'problem bad', id: `${id}-problem`, hidden: true }));
  mark();
  return holder;

  function mark() {
    holder.classList.toggle('changed', form.draft.differs(path));
  }
}

function adder(
  path: Path,
  schema: Schema,
  form: Form,
  { what, isNamed, pattern }: { what: string; isNamed: boolean; pattern: string | undefined },
) {
  const id = `add-${nameOf(path)}`;
  const variants = variantsOf(schema);
  const key = discriminatorOf(variants);
  const kinds =
    key === undefined
      ? []
      : variants.flatMap(({ properties }) => choicesOf(properties?.[key] ?? {}) ?? []);
  const name = make('input', {
    id: `${id}-name`,
    required: true,
    pattern,
    autocomplete: 'off',
    maxlength: '200',
  });
  const kind = make(
    'select',
    { id: `${id}-kind`, 'aria-label': `Kind of the new ${what.toLowerCase()}` },
    ...kinds.map((each) => make('option', {}, String(each))),
  );
  const add = make('form', { class: 'row adder' });
  if (isNamed) add.append(make('label', { for: `${id}-name` }, `New ${what.toLowerCase()}`), name);
  if (kinds.length > 0) add.append(kind);
  add.append(
    make('button', { disabled: form.isReadOnly }, isNamed ? 'Add' : `Add ${what.toLowerCase()}`),
  );
  add.addEventListener('submit', (event) => {
    event.preventDefault();
    const present = form.draft.value(path) ?? (isNamed ? {} : form.draft.fallback(path));
    const items = Array.isArray(present) ? present : [];
    const at = [...path, isNamed ? name.value : String(items.length)];
    if (isNamed && isTable(present) && Object.hasOwn(present, name.value)) {
      name.setCustomValidity('There is one of that name already.');
      name.reportValidity();
      return;
    }
    const fresh = key === undefined ? emptyOf(schema) : { [key]: kind.value };
    if (isNamed) form.draft.set(at, fresh);
    else form.draft.set(path, [...items, fresh]);
    form.rebuilt(at);
  });
  name.addEventListener('input', () => name.setCustomValidity(''));
  return add;
}

function emptyOf(schema: Schema) {
  const kind = kindOf(schema);
  if (kind === 'table' || kind === 'record') return {};
  return kind === 'number' ? 0 : kind === 'switch' ? false : '';
}

function renamer(path: Path, form: Form) {
  const id = `rename-${nameOf(path)}`;
  const input = make('input', {
    id,
    value: path.at(-1) ?? '',
    required: true,
    autocomplete: 'off',
    pattern: path[0] === 'gasFactors' ? undefined : namePattern,
  });
  const holder = make(
    'form',
    { class: 'row' },
    make('label', { for: id }, 'Name'),
    input,
    make('button', { disabled: form.isReadOnly }, 'Rename'),
  );
  holder.addEventListener('submit', (event) => {
    event.preventDefault();
    const next = [...path.slice(0, -1), input.value];
    if (input.value === path.at(-1)) return;
    if (form.draft.value(next) !== undefined) {
      input.setCustomValidity('There is one of that name already.');
      input.reportValidity();
      return;
    }
    form.draft.rename(path, input.value);
    form.rebuilt(next);
  });
  input.addEventListener('input', () => input.setCustomValidity(''));
  return holder;
}

function remover(path: Path, form: Form) {
  return button(`Remove ${path.at(-1)}`, form, () => {
    const parent = path.slice(0, -1);
    const items = form.draft.value(parent) ?? form.draft.fallback(parent);
    if (Array.isArray(items)) form.draft.set(parent, items.toSpliced(Number(path.at(-1)), 1));
    else form.draft.set(path, undefined);
    form.rebuilt(parent);
  });
}

function button(label: string, form: Form, pressed: () => void) {
  const made = make('button', { type: 'button', disabled: form.isReadOnly }, label);
  made.addEventListener('click', pressed);
  return made;
}

function singular(label: string) {
  return label.replace(/(?:switches|es(?<=sses))$/, '').replace(/s$/, '');
}
