/** What is to be known of a reading beside its value, as JSON. `null`: nothing, as of nearly all. */
export function readingMetadata(when: { quality: string; original?: number }, isPossible: boolean): string | null {
  if (when.quality === 'good' && isPossible) return null
  return JSON.stringify({
    ...(when.quality === 'good' ? {} : { time_quality: when.quality }),
    ...(when.original === undefined ? {} : { original_time: when.original }),
    ...(isPossible ? {} : { out_of_range: true }),
  })
}
