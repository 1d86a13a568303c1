import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'

/** The name of a table as it stands in the file, between `[sensors.` and `]`. */
export function tableLabel(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : `"${cutText(cleanText(name), 60)}"`
}
