import { Component, effect, inject } from '@angular/core'
import { Router, RouterOutlet } from '@angular/router'
import { injectSession } from 'tokenring/angular'

@Component({
  selector: 'app-root',
  imports: [RouterOutlet],
  // Another user, who signed in in another tab, has other data: everything is made anew.
  template: `
    @for (page of [{ of: user() }]; track page.of) {
      <router-outlet />
    }
  `,
})
export class App {
  private readonly router = inject(Router)
  private readonly status = injectSession((state) => state.status)
  protected readonly user = injectSession((state) =>
    state.status === 'signed-in' ? state.sub : undefined,
  )

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
