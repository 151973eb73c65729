import { Component } from '@angular/core'
import { RouterLink } from '@angular/router'

@Component({
  selector: 'app-sign-in-failed',
  imports: [RouterLink],
  template: `<p>The sign-in did not succeed. <a routerLink="/">Back</a></p>`,
})
export class SignInFailed {}
