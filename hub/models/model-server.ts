/** A server that runs a model, as its entry in `hub.toml` says. */
export interface ModelServer {
  /** For people: `llama3.2 at 127.0.0.1:11434`. */
  name: string
  /** Without a slash at its end: `https://api.openai.com/v1`, `http://127.0.0.1:11434`. */
  url: string
  model: string
  /** File with a certificate of an authority of one's own. */
  ca?: string | undefined
  /** What lets the hub in, read anew for each request: it may have been changed. Rejects as a `SecretReader` does. */
  headers(): Promise<Record<string, string>>
}
