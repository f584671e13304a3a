import type { JSX } from 'preact';

import { useGateway } from '../gateway/gateway-context.ts';
import { sentence } from '../parts/error-text.ts';
import { Icon } from '../parts/icon.tsx';
import { Since } from '../parts/moment.tsx';

/** Says that what is shown is old, since when, and why. The region is there from the start, to be read aloud. */
export function ConnectionBanner(): JSX.Element {
  const gateway = useGateway();
  const connection = gateway.connection.value;
  return (
    <div role="status" class="connection">
      {connection.state === 'lost' && (
        <div class="banner bad">
          <Icon name="warning" />
          <p>
            <strong>
              Reconnecting
              <span aria-hidden="true">
                {' '}
                for <Since atMs={connection.sinceMs} />
              </span>
              .
            </strong>{' '}
            {sentence(connection.why)} What is shown may be old.
          </p>
          <button type="button" onClick={() => gateway.retry()}>
            Try now
          </button>
        </div>
      )}
    </div>
  );
}
