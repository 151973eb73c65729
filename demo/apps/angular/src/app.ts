import { Component, computed, effect, inject, linkedSignal } from '@angular/core'
import { toSignal } from '@angular/core/rxjs-interop'
import { NavigationEnd, Router, RouterOutlet, type ActivatedRouteSnapshot } from '@angular/router'
import { filter } from 'rxjs'
import { injectSession } from 'tokenring/angular'

@Component({
  selector: 'app-root',
  imports: [RouterOutlet],
  // Another user, who signed in in another tab, has other data: everything is made anew.
  template: `
    @for (page of [{ of: otherUser() }]; track page.of) {
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
  // A page outlives that somebody signs in or out, until somebody else is there.
  private readonly firstUser = linkedSignal<string | undefined, string | undefined>({
    source: this.user,
    computation: (user, before) => before?.value ?? user,
  })
  private readonly lastUser = linkedSignal<string | undefined, string | undefined>({
    source: this.user,
    computation: (user, before) => user ?? before?.value,
  })
  protected readonly otherUser = computed(() =>
    this.lastUser() === this.firstUser() ? undefined : this.lastUser(),
  )
  private readonly arrival = toSignal(
    this.router.events.pipe(filter((event) => event instanceof NavigationEnd)),
  )

  constructor() {
    effect(() => {
      this.arrival() // at what is shown now
      const isOver =
        this.status() === 'signed-out' && isGuarded(this.router.routerState.snapshot.root)
      if (isOver) void this.router.navigateByUrl('/', { replaceUrl: true })
    })
  }
}

/** Whether a page is behind a guard, its own or one around it. */
function isGuarded({ routeConfig, children }: ActivatedRouteSnapshot): boolean {
  const guards = routeConfig?.canActivate ?? routeConfig?.canActivateChild
  return guards !== undefined || children.some(isGuarded)
}
