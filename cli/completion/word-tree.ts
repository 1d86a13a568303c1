/** What completes a value. */
export type Value =
  | { kind: 'choice'; choices: readonly string[] }
  /** Things of the house, which the hub is asked for: `devices`. */
  | { kind: 'asked'; of: string }
  | { kind: 'file' | 'text' }

export interface Word {
  name: string
  says: string
  options: { name: string; says: string /** `null`: a switch. */; value: Value | null }[]
  /** The words that follow without a name, in their order. */
  values: Value[]
}

/** The words that may follow `lares`. */
export interface WordTree {
  /** A verb without a name stands for the area itself. */
  areas: { name: string; verbs: Word[] }[]
  /** Words that stand where an area does. */
  alone: string[]
}

/** Each verb with the words that lead to it. */
export function paths({ areas }: WordTree): { path: string; verb: Word }[] {
  return areas.flatMap(({ name, verbs }) => verbs.map((verb) => ({ path: `${name} ${verb.name}`.trim(), verb })))
}

/** The areas that are commands themselves: what follows them is no verb. */
export function wholeAreas({ areas }: WordTree): string[] {
  return areas.filter(({ verbs }) => verbs.every(({ name }) => name === '')).map(({ name }) => name)
}
