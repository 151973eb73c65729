/** The element with this id, which the page is known to have. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (!element) throw new Error(`The page has no element #${id}.`)
  return element
}

export function setText(id: string, text: string): void {
  byId(id).textContent = text
}

export function setDisabled(id: string, disabled: boolean): void {
  byId(id).toggleAttribute('disabled', disabled)
}

export function onClick(id: string, task: () => Promise<unknown>): void {
  byId(id).addEventListener('click', () => {
    task().catch((error: unknown) => setText('result', String(error)))
  })
}
