import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { tell, tellError } from '../../app/notices.ts';
import { useGateway } from '../../gateway/gateway-context.ts';

/** Sends a test to who is told of alerts. */
export function NotificationTest(): JSX.Element {
  const client = useGateway().client.value;
  const isBusy = useSignal(false);
  const send = async (): Promise<void> => {
    isBusy.value = true;
    try {
      await client.request('POST', ['notify', 'test'], { body: {} });
      tell('good', 'A test was sent.');
    } catch (error) {
      tellError(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <button type="button" disabled={isBusy.value} onClick={() => void send()}>
      Send a test
    </button>
  );
}
