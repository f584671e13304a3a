import type { ApiCalls } from './api-calls.ts';
import type { AlertReport, AlertsReport, SilenceReport, WayTestReport } from './alert-reports.ts';
import type { WaitOptions } from './client-options.ts';

/** Alerts of a gateway. All methods throw what those of SignalboxClient do. */
export class AlertCalls {
  readonly #calls: ApiCalls;

  constructor(calls: ApiCalls) {
    this.#calls = calls;
  }

  /** All rules, with what is raised of each. */
  async list(options: WaitOptions = {}): Promise<AlertsReport> {
    return await this.#calls.get(['alerts'], options);
  }

  /** What was raised, the newest first. @param options.limit at most so many. @default 50 */
  async history(
    options: WaitOptions & {
      readonly alert?: string;
      readonly limit?: number;
      readonly beforeId?: number;
    } = {},
  ): Promise<readonly AlertReport[]> {
    const { alert, limit, beforeId } = options;
    type Answer = { alerts: AlertReport[] };
    const query = { alert, limit, beforeId };
    return (await this.#calls.get<Answer>(['alerts', 'history'], options, query)).alerts;
  }

  /**
   * Tells that somebody knows, and takes care.
   * @param options.subject of this one only
   * @returns what was raised, and was not acknowledged before
   */
  async acknowledge(
    alert: string,
    options: WaitOptions & { readonly subject?: string; readonly why?: string } = {},
  ): Promise<readonly AlertReport[]> {
    const { subject, why, ...wait } = options;
    type Answer = { acknowledged: AlertReport[] };
    const path = ['alerts', alert, 'acknowledge'];
    return (await this.#calls.post<Answer>(path, { subject, why }, wait)).acknowledged;
  }

  /** Lets nobody be told of it for a time. @param alert may have `*` for any letters */
  async silence(
    alert: string,
    forS: number,
    options: WaitOptions & { readonly subject?: string; readonly why?: string } = {},
  ): Promise<SilenceReport> {
    const { subject, why, ...wait } = options;
    return await this.#calls.post(['alerts', alert, 'silence'], { forS, subject, why }, wait);
  }

  /** Sends a trial by one way, or by all, and waits for what comes of it. */
  async test(way?: string, options: WaitOptions = {}): Promise<readonly WayTestReport[]> {
    type Answer = { results: WayTestReport[] };
    const path = ['alerts', 'test-notification'];
    // A broker or a mail server may take as long as a way gives it.
    return (await this.#calls.post<Answer>(path, { way }, { ...options })).results;
  }

  /** Ends silences before their time. @param alert as it was said when they began @returns them */
  async endSilence(alert: string, options: WaitOptions = {}): Promise<readonly SilenceReport[]> {
    type Answer = { ended: SilenceReport[] };
    return (await this.#calls.delete<Answer>(['alerts', alert, 'silence'], options)).ended;
  }
}
