import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { Gateway } from './gateway.ts';

/** Who speaks with the gateway, for everything below. */
export const GatewayContext = createContext<Gateway | undefined>(undefined);

/** The gateway that this page belongs to. */
export function useGateway(): Gateway {
  const gateway = useContext(GatewayContext);
  if (gateway === undefined) throw new Error('there is no gateway around this component');
  return gateway;
}
