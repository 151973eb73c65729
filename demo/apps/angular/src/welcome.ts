import { Location } from '@angular/common'
import { Component, inject, linkedSignal } from '@angular/core'
import { ActivatedRoute, RouterLink } from '@angular/router'
import { injectAuth, injectSession } from 'tokenring/angular'
import { sayEnd, sayFailure } from './what-to-say'

@Component({
  selector: 'app-welcome',
  imports: [RouterLink],
  template: `
    @switch (standing()) {
      @case ('restoring') {
        <p>One moment …</p>
      }
      @case ('signed-out') {
        <p role="status">{{ problem() || end() }}</p>
        <button (click)="signIn()">Sign in</button>
      }
      @default {
        @if (standing() === 'waiting') {
          <p role="status">Trying to reach the server …</p>
        }
        <p>{{ name() }}</p>
        <a routerLink="/orders">Orders</a>
        <button (click)="auth.signOut()">Sign out</button>
      }
    }
  `,
})
export class Welcome {
  protected readonly auth = injectAuth()
  private readonly route = inject(ActivatedRoute)
  private readonly location = inject(Location)
  // A claim of the ID token, which comes with the scope `profile`.
  protected readonly name = injectSession((state) =>
    state.status === 'signed-in' ? state.claims?.['name'] : undefined,
  )
  protected readonly standing = injectSession((state) =>
    state.status === 'signed-in' ? state.refresh.phase : state.status,
  )
  protected readonly end = injectSession(sayEnd)
  // Until there is a session, or it has ended.
  protected readonly problem = linkedSignal({ source: this.standing, computation: () => '' })

  protected signIn(): void {
    this.problem.set('')
    // Where a guard has sent the user away from; else here.
    const wanted = this.route.snapshot.queryParamMap.get('returnTo')
    const returnTo = wanted === null ? undefined : this.location.prepareExternalUrl(wanted)
    this.auth.signIn({ returnTo }).catch((error) => this.problem.set(sayFailure(error)))
  }
}
