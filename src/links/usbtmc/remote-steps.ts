import { usbtmcRequests } from '../../protocols/index.ts';
import type { RemoteLocal } from '../../protocols/index.ts';

interface RemoteStep {
  readonly request: number;
  readonly value: 0 | 1;
}

const enable: RemoteStep = { request: usbtmcRequests.remoteEnable, value: 1 };
const disable: RemoteStep = { request: usbtmcRequests.remoteEnable, value: 0 };
const lockOut: RemoteStep = { request: usbtmcRequests.localLockout, value: 0 };
const goToLocal: RemoteStep = { request: usbtmcRequests.goToLocal, value: 0 };

/** What is asked of a device, in its order. USBTMC-USB488, section 4.3.1. */
export const remoteSteps: Readonly<Record<RemoteLocal, readonly RemoteStep[]>> = {
  'disable-remote': [disable],
  'enable-remote': [enable],
  'disable-remote-and-go-to-local': [goToLocal, disable],
  'go-to-remote': [enable],
  'lock-out-local': [enable, lockOut],
  'go-to-remote-and-lock-out-local': [enable, lockOut],
  'go-to-local': [goToLocal],
};
