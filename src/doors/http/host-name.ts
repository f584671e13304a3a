const hostPattern = /^(?<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?<port>\d{1,5}))?$/i;

/** What a Host header names, without its port and brackets, in lower case; undefined if malformed. */
export function hostNameOf(header: string | undefined): string | undefined {
  const name = hostPattern.exec(header ?? '')?.groups?.['name'];
  return name?.toLowerCase().replace(/^\[|\]$/g, '');
}

/** `host:port`, with brackets around an IPv6 address. */
export function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
