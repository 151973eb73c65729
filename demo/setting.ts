/** Takes a change back; a second call does nothing. */
export type TakeBack = () => void

/** A value that can be overruled for a while: the newest that was not taken back counts. */
export interface Setting<Value> {
  get(): Value
  set(value: Value): TakeBack
}

export function createSetting<Value>(usual: Value): Setting<Value> {
  let layers: readonly { readonly value: Value }[] = []
  return {
    get: () => (layers.at(-1) ?? { value: usual }).value,
    set(value) {
      const layer = { value }
      layers = [...layers, layer]
      return () => {
        layers = layers.filter((one) => one !== layer)
      }
    },
  }
}
