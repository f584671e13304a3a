/** Where the token of this tab is kept. It goes with the tab, and no other tab or site can read it. */
const storedAs = 'signalbox-token';

/** The token that was entered in this tab; undefined before. */
export function storedToken(): string | undefined {
  return sessionStorage.getItem(storedAs) ?? undefined;
}

/** Keeps a token for as long as this tab is there; undefined forgets it. */
export function storeToken(token: string | undefined): void {
  if (token === undefined) sessionStorage.removeItem(storedAs);
  else sessionStorage.setItem(storedAs, token);
}
