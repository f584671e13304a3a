import { Component } from 'preact';
import type { ComponentChildren } from 'preact';

interface Properties {
  readonly children: ComponentChildren;
  /** What failed, in words. */
  readonly what: string;
}

/** Keeps a failure of one part from taking the rest of the page with it. */
export class ErrorBoundary extends Component<Properties, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};

  static override getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }

  override render(): ComponentChildren {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div class="empty" role="alert">
        <h2>{this.props.what} failed</h2>
        <p>{error.message}</p>
        <p class="soft">
          The gateway goes on. Try again; if it fails again, please report it with the line above.
        </p>
        <button type="button" onClick={() => this.setState({ error: undefined as never })}>
          Try again
        </button>
      </div>
    );
  }
}
