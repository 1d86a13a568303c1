/** What the hub, or the way to it, says is wrong: a stable code, and what to do about it. */
export class HubError extends Error {
  readonly code: string
  readonly hint: string

  constructor(code: string, message: string, hint = '') {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** Anything that was thrown, as an error of the hub. */
export function asHubError(thrown: unknown): HubError {
  if (thrown instanceof HubError) return thrown
  return new HubError('internal', thrown instanceof Error ? thrown.message : String(thrown))
}
