import { hasCode } from '../../../../src/kernel/index.ts';
import type { SignalboxError } from '../../../../src/kernel/index.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { byId, make } from '../../parts/elements.ts';
import { tellTrouble } from '../../parts/trouble.ts';
import { merged } from './dialogs.ts';
import { Draft, nothingYet } from './draft.ts';
import type { Report } from './draft.ts';
import { sections } from './form.ts';
import { showHistory } from './history.ts';
import { clearProblems, reveal, showProblems } from './problems.ts';
import type { Schema } from './schema.ts';
import { compared, nameOf, valueAt } from './values.ts';
import type { Change, Path } from './values.ts';

/** The form of the settings, saved in one piece, and their history, in the frame that the page has. */
export class SettingsView {
  readonly #gateway: Gateway;
  readonly #signal: AbortSignal;
  #schema: Schema | undefined;
  #draft = new Draft(nothingYet);
  #isBusy = false;

  /** @param signal aborts when the page is left */
  constructor(gateway: Gateway, signal: AbortSignal) {
    this.#gateway = gateway;
    this.#signal = signal;
    byId('save').addEventListener('click', () => void this.save(), { signal });
    byId('discard').addEventListener('click', () => this.discard(), { signal });
  }

  /** Whether there is something that is not saved. */
  get isChanged(): boolean {
    return this.#draft.isChanged;
  }

  /** Shows what the gateway has now, with one's own changes on top. */
  async load(): Promise<void> {
    try {
      const client = this.#gateway.client.value;
      this.#schema ??= await client.settingsSchema({ signal: this.#signal });
      const report = await client.settings({ signal: this.#signal });
      this.#draft = this.#draft.isChanged ? this.#draft.onTopOf(report) : new Draft(report);
      tellTrouble();
      this.#show();
      await showHistory({
        gateway: this.#gateway,
        signal: this.#signal,
        now: report.revision,
        isReadOnly: report.readOnly !== undefined,
        rolledBack: async () => await this.load(),
      });
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Notices what others have saved; what is being changed here waits until it is saved. */
  async look(): Promise<void> {
    if (this.#isBusy || this.#schema === undefined) return;
    try {
      const report = await this.#gateway.client.value.settings({ signal: this.#signal });
      if (report.revision === this.#draft.report.revision || this.#isBusy) return;
      if (this.#draft.isChanged) {
        byId('saved').textContent =
          'Somebody else has saved meanwhile; you are asked when you save.';
      } else await this.load();
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Saves all changes in one piece. */
  async save(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    clearProblems();
    try {
      await this.#saved();
    } catch (error) {
      if (hasCode(error, 'CONFIG_INVALID')) showProblems(error as SignalboxError);
      else this.#tell(error);
    }
    this.#isBusy = false;
  }

  /** Takes back what is not saved. */
  discard(): void {
    this.#draft = new Draft(this.#draft.report);
    clearProblems();
    this.#show();
  }

  #tell(error: unknown): void {
    if (!this.#signal.aborted) tellTrouble(error);
  }

  /** Builds the form anew; what was open stays open. */
  #show(focus?: Path): void {
    if (this.#schema === undefined) return;
    const { report } = this.#draft;
    const holder = byId('form');
    const open = new Set(
      [...holder.querySelectorAll('details[open]')].map((each) => each.getAttribute('data-path')),
    );
    holder.replaceChildren(
      ...sections(this.#schema, {
        draft: this.#draft,
        isReadOnly: report.readOnly !== undefined,
        changed: () => this.#showState(),
        rebuilt: (path) => this.#show(path),
      }),
    );
    for (const each of holder.querySelectorAll('details')) {
      each.open = open.has(each.getAttribute('data-path'));
    }
    if (focus !== undefined) reveal(nameOf(focus));
    showBanner(report);
    this.#showState();
  }

  /** How many changes wait to be saved. */
  #showState(): void {
    const count = this.#draft.changes.length;
    byId('bar').hidden = count === 0;
    byId('count').textContent = count === 1 ? '1 unsaved change' : `${count} unsaved changes`;
  }

  async #saved(): Promise<void> {
    for (;;) {
      const { changes, report } = this.#draft;
      if (changes.length === 0) return;
      try {
        await this.#send(changes, report.revision);
        this.#draft = new Draft(report);
        await this.load();
        tellTrouble();
        byId('saved').textContent = 'Saved.';
        return;
      } catch (error) {
        if (!hasCode(error, 'CONFIG_CONFLICT')) throw error;
        if (!(await this.#merge(error as SignalboxError, changes))) return;
      }
    }
  }

  async #send(changes: readonly Change[], revision: number): Promise<void> {
    const field = byId('why');
    const why = field instanceof HTMLInputElement ? field.value : '';
    await this.#gateway.client.value.changeSettings(changes, {
      expectedRevision: revision,
      ...(why === '' ? {} : { why }),
    });
    if (field instanceof HTMLInputElement) field.value = '';
  }

  /** Puts one's own changes on top of what somebody else has saved. Gives whether to save them now. */
  async #merge(conflict: SignalboxError, changes: readonly Change[]): Promise<boolean> {
    const before = this.#draft.report;
    const report = await this.#gateway.client.value.settings({ signal: this.#signal });
    const { clashes, theirs } = compared(changes, before.written, report.written);
    const others = theirs.map(({ path }) => ({
      path: nameOf(path),
      before: valueAt(before.written, path),
      after: valueAt(report.written, path),
    }));
    const dropped = await merged(`${conflict.message}.`, clashes, others);
    if (dropped === undefined) return false;
    this.#draft = this.#draft.onTopOf(
      report,
      changes.filter((change) => !dropped.includes(change)),
    );
    this.#show();
    return this.#draft.isChanged;
  }
}

function showBanner({ file, revision, pendingRestart, readOnly, notices }: Report): void {
  byId('version').textContent = `${file}, revision ${revision}`;
  const lines = [
    ...(readOnly === undefined ? [] : [make('p', { class: 'bad' }, `Read only: ${readOnly}`)]),
    ...(pendingRestart.length === 0
      ? []
      : [make('p', { class: 'busy' }, `Holds after a restart: ${pendingRestart.join(', ')}`)]),
    ...notices.map(({ message }) => make('p', { class: 'busy' }, message)),
  ];
  byId('banner').replaceChildren(...lines);
  byId('banner').hidden = lines.length === 0;
}
