import { Location } from '@angular/common'
import { Component, computed, effect, inject } from '@angular/core'
import { toSignal } from '@angular/core/rxjs-interop'
import { ActivatedRoute, Router, RouterLink } from '@angular/router'
import { injectSession } from 'tokenring/angular'
import { sayFailure } from './what-to-say'

@Component({
  selector: 'app-sign-in-failed',
  imports: [RouterLink],
  template: `
    @if (status() === 'signed-out') {
      <p role="status">{{ problem() }}</p>
      <!-- The guard of the page begins it again. -->
      <a [routerLink]="returnTo()">{{ problem() ? 'Try again' : 'Sign in' }}</a>
    }
  `,
})
export class SignInFailed {
  private readonly router = inject(Router)
  private readonly location = inject(Location)
  private readonly query = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true })
  // A UrlTree keeps query and fragment.
  protected readonly returnTo = computed(() =>
    this.router.parseUrl(this.location.normalize(this.query().get('returnTo') ?? '/')),
  )
  protected readonly problem = computed(() => sayFailure({ code: this.query().get('problem') }))
  protected readonly status = injectSession((state) => state.status)

  constructor() {
    // Already, by now in another tab, or the browser went back behind it.
    effect(() => {
      const isOver = this.status() === 'signed-in'
      if (isOver) void this.router.navigateByUrl(this.returnTo(), { replaceUrl: true })
    })
  }
}
