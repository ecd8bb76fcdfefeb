/** What the sandbox says when it is ready. A token that was given is known, and not shown: `…` stands for it. */
export function greeting(port: number, token = '…'): string {
  return `The sandbox is at http://localhost:${port}/ (its API: /docs/, with the token as the password). In Python:

  sp_signals = SignalsSandbox(api_url="http://localhost:${port}", sandbox_token="${token}")
`;
}
