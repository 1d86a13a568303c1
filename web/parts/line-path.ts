export const WIDTH = 120
export const HEIGHT = 28

export interface Point {
  /** Milliseconds. */
  time: number
  value: number
}

/** In a box of 120 by 28, the least value at its lower edge; a value that never changed lies in its middle. */
export function linePath(points: readonly Point[], stepMs: number): string {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return ''
  const values = points.map(({ value }) => value)
  const least = Math.min(...values)
  const range = Math.max(...values) - least
  const span = Math.max(1, last.time - first.time)
  const place = ({ time, value }: Point) => {
    const x = ((time - first.time) / span) * WIDTH
    const y = range === 0 ? HEIGHT / 2 : HEIGHT - 2 - ((value - least) / range) * (HEIGHT - 4)
    return `${x.toFixed(1)} ${y.toFixed(1)}`
  }
  return points
    .map((point, index) => {
      const before = points[index - 1]
      const gap = before === undefined || point.time - before.time > 3 * stepMs
      return `${gap ? 'M' : 'L'}${place(point)}`
    })
    .join('')
}
