import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { render, type Screen } from '../shared/terminal/render.ts'
import { commandPage } from './pages/command.ts'
import { devicePage } from './pages/device.ts'
import { hubStatusPage } from './pages/hub-status.ts'
import { hubWearPage } from './pages/hub-wear.ts'
import { AnswerReader, type MakePage } from './pages/page.ts'
import { sourceListPage } from './pages/source-list.ts'
import { syncStatusPage } from './pages/sync-status.ts'
import { tracePage } from './pages/trace.ts'

/** Answers that a person reads as a page; every other one is shown as its schema says. */
const PAGES: ReadonlyMap<string, MakePage> = new Map([
  ['hub status', hubStatusPage],
  ['hub wear', hubWearPage],
  ['sync status', syncStatusPage],
  ['makers sources', sourceListPage],
  ['devices show', devicePage],
  ['trace reading', tracePage],
  ['trace event', tracePage],
  ['trace turn', tracePage],
  ['devices switch', commandPage],
  ['devices command', commandPage],
  ['devices restart', commandPage],
])

/** What a command answered, for a person. */
export function showAnswer({ area, verb, result }: DescribedCommand, answer: unknown, screen: Screen): string {
  const make = PAGES.get(`${area} ${verb}`)
  if (make === undefined) return render(answer, result, screen)
  const { head, data, schema } = make(new AnswerReader(answer), result, screen.now)
  return render(data, schema, screen, head)
}
