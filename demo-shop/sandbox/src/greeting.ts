/**
 * Returns the message of a sandbox that is ready. Without `token`, which its user has given and knows, it shows `…`.
 */
export function greeting(port: number, token = '…'): string {
  return `The sandbox is at http://localhost:${port}/ (its API: /docs/, with the token as the password). In Python:

  sp_signals = SignalsSandbox(api_url="http://localhost:${port}", sandbox_token="${token}")
`;
}
