import { Component, signal } from '@angular/core'
import { RouterLink } from '@angular/router'
import { injectAuth, injectSession } from 'tokenring/angular'

@Component({
  selector: 'app-welcome',
  imports: [RouterLink],
  template: `
    @switch (standing()) {
      @case ('restoring') {
        <p>One moment …</p>
      }
      @case ('signed-out') {
        @if (hasFailed()) {
          <p>The sign-in did not succeed.</p>
        }
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
  protected readonly name = injectSession((state) =>
    state.status === 'signed-in' ? state.claims?.['name'] : undefined,
  )
  protected readonly hasFailed = signal(false)
  protected readonly standing = injectSession((state) =>
    state.status === 'signed-in' ? state.refresh.phase : state.status,
  )

  protected signIn(): void {
    this.auth.signIn().catch(() => this.hasFailed.set(true))
  }
}
