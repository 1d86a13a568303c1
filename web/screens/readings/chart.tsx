import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { pointWords, tickWords } from '../../words/chart-times.ts'
import { withUnit } from '../../words/numbers.ts'
import { language } from '../../words/words.ts'
import type { Series } from './series.ts'

const HEIGHT = 360
const LEAST_WIDTH = 260

interface ChartParts {
  series: Series[]
  from: number
  to: number
  /** The span that was drawn over, to be looked at closer. */
  onZoom: (from: number, to: number) => void
}

/** Series over one time, an axis for each unit, with the band from the least to the greatest value behind the mean. */
export function Chart({ series, from, to, onZoom }: ChartParts) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const zoom = useRef(onZoom)
  zoom.current = onZoom
  const shape = `${language.value} ${series.map(({ name, unit }) => `${name} ${unit}`).join()}`
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const made = new uPlot(
      options(series, (a, b) => zoom.current(a, b)),
      dataOf(series),
      element,
    )
    plot.current = made
    const resized = new ResizeObserver(() =>
      made.setSize({ width: Math.max(LEAST_WIDTH, element.clientWidth), height: HEIGHT }),
    )
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [shape])
  useEffect(() => {
    plot.current?.setData(dataOf(series), false)
    plot.current?.setScale('x', { min: from / 1_000, max: to / 1_000 })
  }, [series, from, to])
  return <div class="chart" ref={box} />
}

/** Of each series its mean, the edges of its band, and what came late. Times of all are one list; what a series has not at a time is no gap of it. */
function dataOf(series: Series[]): uPlot.AlignedData {
  const tables = series.map(
    ({ times, mean, min, max, late }): uPlot.AlignedData => [times.map((time) => time / 1_000), mean, min, max, late],
  )
  return tables.length === 0
    ? [[]]
    : uPlot.join(
        tables,
        tables.map((table) => table.map(() => 2 as const)),
      )
}

function options(series: Series[], onZoom: (from: number, to: number) => void): uPlot.Options {
  const units = [...new Set(series.map(({ unit }) => unit))]
  const style = getComputedStyle(document.documentElement)
  const ink = style.getPropertyValue('--ink-soft')
  const line = style.getPropertyValue('--line')
  const colour = (index: number) => style.getPropertyValue(`--series-${(index % 6) + 1}`)
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } }
  return {
    width: LEAST_WIDTH,
    height: HEIGHT,
    series: [
      { value: (_plot, value) => (value === null ? '–' : pointWords(value * 1_000)), label: '' },
      ...series.flatMap(({ name, unit }, index): uPlot.Series[] => [
        {
          ...{ label: name, scale: unit || 'none', stroke: colour(index), width: 1.5, points: { size: 4 } },
          value: (_plot, value) => (value === null ? '–' : withUnit(value, unit)),
        },
        { scale: unit || 'none', stroke: 'transparent', points: { show: false }, label: '' },
        { scale: unit || 'none', stroke: 'transparent', points: { show: false }, label: '' },
        {
          // A ring around what came late, and no line.
          ...{ scale: unit || 'none', stroke: colour(index), label: '', paths: () => null },
          points: { show: true, size: 8, width: 1.5, stroke: colour(index), fill: 'transparent' },
        },
      ]),
    ],
    bands: series.map((_, index) => ({ series: [4 * index + 3, 4 * index + 2], fill: `${colour(index)}33` })),
    scales: { x: { time: true } },
    axes: [
      {
        ...axis,
        values: (_plot, splits, _axis, _space, step) => splits.map((at) => tickWords(at * 1_000, step * 1_000)),
      },
      ...units.map(
        (unit, index): uPlot.Axis => ({
          ...{ ...axis, scale: unit || 'none', side: index === 0 ? 3 : 1, size: 64 },
          values: (_plot, values) => values.map((value) => withUnit(value, unit)),
          grid: { show: index === 0, stroke: line, width: 1 },
        }),
      ),
    ],
    legend: { live: true },
    cursor: { drag: { x: true, y: false, setScale: false } },
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width < 8) return
          onZoom(plot.posToVal(left, 'x') * 1_000, plot.posToVal(left + width, 'x') * 1_000)
          plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
        },
      ],
    },
  }
}
