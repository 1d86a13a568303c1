interface KnownParts {
  id: string
  name?: string
  value: string
  /** Offered while somebody types; anything else may be typed all the same. */
  known: readonly string[]
  required?: boolean
  onInput?: (value: string) => void
}

/** A line of text with names that are known. */
export function KnownInput({ id, name, value, known, required = false, onInput }: KnownParts) {
  return (
    <>
      <input
        id={id}
        name={name}
        value={value}
        required={required}
        list={`${id}-known`}
        autocomplete="off"
        onInput={(event) => onInput?.(event.currentTarget.value)}
      />
      <datalist id={`${id}-known`}>
        {known.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  )
}
