import { Component, effect, inject, linkedSignal } from '@angular/core'
import { Router, RouterOutlet } from '@angular/router'
import { injectSession } from 'tokenring/angular'

@Component({
  selector: 'app-root',
  imports: [RouterOutlet],
  // Another user, who signed in in another tab, has other data: everything is made anew.
  template: `
    @for (page of [{ of: lastUser() }]; track page.of) {
      <router-outlet />
    }
  `,
})
export class App {
  private readonly router = inject(Router)
  private readonly status = injectSession((state) => state.status)
  private readonly user = injectSession((state) =>
    state.status === 'signed-in' ? state.sub : undefined,
  )
  // Of nobody, it would be made once more before it goes.
  protected readonly lastUser = linkedSignal<string | undefined, string | undefined>({
    source: this.user,
    computation: (user, before) => user ?? before?.value,
  })

  constructor() {
    let before: string | undefined
    effect(() => {
      const status = this.status()
      // Not from the address that the app was opened with.
      const isOver = before === 'signed-in' && status === 'signed-out'
      before = status
      if (isOver) void this.router.navigateByUrl('/', { replaceUrl: true })
    })
  }
}
