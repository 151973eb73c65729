import { Component, inject } from '@angular/core'
import { ActivatedRoute, Router, RouterLink } from '@angular/router'

@Component({
  selector: 'app-sign-in-failed',
  imports: [RouterLink],
  // The guard of the page begins it again.
  template: `<p>The sign-in did not succeed. <a [routerLink]="returnTo">Try again</a></p>`,
})
export class SignInFailed {
  // A UrlTree keeps query and fragment.
  protected readonly returnTo = inject(Router).parseUrl(
    inject(ActivatedRoute).snapshot.queryParamMap.get('returnTo') ?? '/',
  )
}
