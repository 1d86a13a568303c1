import { z } from 'zod'
import { askAgent } from './control-socket.ts'

const question = z.object({ ask: z.literal('press'), button: z.string() })

/** The agent's side. Throws `bad_params` for a button that it does not have, or that somebody has to press with a finger. */
export function answerPress(asked: unknown, pins: { press(button: string): void }): object {
  pins.press(question.parse(asked).button)
  return {}
}

/** `lares edge press`: has the running agent take a simulated button for pressed. */
export async function askPress(folders: readonly string[], button: string): Promise<string> {
  await askAgent(folders, { ask: 'press', button })
  return `${button} was pressed.\n`
}
