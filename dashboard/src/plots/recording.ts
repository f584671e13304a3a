import type { SignalboxClient } from '../../../src/client/index.ts';

let asked: { readonly client: SignalboxClient; readonly answer: Promise<boolean> } | undefined;

/** Whether the gateway keeps what it polls, by its settings; asked once for the page. */
export async function isRecording(client: SignalboxClient): Promise<boolean> {
  if (asked?.client !== client) {
    const answer = client.settings().then(
      ({ values }) => values['recorder'] !== undefined,
      // Settings that cannot be read say nothing of it: history itself will tell.
      () => true,
    );
    asked = { client, answer };
  }
  return await asked.answer;
}
