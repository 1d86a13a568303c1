import { useEffect, useState } from 'preact/hooks'
import { CommandDialog } from '../../answer/command-dialog.tsx'
import type { CommandShape } from '../../answer/schema.ts'
import { present } from '../../answer/schema.ts'
import { TableView } from '../../answer/table-view.tsx'
import { ValueView } from '../../answer/value-view.tsx'
import { useAnswer } from '../../hub/hub.ts'
import { pageClock } from '../../hub/page-clock.ts'
import { AskFirst } from '../../parts/ask-first.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { words } from '../../words/words.ts'
import type { ListShape, Row, RowAction } from './list-shape.ts'

const LOOK_MS = 3_000

/** What a command answers, as a table with what can be done, or field by field. */
export function CommandList({ shape }: { shape: ListShape }) {
  const says = words.value.lists[shape.name]
  const answer = useAnswer<Record<string, unknown>>(shape.command, shape.params)
  const [area = '', verb = ''] = shape.command.split('/')
  const described = useAnswer<{ commands: CommandShape[] }>('admin/describe', { area, verb })
  const [open, setOpen] = useState<string | null>(null)
  useEffect(() => {
    if (shape.live) return pageClock.every(LOOK_MS, () => document.hidden || answer.again())
  }, [shape])
  const result = described.data?.commands[0]?.result
  const buttons = [...(shape.add === undefined ? [] : [shape.add]), ...(shape.also ?? [])]
  const close = (done: boolean) => {
    setOpen(null)
    if (done) answer.again()
  }
  return (
    <section class="list">
      <header class="line">
        <p>{says.lead}</p>
        <div class="buttons">
          {buttons.map((command) => (
            <button
              key={command}
              type="button"
              class={command === shape.add ? 'main' : ''}
              onClick={() => setOpen(command)}
            >
              {command === shape.add ? words.value.actions.add : command.replace('/', ' ')}
            </button>
          ))}
        </div>
      </header>
      <Failure error={answer.error} again={answer.again} />
      {/* Without what describes it the list is there all the same, in plainer words. */}
      <Failure error={answer.error === null ? described.error : null} again={described.again} />
      {answer.asking && <Waiting />}
      {answer.data !== null && (
        <Shown shape={shape} data={answer.data} result={result} empty={says.empty} onDone={answer.again} />
      )}
      {open !== null && <CommandDialog command={open} onClose={close} />}
    </section>
  )
}

interface ShownParts {
  shape: ListShape
  data: Record<string, unknown>
  result: CommandShape['result'] | undefined
  empty: string
  onDone: () => void
}

function Shown({ shape, data, result, empty, onDone }: ShownParts) {
  const [asked, setAsked] = useState<{ action: RowAction; row: Row } | null>(null)
  if (shape.rows === undefined) return <ValueView value={data} schema={result} />
  const rows = (data[shape.rows] ?? []) as Row[]
  if (rows.length === 0) return <Empty says={empty} />
  const actions = shape.actions ?? []
  return (
    <>
      <TableView
        rows={rows}
        schema={present(result?.properties?.[shape.rows]?.items)}
        columns={shape.columns}
        cell={(value, schema) => <ValueView value={value} schema={schema} />}
        end={
          actions.length === 0
            ? undefined
            : (row) =>
                actions
                  .filter(({ of }) => of?.(row) ?? true)
                  .map((action) => (
                    <button
                      key={action.label}
                      type="button"
                      class={action.dangerous ? 'danger' : ''}
                      onClick={() => setAsked({ action, row })}
                    >
                      {words.value.actions[action.label]}
                    </button>
                  ))
        }
      />
      {asked?.action.shows && (
        <CommandDialog
          command={asked.action.command}
          given={asked.action.params(asked.row) as Record<string, string>}
          onClose={() => setAsked(null)}
        />
      )}
      {asked !== null && !asked.action.shows && (
        <AskFirst
          title={words.value.actions[asked.action.label]}
          question={words.value.listAsk(String(asked.row.name ?? asked.row.email ?? asked.row.id ?? ''))}
          command={asked.action.command}
          params={asked.action.params(asked.row)}
          dangerous={asked.action.dangerous ?? false}
          onClose={() => setAsked(null)}
          onDone={() => {
            setAsked(null)
            onDone()
          }}
        />
      )}
    </>
  )
}
