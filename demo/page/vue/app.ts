import { useAuth, useAuthFetch, useSession } from 'tokenring/vue'
import { defineComponent, h, ref, watch } from 'vue'
import type { DefineComponent, PropType } from 'vue'
import type { FrameworkStart } from '../shared/framework-auth.ts'
import { userOf } from '../shared/tab-snapshot.ts'

/** With `h`, because a template that is compiled in the page is nothing a strict policy allows. */
export const App: DefineComponent<Omit<FrameworkStart, 'auth'>> = defineComponent({
  props: {
    ordersUrl: { type: String, required: true },
    hasSignInFailed: { type: Function as PropType<() => boolean>, required: true },
  },
  setup(props) {
    const auth = useAuth()
    const authFetch = useAuthFetch()
    const status = useSession((state) => state.status)
    const name = useSession(userOf)
    const didNotSucceed = 'The sign-in did not succeed.'
    const answer = ref(props.hasSignInFailed() ? didNotSucceed : '')
    watch(status, () => {
      answer.value = ''
    })
    async function call(): Promise<void> {
      answer.value = await authFetch(props.ordersUrl).then(
        (response) => `The API answered ${response.status}.`,
        String,
      )
    }
    const signedIn = () => [
      h('p', `Signed in as ${name.value}`),
      h('button', { onClick: call }, 'Call the API'),
      h('button', { onClick: () => auth.signOut({ endSession: false }) }, 'Sign out'),
      h('p', { role: 'status' }, answer.value),
    ]
    const begin = () =>
      auth.signIn().catch(() => {
        answer.value = didNotSucceed
      })
    const signIn = () => [
      h('button', { onClick: begin }, 'Sign in'),
      h('p', { role: 'status' }, answer.value),
    ]
    return () => [
      h('h1', 'tokenring with Vue'),
      status.value === 'signed-in' ? signedIn() : signIn(),
    ]
  },
})
