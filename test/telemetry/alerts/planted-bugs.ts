import type { Mutant } from '../../support/plantation.ts';

/** Bugs by which an alert would be told twice, or not at all. */
export const plantedBugs: readonly Mutant[] = [
  {
    bug: 'what was raised before a restart is forgotten',
    file: 'alerts/alerts.ts',
    find: 'for (const record of memory.open) this.#takeUp(',
    replace: 'for (const record of memory.open.slice(0, 0)) this.#takeUp(',
  },
  {
    bug: 'what was raised before a restart is not taken for raised',
    file: 'alerts/alert-series.ts',
    find: 'isRaised: this.open !== undefined && !isOccurrence(rule.is),',
    replace: 'isRaised: false,',
  },
  {
    bug: 'people are told before it is on the disk',
    file: 'alerts/alert-journal.ts',
    find: 'this.#store.write(this.pending.changes);',
    replace:
      "this.#events.emit('notices', this.pending.changes.notices); this.#store.write(this.pending.changes);",
  },
  {
    bug: 'what is to be told is not on the disk',
    file: 'alerts/alert-ledger.ts',
    find: 'for (const notice of changes.notices) {',
    replace: 'for (const notice of changes.notices.slice(0, 0)) {',
  },
  {
    bug: 'the last value of a counter is not on the disk',
    file: 'alerts/alerts.ts',
    find: '    this.#journal.pending.baseline(baseline);\n',
    replace: '',
  },
  {
    bug: 'a value at the limit rings again and again',
    file: 'alerts/conditions.ts',
    find: 'circumstances.isRaised ? rule.hysteresis : 0',
    replace: '0',
  },
  {
    bug: 'what was told at the end of a silence is told at the end of the next one again',
    file: 'alerts/alerts.ts',
    find: '{ ...open, isTold: true, toldMs: this.#clock.now() }',
    replace: '{ ...open, toldMs: this.#clock.now() }',
  },
  {
    bug: 'a silence does not outlive the gateway',
    file: 'alerts/alerts.ts',
    find: '    this.#journal.pending.silence(silence);\n',
    replace: '',
  },
  {
    bug: 'a silence is over for ever only in memory',
    file: 'alerts/alerts.ts',
    find: '    this.#journal.pending.endSilence(silence.id);\n',
    replace: '',
  },
  {
    bug: 'that somebody was reminded is not on the disk',
    file: 'alerts/alerts.ts',
    find: "    this.#journal.write(series.open);\n    this.#notify('reminded', series.open);",
    replace: "    this.#notify('reminded', series.open);",
  },
  {
    bug: 'who has acknowledged is reminded all the same',
    file: 'alerts/alerts.ts',
    find: '!open.isTold || open.acknowledged !== undefined || open.toldMs === undefined',
    replace: '!open.isTold || open.toldMs === undefined',
  },
  {
    bug: 'a value that is not good does not begin the wait anew',
    file: 'alerts/hold.ts',
    find: 'if (verdict !== waits) this.#rest();',
    replace: "if (verdict !== waits) { if (verdict !== 'unknown') this.#rest(); }",
  },
  {
    bug: 'how often it was raised is forgotten with a restart',
    file: 'alerts/alerts.ts',
    find: 'for (const { alert, subject, raisedMs } of memory.raises) {',
    replace: 'for (const { alert, subject, raisedMs } of memory.raises.slice(0, 0)) {',
  },
  {
    bug: 'what comes and goes is told as often as it does',
    file: 'alerts/alert-series.ts',
    find: 'return this.#recentRaises().length >= this.#rule.raisesPerHourMost;',
    replace: 'return false;',
  },
  {
    bug: 'the end of what was raised in a silence is told',
    file: 'alerts/alerts.ts',
    find: "if (record.isTold) this.#notify('cleared', record);",
    replace: "this.#notify('cleared', record);",
  },
  {
    bug: 'an alert gets the number of an earlier one',
    file: 'alerts/alerts.ts',
    find: 'this.#nextId = memory.lastId + 1;',
    replace: 'this.#nextId = 1;',
  },
];
