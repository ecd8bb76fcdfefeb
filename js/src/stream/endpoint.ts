// The server's address.

/** The path of a server's stream. */
export const defaultPath = '/api/v1/interventions';

/** Returns an endpoint's address without a slash at its end. Without a scheme it is https; for this machine, http. */
export function addressOf(endpoint: string): string {
  const scheme = /^\/|\/\//.test(endpoint) ? '' : /^(localhost|127\.)/.test(endpoint) ? 'http://' : 'https://';
  return scheme + endpoint.replace(/\/+$/, '');
}
