/** The code of the hub's one-use link, which stands behind `#` because nothing of that is sent to anybody; `null`: there is none. */
export function setupCode(): string | null {
  return /^#setup=([\w-]{8,200})$/.exec(location.hash)?.[1] ?? null
}

/** A link that was used is no longer shown to whoever looks at the address. */
export function forgetSetupCode(): void {
  history.replaceState(null, '', location.pathname)
}
