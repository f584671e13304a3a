/** How this page stands with its gateway. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | {
      readonly state: 'lost';
      /** Since when, ms since 1970. */
      readonly sinceMs: number;
      readonly why: string;
    };

/** Whether the gateway lets this page in. */
export type Access =
  | { readonly state: 'unknown' | 'in' }
  | {
      readonly state: 'token-needed';
      /** What was wrong with the token that was given; absent when none was. */
      readonly problem?: string;
    };
