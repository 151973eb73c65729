const calmStepMs = 500

/** Says when to draw, and never while nobody can see it. */
export interface Frames {
  /** One frame, soon. */
  request(): void
  /** Frame after frame, or step after step for those who want less motion. */
  setRunning(running: boolean): void
  dispose(): void
}

export function createFrames(element: HTMLElement, draw: () => void): Frames {
  const lessMotion = matchMedia('(prefers-reduced-motion: reduce)')
  const listeners = new AbortController()
  const { signal } = listeners
  let isRunning = false
  let isWanted = true
  let isInView = true
  let frame: number | undefined
  let step: ReturnType<typeof setTimeout> | undefined

  const observer = new IntersectionObserver((entries) => {
    isInView = entries.at(-1)?.isIntersecting ?? true
    plan()
  })
  observer.observe(element)
  document.addEventListener('visibilitychange', plan, { signal })
  lessMotion.addEventListener('change', plan, { signal })
  plan()

  function plan(): void {
    if (signal.aborted || !isInView || document.visibilityState === 'hidden') return
    if (isWanted || (isRunning && !lessMotion.matches)) frame ??= requestAnimationFrame(onFrame)
    else if (isRunning) step ??= setTimeout(onStep, calmStepMs)
  }

  function onFrame(): void {
    frame = undefined
    isWanted = false
    draw()
    plan()
  }

  function onStep(): void {
    step = undefined
    isWanted = isRunning
    plan()
  }

  return {
    request() {
      isWanted = true
      plan()
    },
    setRunning(running) {
      isRunning = running
      plan()
    },
    dispose() {
      listeners.abort()
      observer.disconnect()
      if (frame !== undefined) cancelAnimationFrame(frame)
      clearTimeout(step)
    },
  }
}
