import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';

interface Properties {
  readonly title: string;
  /** The page above this one. */
  readonly up?: { readonly path: string; readonly title: string };
  /** One line about what is below. */
  readonly children?: ComponentChildren;
  /** What can be done with all of it. */
  readonly actions?: ComponentChildren;
}

/** The heading of a page, which names the browser's tab too. */
export function PageHeader({ title, up, children, actions }: Properties): JSX.Element {
  useEffect(() => {
    document.title = `${title} · Signalbox`;
  }, [title]);
  return (
    <header class="page-header">
      <div>
        {up !== undefined && (
          <nav aria-label="Above this page" class="up">
            <a href={up.path}>{up.title}</a> <span aria-hidden="true">/</span>
          </nav>
        )}
        <h1 tabIndex={-1}>{title}</h1>
        {children !== undefined && <p class="soft lead">{children}</p>}
      </div>
      {actions !== undefined && <div class="actions">{actions}</div>}
    </header>
  );
}
