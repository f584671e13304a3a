import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { useGateway } from '../gateway/gateway-context.ts';

/** Asks for the token of a gateway that other machines can reach. */
export function SignIn({ problem }: { readonly problem: string | undefined }): JSX.Element {
  const gateway = useGateway();
  const field = useRef<HTMLInputElement>(null);
  const [isTrying, setTrying] = useState(false);
  useEffect(() => {
    document.title = 'Sign in · Signalbox';
    field.current?.focus();
  }, []);
  const enter = async (): Promise<void> => {
    setTrying(true);
    const isIn = await gateway.enter(field.current?.value.trim() ?? '');
    if (isIn) return;
    setTrying(false);
    field.current?.focus();
  };
  return (
    <main class="sign-in" id="main">
      <h1>Signalbox</h1>
      <p>This gateway can be reached from other machines, so it asks for its token.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <label for="token">Token</label>
        <input
          id="token"
          ref={field}
          type="password"
          autocomplete="off"
          required
          aria-invalid={problem !== undefined}
          aria-describedby="token-problem token-help"
        />
        <p id="token-problem" class="bad" role="alert">
          {problem}
        </p>
        <button class="main" disabled={isTrying}>
          {isTrying ? 'Looking …' : 'Sign in'}
        </button>
      </form>
      <p class="soft" id="token-help">
        It is in the file that <code>tokenFile</code> under <code>[http]</code> names, on the
        gateway's machine. This page keeps it until its tab is closed.
      </p>
    </main>
  );
}
