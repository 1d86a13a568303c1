import { styleText } from 'node:util'

/** Colours for a terminal; `NO_COLOR` and `FORCE_COLOR` decide as everywhere. */
export function paint(
  style: 'bold' | 'dim' | 'green' | 'yellow' | 'red',
  text: string,
  { isTerminal }: { isTerminal: boolean },
): string {
  return isTerminal ? styleText(style, text, { stream: process.stdout }) : text
}
