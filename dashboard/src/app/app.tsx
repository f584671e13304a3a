import type { ComponentType, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { GatewayContext } from '../gateway/gateway-context.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { EmptyState, Loading } from '../parts/empty-state.tsx';
import { PageHeader } from '../parts/page-header.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { Navigation } from './navigation.tsx';
import { NoticeArea } from './notice-area.tsx';
import { pageCode } from './page-code.ts';
import type { PageProps } from './page-code.ts';
import { pageNamed } from './page-list.ts';
import type { PageName } from './page-list.ts';
import { followLink, pathParts } from './router.ts';
import { QuestionDialog } from './question.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { SignIn } from './sign-in.tsx';

/** The dashboard: navigation, what is wrong, and the page that its address names. */
export function App({ gateway }: { readonly gateway: Gateway }): JSX.Element {
  const access = gateway.access.value;
  if (access.state === 'token-needed') {
    return (
      <GatewayContext.Provider value={gateway}>
        <SignIn problem={access.problem} />
      </GatewayContext.Provider>
    );
  }
  return (
    <GatewayContext.Provider value={gateway}>
      <div class="frame" onClick={followLink}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <Navigation />
        <div class="content">
          <ConnectionBanner />
          <CurrentPage />
        </div>
        <NoticeArea />
        <QuestionDialog />
        <Shortcuts />
      </div>
    </GatewayContext.Provider>
  );
}

function CurrentPage(): JSX.Element {
  const [name = '', ...parts] = pathParts.value;
  const main = useRef<HTMLElement>(null);
  const path = pathParts.value.join('/');
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    // Who follows a link by keyboard or by ear goes on where the new page begins.
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);
  const page = pageNamed(name);
  return (
    <main id="main" tabIndex={-1} ref={main}>
      {page === undefined ? (
        <NoSuchPage />
      ) : (
        <ErrorBoundary key={path} what={`The page ${page.title}`}>
          <LoadedPage key={page.name} name={page.name} title={page.title} parts={parts} />
        </ErrorBoundary>
      )}
    </main>
  );
}

function NoSuchPage(): JSX.Element {
  return (
    <>
      <PageHeader title="No such page" />
      <EmptyState title={`There is nothing at ${location.pathname}.`}>
        <p>
          Go to the <a href="/">overview</a>, or choose a page from the navigation.
        </p>
      </EmptyState>
    </>
  );
}

/** What has been loaded once is shown at once. */
const loaded = new Map<string, ComponentType<PageProps>>();

interface Shown extends PageProps {
  readonly name: PageName;
  readonly title: string;
}

function LoadedPage({ name, title, parts }: Shown): JSX.Element {
  const [failure, setFailure] = useState<Error>();
  const [, setLoaded] = useState(false);
  const Page = loaded.get(name);
  useEffect(() => {
    if (Page !== undefined) return;
    pageCode[name]().then(
      (module) => {
        loaded.set(name, module.default);
        setLoaded(true);
      },
      (error: unknown) =>
        setFailure(
          new Error('its code could not be loaded; reload the page when the gateway is back', {
            cause: error,
          }),
        ),
    );
  }, [name, Page]);
  if (failure !== undefined) throw failure;
  if (Page === undefined) return <Loading what={title} />;
  return <Page parts={parts} />;
}
