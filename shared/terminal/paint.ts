import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red'

/** Colours for a terminal; `NO_COLOR` and `FORCE_COLOR` decide as everywhere. */
export function paint(style: Style, text: string, { isTerminal }: { isTerminal: boolean }): string {
  return isTerminal ? styleText(style, text, { stream: process.stdout }) : text
}
