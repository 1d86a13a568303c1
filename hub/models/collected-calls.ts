import { cutText } from '../../shared/cut-text.ts'
import type { ToolCall } from '../engine/model-question.ts'

/** More than this nobody means. */
const CALLS = 8
const NAME_LENGTH = 64
const TEXT_LENGTH = 8_000

interface CallPart {
  index: number
  id?: string | undefined
  name?: string | undefined
  text?: string | undefined
}

/** Calls of tools whose parts come one by one. */
export class CollectedCalls {
  #calls = new Map<number, ToolCall>()

  /** What is too much of anything is left out: whoever reads it as JSON finds that it is none. */
  add({ index, id, name, text }: CallPart): void {
    const known = this.#calls.get(index)
    if (known === undefined && this.#calls.size >= CALLS) return
    const call = known ?? { id: `call_${index}`, name: '', text: '' }
    this.#calls.set(index, {
      id: id !== undefined && id !== '' ? cutText(id, NAME_LENGTH) : call.id,
      name: call.name === '' ? cutText(name ?? '', NAME_LENGTH) : call.name,
      text: cutText(call.text + (text ?? ''), TEXT_LENGTH),
    })
  }

  /** All of them, in their order. */
  take(): ToolCall[] {
    const calls = [...this.#calls].toSorted(([one], [other]) => one - other).map(([, call]) => call)
    this.#calls.clear()
    return calls
  }
}
