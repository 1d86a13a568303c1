/** Name of a field as people read it: `last_seen` is `Last seen`, `house_id` is `House`. */
export function fieldWords(name: string): string {
  const text = name
    .replace(/_(at|id)$/, '')
    .replace(/_ms$/, '')
    .replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
