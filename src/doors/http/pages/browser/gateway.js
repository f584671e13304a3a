// How pages speak with the gateway, and ask a person for the token where one is needed.
import { byId } from './elements.js';

const answerLongestMs = 10_000;
const storedAs = 'signalbox-token';

/** What the gateway says of a request that failed. */
export class Failure extends Error {
  /**
   * @param {number} status
   * @param {{ code: string, message: string, nextStep: string, details: Record<string, unknown> }} report
   */
  constructor(status, report) {
    super(report.message);
    this.status = status;
    this.code = report.code;
    this.nextStep = report.nextStep;
    this.details = report.details;
  }
}

/** The token of this tab; it goes with the tab. */
let token = sessionStorage.getItem(storedAs) ?? '';

/**
 * Asks the gateway; the trouble line of the page shows when it does not answer.
 *
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<unknown>}
 */
export async function ask(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { 'signalbox-program': `page ${location.pathname}` };
  if (token !== '') headers['authorization'] = `Bearer ${token}`;
  if (method !== 'GET') headers['content-type'] = 'application/json';
  const response = await fetch(path, {
    method,
    headers,
    signal: AbortSignal.timeout(answerLongestMs),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => undefined);
  if (response === undefined) {
    throw new Failure(0, {
      code: 'GATEWAY_UNREACHABLE',
      message: 'The gateway does not answer',
      nextStep: 'What you have typed is kept here; try again when it runs.',
      details: {},
    });
  }
  byId('enter').hidden = response.status !== 401;
  const text = await response.text();
  const answer = text === '' ? {} : JSON.parse(text);
  if (!response.ok) throw new Failure(response.status, answer.error);
  return answer;
}

/**
 * Shows what is wrong, or that nothing is.
 *
 * @param {unknown} [error]
 */
export function tellTrouble(error) {
  byId('trouble').textContent = error === undefined ? '' : wordsOf(error);
}

/**
 * An error in words, with what to do.
 *
 * @param {unknown} error
 */
export function wordsOf(error) {
  if (error instanceof Failure) return `${error.message}. ${error.nextStep}`;
  return error instanceof Error ? error.message : 'The page failed.';
}

/**
 * Calls back when a token was entered.
 *
 * @param {() => void} entered
 */
export function whenEntered(entered) {
  byId('enter').addEventListener('submit', (event) => {
    event.preventDefault();
    const field = byId('token');
    if (!(field instanceof HTMLInputElement)) return;
    token = field.value.trim();
    sessionStorage.setItem(storedAs, token);
    entered();
  });
}
