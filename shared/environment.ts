/** Variables by name; the environment of this process, or one that a caller was given. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The value of an environment variable. One that is empty or blank counts as not set, everywhere: in a unit file or a shell
 * `NAME=` is how a setting is taken back.
 */
export function variable(name: string, environment: Environment = process.env): string | undefined {
  const value = environment[name]
  return value?.trim() === '' ? undefined : value
}

/** The environment as it is, for the programs that this one starts; `more` goes before it. */
export function inherited(more: Environment = {}): NodeJS.ProcessEnv {
  return { ...process.env, ...more }
}
